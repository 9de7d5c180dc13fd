"""Requests that carry an actor, and where somebody who has not signed in is sent."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from dangan.access.rules import Actor
from dangan.ui.requirements import Requirement, page

__all__ = ["ActorRequest", "Requirement", "page", "to_login"]


class ActorRequest(HttpRequest):
    """A request after :class:`~dangan.access.middleware.ActorMiddleware`."""

    actor: Actor


def to_login(request: HttpRequest) -> HttpResponse:
    """Off to the log-in page and back afterwards; htmx is told to load the whole page there."""
    login = reverse("access:login")
    if request.headers.get("HX-Request"):
        here = request.headers.get("HX-Current-URL", "")
        back = "/" + here.split("://", 1)[-1].partition("/")[2]
        target = f"{login}?{urlencode({'next': back})}"
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if request.method != "GET" or request.path == "/":
        return HttpResponseRedirect(login)
    return HttpResponseRedirect(f"{login}?{urlencode({'next': request.get_full_path()})}")
