"""Who calls: the account behind a personal access token, cut to the token's scopes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from dangan.access import queries
from dangan.access.rules import Actor
from dangan.access.sessions.addresses import address_of

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


class PerActor(SimpleRateThrottle):
    """So many calls a minute for each account; keeps one script from starving the others."""

    scope = "api"

    def __init__(self) -> None:
        super().__init__(f"{CALLS_PER_MINUTE}/min")

    def get_cache_key(self, request: HttpRequest) -> str | None:
        actor: Any = getattr(request, "auth", None)
        return f"api-{actor.id}" if isinstance(actor, Actor) else None
