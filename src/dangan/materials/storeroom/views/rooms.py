"""The storeroom, its places, and where a volume stood."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.storeroom.actions import moving, places
from dangan.materials.storeroom.forms import MoveForm, PlaceForm, ShelveForm, place_labels
from dangan.materials.storeroom.models import Place
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import consistency, shelves
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.views.common import done, offset_of
from dangan.ui.messages import say

NAV = "storeroom"


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: ActorRequest) -> HttpResponse:
    """The tree with how full it is, and “where is it now”. Searching posts, so that no name
    stands in an address."""
    text = request.POST.get("q", "").strip()[:64]
    context = {
        "text": text,
        "found": shelves.whereabouts(request.actor, text) if text else [],
        "shown": shelves.overview(request.actor),
        "nav": NAV,
    }
    return render(request, "storeroom/overview.html", context)


@page("storeroom.view")
@require_safe
def place(request: ActorRequest, place: UUID) -> HttpResponse:
    """A place and what stands in it."""
    return _place(request, place)


def _place(request: ActorRequest, place: UUID, status: int = 200, **forms: object) -> HttpResponse:
    shown = shelves.place_page(request.actor, place, offset=offset_of(request, shelves.PER_PAGE))
    context = {
        "page": shown,
        "shelve_form": ShelveForm(request.actor),
        "move_form": MoveForm(request.actor),
        "names": (
            place_labels(request.actor, shown.grown)
            if request.actor.may("storeroom.manage")
            else []
        ),
        "nav": NAV,
    } | forms
    return render(request, "storeroom/place.html", context, status=status)


@page("storeroom.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ActorRequest, place: UUID | None = None) -> HttpResponse:
    """A new room, or places in a place."""
    grown = tree()
    outer = require_place(request.actor, grown, place, "storeroom.manage") if place else None
    form = PlaceForm(request.actor, request.POST or None, outer=outer.level if outer else "")
    if request.method == "POST" and form.is_valid():
        try:
            made = places.add_places(request.actor, parent=place, wanted=form.wanted())
        except StoreroomProblem as problem:
            form.add_error(problem.field if problem.field in form.fields else None,
                           say(problem.message))  # fmt: skip
        else:
            messages.success(request, _("已添加 {n} 处").format(n=len(made)))
            return redirect("storeroom:place", place=place or made[0].pk)
    context = {"form": form, "outer": grown.label(place), "place": place, "nav": NAV}
    return render(
        request,
        "storeroom/place_form.html",
        context | {"nav": NAV},
        status=422 if form.errors else 200,
    )


@page("storeroom.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, place: UUID) -> HttpResponse:
    """Number, capacity, use and mark of a place."""
    grown = tree()
    spot = require_place(request.actor, grown, place, "storeroom.manage")
    row = Place.objects.get(pk=place)
    form = PlaceForm(
        request.actor,
        request.POST or None,
        outer="room" if spot.parent else "",
        change=True,
        initial=PlaceForm.initial_of(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            places.change_place(request.actor, place=place, wanted=form.wanted())
        except StoreroomProblem as problem:
            form.add_error(problem.field if problem.field in form.fields else None,
                           say(problem.message))  # fmt: skip
        else:
            messages.success(request, _("已保存"))
            return redirect("storeroom:place", place=place)
    context = {
        "form": form,
        "outer": grown.label(place),
        "place": place,
        "change": True,
        "nav": NAV,
    }
    return render(
        request,
        "storeroom/place_form.html",
        context | {"nav": NAV},
        status=422 if form.errors else 200,
    )


@page("storeroom.manage")
@require_POST
def close(request: ActorRequest, place: UUID) -> HttpResponse:
    """停用."""
    return done(
        request,
        lambda: places.close_place(request.actor, place=place),
        _("已停用"),
        "storeroom:place",
        place,
    )


@page("storeroom.manage")
@require_POST
def reopen(request: ActorRequest, place: UUID) -> HttpResponse:
    """恢复使用."""
    return done(
        request,
        lambda: places.open_place(request.actor, place=place),
        _("已恢复使用"),
        "storeroom:place",
        place,
    )


@page("storeroom.manage")
@require_POST
def shelve(request: ActorRequest, place: UUID) -> HttpResponse:
    """A volume comes here."""
    require_place(request.actor, tree(), place, "storeroom.manage")
    form = ShelveForm(request.actor, request.POST)
    if not form.is_valid():
        return _place(request, place, 422, shelve_form=form)
    volume = form.cleaned_data["volume"]
    return _moved(request, place, [volume.pk], place, form.cleaned_data["why"])


@page("storeroom.manage")
@require_POST
def chosen(request: ActorRequest, place: UUID) -> HttpResponse:
    """The chosen volumes go elsewhere, or out of their place."""
    require_place(request.actor, tree(), place, "storeroom.manage")
    volumes = _ids(request.POST.getlist("volume"))
    if request.POST.get("out"):
        return _moved(request, place, volumes, None, request.POST.get("why", ""))
    form = MoveForm(request.actor, request.POST)
    if not form.is_valid():
        return _place(request, place, 422, move_form=form, picked=set(volumes))
    return _moved(request, place, volumes, form.cleaned_data["place"], form.cleaned_data["why"])


@page("storeroom.manage")
@require_POST
def move_place(request: ActorRequest, place: UUID) -> HttpResponse:
    """整盒移位."""
    form = MoveForm(request.actor, request.POST)
    if not form.is_valid():
        return _place(request, place, 422, move_form=form)
    target = form.cleaned_data["place"]
    try:
        moved = moving.move_place(request.actor, place=place, to=target)
    except StoreroomProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已移位，连同里面的 {n} 卷").format(n=moved.count))
        _warn(request, moved)
    return redirect("storeroom:place", place=place)


def _moved(
    request: ActorRequest, place: UUID, volumes: list[UUID], to: UUID | None, why: str
) -> HttpResponse:
    try:
        moved = moving.move(request.actor, volumes=volumes, to=to, why=why)
    except StoreroomProblem as problem:
        messages.error(request, say(problem.message))
    else:
        said = _("已移位 {n} 卷") if to else _("已下架 {n} 卷")
        messages.success(request, said.format(n=moved.count))
        _warn(request, moved)
    return redirect("storeroom:place", place=place)


def _warn(request: ActorRequest, moved: moving.Moved) -> None:
    for word in moved.warnings[:3]:
        messages.warning(request, say(word))


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def moves(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Where a volume is and was; moving it from here."""
    permission = "storeroom.manage" if request.method == "POST" else "storeroom.view"
    row = shelves.known_volume(request.actor, volume, permission)
    form = MoveForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            moved = moving.move(
                request.actor, volumes=[volume], to=given["place"], why=given["why"]
            )
        except StoreroomProblem as problem:
            form.add_error("place", say(problem.message))
        else:
            messages.success(request, _("已移位"))
            _warn(request, moved)
            return redirect("storeroom:moves", volume=volume)
    context = {
        "one": shelves.shelved(request.actor, [row])[0],
        "steps": shelves.steps(request.actor, row),
        "form": form,
        "names": place_labels(request.actor) if request.actor.may("storeroom.manage") else [],
        "nav": NAV,
    }
    return render(request, "storeroom/moves.html", context, status=422 if form.errors else 200)


@page("storeroom.view")
@require_safe
def report(request: ActorRequest) -> HttpResponse:
    """Paper against screen."""
    context = {"report": consistency.report(request.actor), "nav": NAV}
    return render(request, "storeroom/report.html", context)
