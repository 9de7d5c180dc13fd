"""Who calls: the account behind a personal access token, cut to the token's scopes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from dangan.access import queries
from dangan.access.rules import Actor
from dangan.access.sessions.addresses import address_of
from dangan.operations.throttling import count_call

CALLS_PER_MINUTE = 1200


class TokenAuth(HttpBearer):
    """``Authorization: Bearer dgn_…``; sessions of the pages do not count here."""

    openapi_bearer_format = "dgn_…"

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = queries.actor_of_token(
            token, address=address_of(request), purpose=request.headers.get("X-Purpose", "")[:200]
        )
        if actor is not None:
            actor.trail.request = getattr(request, "number", actor.trail.request)
            request.actor = actor  # type: ignore[attr-defined]  # see ActorRequest
        return actor


class PerActor(BaseThrottle):
    """So many calls a minute for each account, whichever process answers; keeps one script from
    starving the others."""

    def __init__(self) -> None:
        self._left = 0.0

    def allow_request(self, request: HttpRequest) -> bool:
        actor: Any = getattr(request, "auth", None)
        if not isinstance(actor, Actor):
            return True
        calls, self._left = count_call(actor.id)
        return calls <= CALLS_PER_MINUTE

    def wait(self) -> float | None:
        return self._left
