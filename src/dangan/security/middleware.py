"""The page for whoever has opened as many dossiers as they may."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dangan.security.budgets import OverBudget
from dangan.ui.states import request_number


class BrakeMiddleware:
    """Answers :class:`~dangan.security.budgets.OverBudget` with how long to wait and whom to ask.

    429, as RFC 6585 has it; the refusal is in the log already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OverBudget):
            return None
        context = {
            "text": error.reason,
            "count": error.count,
            "request_number": request_number(request),
            "title": "",
        }
        body = render_to_string("security/braked.html", context, request)
        response = HttpResponse(body, status=429)
        response["Retry-After"] = str(int(error.count.wait.total_seconds()))
        response["Cache-Control"] = "no-store"
        return response
