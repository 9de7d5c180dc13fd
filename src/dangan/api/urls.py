"""The API's addresses: the rooms' routers under one roof, each address classified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from dangan.access.pages import page
from dangan.api import problems
from dangan.api.build import api
from dangan.api.problems import problem

app_name = "api"


@csrf_exempt
@page(None, public=True)
def absent(_request: HttpRequest, **_: Any) -> HttpResponse:
    """Addresses under /api/v1/ that do not exist answer as a problem, too."""
    return problem(problems.ABSENT)


def _in_problem_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets a view answer a wrong method as a problem; it stands open, the token decides inside."""

    def wrapped(request: HttpRequest, **captured: Any) -> HttpResponse:
        response = view(request, **captured)
        if isinstance(response, HttpResponseNotAllowed):
            return problem(problems.WRONG_METHOD, headers={"Allow": response.headers["Allow"]})
        return response

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is ever looked at
    return page(None, public=True)(wrapped)


def _classified(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    if isinstance(pattern, URLPattern) and pattern.name == "api-root":
        # The description names it as the server's address; there is nothing to see there.
        pattern.callback = absent
    elif isinstance(pattern, URLPattern):
        pattern.callback = _in_problem_form(pattern.callback)
    return pattern


urlpatterns: list[URLPattern | URLResolver] = [
    *(_classified(pattern) for pattern in api.urls[0]),
    path("", absent),
    re_path(r"[\s\S]+", absent),
]
