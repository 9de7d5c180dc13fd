"""Suggestions of volumes while somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dangan.access.pages import ActorRequest, page
from dangan.materials.catalogue import queries

LIMIT = 8


@page("archive.use")
@require_POST
def suggest(request: ActorRequest, asks: str) -> HttpResponse:
    """Volumes for a :class:`~dangan.materials.catalogue.forms.VolumeField`.

    The text comes in the body: addresses end up in logs, names must not.
    """
    field = request.POST.get("field", "volume")[:40]
    text = request.POST.get(field, "")
    permission = "archive.use" if asks == "use" else "archive.view"
    lines = queries.find_volumes(request.actor, text, LIMIT, permission=permission)
    response = render(request, "catalogue/parts/suggestions.html", {"lines": lines, "field": field})
    response["Cache-Control"] = "no-store"
    return response
