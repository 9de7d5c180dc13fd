"""How long a request took and how many SQL statements it needed, told in ``Server-Timing``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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
    """Puts a :class:`Meter` on the request and its figures on the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meter = Meter()
        request.meter = meter  # type: ignore[attr-defined]  # Django's request takes attributes
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(meter))
            response = self.get_response(request)
        response["Server-Timing"] = meter.header()
        return response
