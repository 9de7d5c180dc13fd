"""No event, no answer: what a request noted is in the log before the first byte leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from dangan.audit.actions import AuditUnavailable, flush
from dangan.audit.rules import Trail
from dangan.ui.states import answer

_log = logging.getLogger("dangan.audit")


class TrailMiddleware:
    """Flushes the actor's trail after the view; answers 503 instead when that fails.

    A request without an actor, or that noted nothing, touches no database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        trail: Trail | None = getattr(getattr(request, "actor", None), "trail", None)
        if trail is None:
            return response
        try:
            flush(trail)
        except AuditUnavailable:
            _log.exception("the log could not be written; request %s got no answer", trail.request)
            response.close()
            return _unavailable(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _watched(iter(response), trail)
        return response


def _watched(parts: Iterator[bytes], trail: Trail) -> Iterator[bytes]:
    """The parts, each only after what was noted while making it is written."""
    for part in parts:
        flush(trail)
        yield part
    flush(trail)


def _unavailable(request: HttpRequest) -> HttpResponse:
    response = answer(request, 503)
    response["Retry-After"] = "30"
    return response
