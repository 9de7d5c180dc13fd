"""What a session knows of proofs: the way in through two steps, and the last proof of presence.

A session holds times, kinds and random identifiers, nothing about a person. Between the two
steps nobody is signed in: the session of the browser remembers which account's password it gave,
for five minutes, and whether that password and the account are still the same. No page but the
second step looks at that.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from dangan.access.factors.queries import enrolment
from dangan.access.factors.rules import FACTORS
from dangan.access.models import Account
from dangan.access.queries import account_with_grants, actor_for
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event

BACKEND = "dangan.access.backends.SealedLogin"
HALF_LASTS = 5 * 60
"""Seconds within which the second step follows the first."""
_HALF = "half"


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody who has passed the first step: whose password, how, and where they want to go."""

    account: Account
    how: str
    target: str


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
    """Lets in whoever has passed the first step (``how``: password, federated), or both at once
    (provider).

    With a second factor the session begins only after that too: the answer leads to its page.
    ``target`` is where to go then; the caller has checked that it is within the site.
    """
    if how in FACTORS or not enrolment(account.id).any:
        return _enter(request, account, how=how, target=target)
    _note(request, account, "login.first", how)
    request.session.flush()  # a cookie that somebody planted before is worth nothing after
    request.session[_HALF] = {
        "account": str(account.id),
        "same": account.get_session_auth_hash(),
        "at": int(time.time()),
        "how": how,
        "target": target,
    }
    return HttpResponseRedirect(reverse("factors:second_step"))


def half(request: HttpRequest) -> Half | None:
    """Who has passed the first step in this browser, if that still counts."""
    found = request.session.get(_HALF)
    if not isinstance(found, dict):
        return None
    account = Account.objects.filter(pk=UUID(found["account"])).first()
    age = int(time.time()) - found["at"]
    if (
        account is None
        or not account.is_active
        or not 0 <= age < HALF_LASTS
        or not constant_time_compare(found["same"], account.get_session_auth_hash())
    ):
        request.session.flush()
        return None
    return Half(account, found["how"], found["target"])


def actor_of_half(request: HttpRequest, waiting: Half) -> Actor:
    """The actor that the second step would make, for the check of their factor alone.

    Their events go into the request's trail, which knows from now on whose log-in this is.
    """
    row = account_with_grants(waiting.account.id)
    present: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
    made = actor_for(row or waiting.account, address=present.address)
    present.trail.actor, present.trail.kind = waiting.account.id, "account"
    return replace(made, trail=present.trail)


def enter(request: HttpRequest, waiting: Half, how: str) -> HttpResponse:
    """The second step is passed with ``how``: the session begins."""
    request.session.pop(_HALF, None)
    return _enter(request, waiting.account, how=how, target=waiting.target)


def _enter(request: HttpRequest, account: Account, *, how: str, target: str) -> HttpResponse:
    _note(request, account, "login.done", how)
    login(request, account, backend=BACKEND)
    prove(request.session, how)
    return HttpResponseRedirect(target)


def _note(request: HttpRequest, account: Account, action: str, how: str) -> None:
    """In the log before anything else happens."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
    actor.trail.actor, actor.trail.kind = account.id, "account"
    with recording(actor):
        actor.trail.add(
            Event(action, subject=account.subject, object=str(account.id), facts={"how": how})
        )
