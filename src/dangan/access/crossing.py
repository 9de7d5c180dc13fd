"""Requests that other sites make a browser send: refused before any view hears of them.

The second line behind the form token. Browsers say where a request comes from (``Sec-Fetch-Site``,
W3C Fetch Metadata; older ones ``Origin``), and no script can forge either. Programs send neither
and carry no cookie, so they pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.config.browser import REPORTS
from dangan.ui import states

API = "/api/"
_IN_CLEAR = '{"type": "about:blank", "title": "https only", "status": 403}'
_ZERO = '{"type": "/api/v1/problems/bad-request", "title": "zero character", "status": 400}'
_PROBLEM = "application/problem+json"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}


def crosses(method: str, headers: Mapping[str, str], own: str) -> bool:
    """Whether another site caused this request and may not: everything but following a link.

    ``own``: our origin, as ``https://host:port``.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is None:
        return method not in SAFE and headers.get("Origin", own) != own
    if site in {"same-origin", "none"}:
        return False
    followed = headers.get("Sec-Fetch-Mode") == "navigate"
    whole_window = headers.get("Sec-Fetch-Dest") == "document"
    return not (method in SAFE and followed and whole_window)


class CrossingMiddleware:
    """Refuses what :func:`crosses` names, notes it for whoever is signed in, and answers 405 to
    methods that no page knows.

    Programs that call without TLS where TLS is asked for are refused, not sent on: being sent on,
    nobody would notice that the token crossed the network in clear.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method or ""
        if method not in METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(METHODS))})
        if settings.DANGAN.https and not request.is_secure() and request.path_info.startswith(API):
            return HttpResponse(_IN_CLEAR, status=403, content_type=_PROBLEM)
        own = f"{request.scheme}://{request.get_host()}"
        if request.path_info != REPORTS and crosses(method, request.headers, own):
            return self._refused(request)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],  # noqa: ARG002 - Django's signature
        args: Sequence[Any],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """400 for a zero character in what was typed: no keyboard makes one, no table takes it."""
        given = (request.GET, request.POST)
        values = (text for fields in given for _, texts in fields.lists() for text in texts)
        if any("\0" in text for text in values if isinstance(text, str)):
            if request.path_info.startswith(API):
                return HttpResponse(_ZERO, status=400, content_type=_PROBLEM)
            return states.answer(request, 400)
        return None

    def _refused(self, request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
        if actor.known:
            actor.trail.add(Event("access.refuse", outcome="refused", object="cross-site"))
        return states.answer(
            request,
            403,
            title=_("请求不是从本系统的页面发出的"),
            text=_("另一个网站让浏览器发出了这个请求，没有执行。请从本系统的页面重新操作。"),
        )
