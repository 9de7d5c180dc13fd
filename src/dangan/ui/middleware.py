"""What every answer carries: how long it took, and what browsers may not do with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections

from dangan.config.browser import REPORTS, UPLOADS_POLICY, features
from dangan.ui.flash import HostCookie

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

API = "/api/"


class Meter:
    """Counts and times the statements of one request (seconds)."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.statements = 0
        self.seconds = 0.0

    def __call__(
        self,
        execute: Callable[[str, Any, bool, dict[str, Any]], Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        started = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.statements += 1
            self.seconds += perf_counter() - started

    def header(self) -> str:
        """The value for ``Server-Timing`` (W3C Server Timing; durations in milliseconds)."""
        total = (perf_counter() - self.started) * 1000
        return (
            f"app;dur={total:.1f}, "
            f'db;dur={self.seconds * 1000:.1f};desc="{self.statements} statements"'
        )


class ServerTiming:
    """Puts a :class:`Meter` on the request and its figures on the response.

    A refusal tells none: the number of statements would say whether what was asked for exists.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meter = Meter()
        request.meter = meter  # type: ignore[attr-defined]  # Django's request takes attributes
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(meter))
            response = self.get_response(request)
        if response.status_code < 400:
            response["Server-Timing"] = meter.header()
        return response


class Headers:
    """The headers of every answer, whoever made it: pages, errors, API, files, static files.

    Outermost, so that answers of other middleware get them too. A view may only narrow: its own
    ``Cache-Control`` stays when it says no-store, its own policy when the answer is a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer" if _leads_out(response) else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "DENY"
        headers["Server"] = "dangan"  # not the server's own name
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers["Permissions-Policy"] = features(camera=getattr(response, "uses_camera", False))
        if not _is_page(response):
            headers["Content-Security-Policy"] = UPLOADS_POLICY
        elif "Content-Security-Policy" in headers:
            headers["Reporting-Endpoints"] = f'browser="{REPORTS}"'
        if not request.path_info.startswith(settings.STATIC_URL):
            _keep_nowhere(response, versioned=request.path_info.startswith(API))
        if _ended_session(request):
            headers["Clear-Site-Data"] = '"cache", "storage"'
            response.delete_cookie(HostCookie.cookie_name, samesite="Lax")
        return response


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def _leads_out(response: HttpResponse) -> bool:
    """A redirect to another origin, single sign-on, learns nothing of where it came from."""
    return "://" in response.headers.get("Location", "")


def _keep_nowhere(response: HttpResponse, *, versioned: bool) -> None:
    """No cache keeps an answer; one that a view made cacheable by mistake neither.

    ``versioned``: the ``ETag`` stays, as the version that a program names in ``If-Match`` when it
    writes (RFC 9110 § 13.1.1). No cache stores by it: the answer says no-store.
    """
    headers = response.headers
    if "no-store" not in headers.get("Cache-Control", ""):
        headers["Cache-Control"] = "no-store"
    for stale in ("Last-Modified", "Expires", *(() if versioned else ("ETag",))):
        headers.pop(stale, None)


def _ended_session(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.view_name == "access:logout"
