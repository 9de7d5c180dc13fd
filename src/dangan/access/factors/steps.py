"""What a session knows of proofs: the way in through two steps, and the last proof of presence.

A session holds times, kinds and random identifiers, nothing about a person.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from dangan.access.models import Account
from dangan.access.rules import Actor

BACKEND = "dangan.access.backends.SealedLogin"


def prove(session: MutableMapping[str, Any], how: str) -> None:
    """Notes that whoever sits there has just proved it: app, key, code, password, federated."""
    session["proved_at"], session["proved_by"] = int(time.time()), how


def with_proof(actor: Actor, session: MutableMapping[str, Any]) -> Actor:
    """The actor, knowing when and how they last proved themselves in this session."""
    at = session.get("proved_at")
    if not isinstance(at, int):
        return actor
    when = datetime.fromtimestamp(at, UTC)
    return replace(actor, proved_at=when, proved_by=str(session.get("proved_by", "")))


def admit(
    request: HttpRequest, account: Account, *, target: str, how: str = "password"
) -> HttpResponse:
    """Lets in whoever has passed the first step (``how``: password, federated).

    With a second factor the session begins only after that too: the answer leads to its page.
    ``target`` is where to go then; the caller has checked that it is within the site.
    """
    login(request, account, backend=BACKEND)
    prove(request.session, how)
    return HttpResponseRedirect(target)
