"""Puts the actor on the request, enforces what each view states, and words the refusals."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from dangan.access import queries
from dangan.access.factors import door
from dangan.access.factors.steps import with_proof
from dangan.access.models import Account
from dangan.access.pages import to_login
from dangan.access.rules import Absent, Actor, Refused, require
from dangan.access.sessions.addresses import address_of
from dangan.access.sessions.queries import too_old
from dangan.audit.actions import AuditUnavailable
from dangan.audit.rules import Event
from dangan.ui import states
from dangan.ui.requirements import Requirement, requirement_of
from dangan.vault.rules import KeyDestroyed

TOUCH_EVERY = 60
"""Seconds between writes that push a session's idle time-out ahead."""
PASSWORD_VIEWS = frozenset({"access:password", "access:logout", "ui:language"})
"""Views open to somebody who must first choose a new password."""


class ActorMiddleware:
    """``request.actor`` for every request: the account's, or somebody unknown without grants."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        request.actor = actor  # type: ignore[attr-defined]  # see ActorRequest
        response = self.get_response(request)
        if actor.known or request.actor.known:  # type: ignore[attr-defined]  # a token's, by now
            # Nothing personal stays in the browser's cache after the session.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _actor(self, request: HttpRequest) -> Actor:
        address = address_of(request)
        user = request.user
        if not isinstance(user, Account):
            return queries.unknown_actor(address=address)
        if not _keep_session(request):
            logout(request)
            return queries.unknown_actor(address=address)
        return with_proof(queries.actor_for(user, address=address, limited=True), request.session)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],  # noqa: ARG002 - Django's signature
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """Denies a view unless its requirement is met; a view that states none is denied."""
        actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
        requirement = requirement_of(view)
        if requirement is None:
            return self.process_exception(request, Refused("unclassified view"))
        if requirement.public:
            return None
        if not actor.known:
            return to_login(request)
        if actor.must_change_password and not _open_before_new_password(request):
            return HttpResponseRedirect(reverse("access:password"))
        return (
            door.enrol_first(request, actor)
            or self._permitted(request, actor, requirement)
            or door.step_up(request, actor, requirement)
        )

    def _permitted(
        self, request: HttpRequest, actor: Actor, requirement: Requirement
    ) -> HttpResponse | None:
        if requirement.permission is None:
            return None
        try:
            require(actor, requirement.permission)
        except Refused as refused:
            return self.process_exception(request, refused)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a refusal (403, noted), an absence (404) or a log that cannot be written.

        A key that is not there was put aside or destroyed since the page began: to whoever asks,
        the dossier is absent like any other they may not see.
        """
        actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
        if isinstance(error, Absent):
            return states.answer(request, 404)
        if isinstance(error, KeyDestroyed):
            actor.trail.add(Event("access.refuse", outcome="refused", object="key"))
            return states.answer(request, 404)
        if isinstance(error, AuditUnavailable):
            return states.answer(request, 503)
        if not isinstance(error, Refused):
            return None
        if not error.recorded:
            actor.trail.add(Event("access.refuse", outcome="refused", object=error.action))
        return _refused(request, error)


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """What is refused and why; to whoever is in the wrong network, that."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
    outside = queries.refusal_outside(actor, error.action)
    if outside:
        facts = {"roles": sorted(actor.outside)}
        actor.trail.add(Event("access.outside", outcome="refused", facts=facts))
    title = queries.refusal_title(error.action)
    return states.answer(request, 403, title=title, text=outside or error.reason)


def _open_before_new_password(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in PASSWORD_VIEWS


def _keep_session(request: HttpRequest) -> bool:
    """Pushes the idle time-out ahead at most once a minute; False when the session is too old."""
    now = int(time.time())
    session = request.session
    if too_old(session.setdefault("began", now), timezone.now()):
        return False
    if request.headers.get("X-Background"):
        return True  # the bell asking by itself: nobody is sitting there
    if now - session.get("seen", 0) >= TOUCH_EVERY:
        session["seen"] = now
    return True
