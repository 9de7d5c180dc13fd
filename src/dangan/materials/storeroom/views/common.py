"""What the pages of this room share."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from dangan.access.pages import ActorRequest
from dangan.files.rules import BadFile
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.ui.messages import say


def as_pdf(data: bytes, name: str) -> HttpResponse:
    """A printed form, never kept by a browser's cache."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def done(
    request: ActorRequest, verb: Callable[[], object], said: str, to: str, *args: object
) -> HttpResponse:
    """Does it, says so or why not, and goes on to a page."""
    try:
        verb()
    except (StoreroomProblem, BadFile) as problem:
        messages.error(request, say(problem.message))
    else:
        if said:
            messages.success(request, said)
    return redirect(back(request) or to, *(() if back(request) else args))


def back(request: ActorRequest) -> str:
    """Where the form said to go on to, if it is one of our pages."""
    to = request.POST.get("back", "")
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else ""


def offset_of(request: ActorRequest, per_page: int) -> int:
    """Where the wanted page begins."""
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    return (max(1, wanted) - 1) * per_page
