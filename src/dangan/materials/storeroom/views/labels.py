"""Labels: choosing, printing, replacing, and how they look here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.materials.storeroom import papers
from dangan.materials.storeroom.actions import labels as actions
from dangan.materials.storeroom.forms import SetupForm, SheetForm
from dangan.materials.storeroom.models import Setup
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import shelves
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.views.common import as_pdf, done
from dangan.ui.messages import say

NAV = "storeroom"


@page("archive.print")
@require_safe
def labels(request: ActorRequest) -> HttpResponse:
    """Which labels to print: of a volume, of what stands in a place, or of places."""
    given = Setup.objects.filter(pk=1).first() or Setup()
    volume = _id(request.GET.get("volume", ""))
    place = _id(request.GET.get("place", ""))
    one = None
    if volume:
        row = shelves.known_volume(request.actor, volume)
        one = shelves.shelved(request.actor, [row])[0]
    inside = _inside(request, place) if place else None
    context = {
        "one": one,
        "inside": inside,
        "place": place,
        "sheet_form": SheetForm(initial={"sheet": given.sheet, "first": 1}),
        "setup_form": SetupForm(initial={"sheet": given.sheet, "names": given.names}),
        "nav": NAV,
    }
    return render(request, "storeroom/labels.html", context)


@page("archive.print")
@require_POST
def print_sheet(request: ActorRequest) -> HttpResponse:
    """The sheet as PDF."""
    form = SheetForm(request.POST)
    what, of_places = _wanted(request)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("storeroom:labels")
    given = form.cleaned_data
    try:
        sheet = papers.labels(
            request.actor,
            volumes=() if of_places else what,
            places=what if of_places else (),
            sheet=given["sheet"],
            first=given["first"],
        )
    except StoreroomProblem as problem:
        messages.error(request, say(problem.message))
        return redirect("storeroom:labels")
    return as_pdf(sheet, "labels")


@page("archive.print")
@require_POST
def replace(request: ActorRequest) -> HttpResponse:
    """换发."""
    volume, place = _id(request.POST.get("volume", "")), _id(request.POST.get("place", ""))
    if not volume and not place:
        raise Absent
    return done(
        request,
        lambda: actions.replace_label(request.actor, volume=volume, place=place),
        _("已换发，旧标签作废，请打印新标签"),
        "storeroom:labels",
    )


@page("archive.settings")
@require_http_methods(["POST"])
def setup(request: ActorRequest) -> HttpResponse:
    """How labels are printed here."""
    form = SetupForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("storeroom:labels")
    given = form.cleaned_data
    return done(
        request,
        lambda: actions.set_up(request.actor, sheet=given["sheet"], names=given["names"]),
        _("已保存"),
        "storeroom:labels",
    )


def _inside(request: ActorRequest, place: UUID) -> dict[str, Any]:
    """What labels could be printed of a place."""
    grown = tree()
    require_place(request.actor, grown, place)
    return {
        "label": grown.label(place),
        "volumes": len(papers.volumes_in(request.actor, place)),
        "places": sum(1 for _spot in grown.under(place)),
    }


def _wanted(request: ActorRequest) -> tuple[list[UUID], bool]:
    """The chosen volumes; or the place's volumes; or the place and all that is in it."""
    volumes = [found for text in request.POST.getlist("volume") if (found := _id(text))]
    place = _id(request.POST.get("place", ""))
    if volumes or not place:
        return volumes, False
    grown = tree()
    require_place(request.actor, grown, place)
    if request.POST.get("what") == "places":
        return [spot.id for spot in grown.under(place)], True
    return papers.volumes_in(request.actor, place), False


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
