"""The outermost middleware: numbers each request, counts it, and answers probes before anything
that could need the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dangan.operations.health import clock, metrics, views
from dangan.operations.health.logs import REQUEST

_log = logging.getLogger("dangan.request")
_PROBES = {
    "/health/live": views.live,
    "/health/ready": views.ready,
    "/metrics": views.metrics_page,
}


class Watch:
    """``request.number`` (UUID) for every request, told in ``X-Request-ID``, logs and the trail.

    The number a proxy gives is taken over when it is a UUID or 32 hex digits, and only where a
    proxy stands (``DANGAN_HTTPS``): anybody else could make two requests look like one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        number = number_of(request)
        request.number = number  # type: ignore[attr-defined]  # Django's request takes attributes
        token = REQUEST.set(str(number))
        try:
            # No session, host name or language is looked at for these: they must answer when
            # everything else fails.
            probe = _PROBES.get(request.path)
            if probe is None and clock.jumped():
                response = views.wrong_clock(request)
            else:
                response = probe(request) if probe else self.get_response(request)
            response["X-Request-ID"] = str(number)
            seconds = perf_counter() - began
            metrics.observe(request, response.status_code, seconds)
            if probe is None:
                _tell(request, response, seconds)
        finally:
            REQUEST.reset(token)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],  # noqa: ARG002 - Django's signature
        args: Sequence[Any],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Has the audit trail bear the request's number, now that there is a trail."""
        actor = getattr(request, "actor", None)
        if actor is not None:
            actor.trail.request = request.number  # type: ignore[attr-defined]  # set above


def number_of(request: HttpRequest) -> UUID:
    """The proxy's number for the request where it gave a usable one, else a new one."""
    given = request.headers.get("X-Request-ID", "") if settings.DANGAN.https else ""
    if len(given) in {32, 36}:
        try:
            return UUID(given)
        except ValueError:
            pass
    return uuid4()


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    facts = {
        "method": request.method if request.method in metrics.METHODS else "OTHER",
        "route": metrics.route_of(request),
        "status": response.status_code,
        "ms": round(seconds * 1000),
    }
    level = logging.ERROR if response.status_code >= 500 else logging.INFO
    _log.log(level, "answered", extra={"facts": facts})
