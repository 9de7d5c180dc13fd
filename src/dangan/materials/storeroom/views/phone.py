"""扫码: what a label is, and what can be done with it, one-handed.

The page sends each code by itself. With the header ``X-Scan`` the answer is the fragment that the
script puts on the page, without it the whole page, so that it works without a script too.
Doing the same again changes nothing, so that a phone that lost the network may repeat.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.materials.storeroom import phone as deeds
from dangan.materials.storeroom.actions import counting as actions
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.codes import Found, find
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import counting, shelves
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.ui.messages import say
from dangan.ui.policy import uses_camera

NAV = "scan"
MANAGE = "storeroom.manage"


@page("storeroom.view")
@uses_camera
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: ActorRequest) -> HttpResponse:
    """The page, and what a code is."""
    code = request.POST.get("code", "")
    if request.method != "POST":
        return _answer(request, {"kind": ""})
    try:
        found = find(request.actor, code)
    except Absent:
        request.actor.trail.add(Event("label.scan", outcome="failed"))
        return _answer(request, {"kind": "unknown", "code": code[:40]})
    _note(request, found)
    return _answer(request, _seen(request, found))


@page("storeroom.manage")
@require_POST
def put(request: ActorRequest) -> HttpResponse:
    """上架或移位: the volume of the first code to the place of the second."""
    try:
        volume = find(request.actor, request.POST.get("volume", ""), MANAGE)
        place = find(request.actor, request.POST.get("code", ""), MANAGE)
    except Absent:
        request.actor.trail.add(Event("label.scan", outcome="failed"))
        return _answer(request, {"kind": "unknown", "code": request.POST.get("code", "")[:40]})
    if volume.volume is None or place.place is None:
        return _problem(request, _("先扫案卷的标签，再扫位置的标签。"))
    try:
        moved = move(request.actor, volumes=[volume.volume.pk], to=place.place.pk)
    except StoreroomProblem as problem:
        return _problem(request, say(problem.message))
    seen = _seen(request, volume)
    said = _("已放到 {place}").format(place=tree().label(place.place.pk))
    warned = [say(word) for word in moved.warnings]
    return _answer(request, seen | {"said": said, "warned": warned})


@page("storeroom.manage")
@require_POST
def count(request: ActorRequest) -> HttpResponse:
    """盘点: the label of a place sets where we stand, the label of a volume is counted there."""
    code = request.POST.get("code", "")
    stocktaking, place = _id(request, "stocktaking"), _id(request, "place")
    if stocktaking is None:
        raise Absent
    try:
        here = find(request.actor, code, MANAGE)
    except Absent:
        here = None
    if here is not None and here.place is not None:
        grown = tree()
        require_place(request.actor, grown, here.place.pk, MANAGE)
        context = {
            "kind": "here",
            "place": here.place.pk,
            "label": grown.label(here.place.pk),
        }
        return _answer(request, context)
    try:
        counted = actions.count(request.actor, stocktaking=stocktaking, code=code, place=place)
    except StoreroomProblem as problem:
        return _problem(request, say(problem.message))
    context = {"kind": "counted", "counted": counted, "code": code[:40]}
    if counted.found and counted.found.volume:
        context["one"] = shelves.shelved(request.actor, [counted.found.volume])[0]
    return _answer(request, context)


def _seen(request: ActorRequest, found: Found) -> dict[str, object]:
    seen: dict[str, object] = {"kind": found.kind, "found": found, "code": found.code}
    if found.volume is not None:
        seen["one"] = shelves.shelved(request.actor, [found.volume])[0]
        seen["may_put"] = request.actor.may(MANAGE)
    if found.place is not None:
        seen["shown"] = shelves.place_page(request.actor, found.place.pk)
        seen["label"] = tree().label(found.place.pk)
    if found.kind != "void":
        seen["offers"] = deeds.offers(request.actor, found)
    return seen


def _note(request: ActorRequest, found: Found) -> None:
    request.actor.trail.add(
        Event(
            "label.scan",
            subject=found.volume.subject_id if found.volume else None,
            object=str(found.volume.pk if found.volume else found.place.pk if found.place else ""),
            facts={"kind": found.kind},
        )
    )


def _problem(request: ActorRequest, text: str) -> HttpResponse:
    return _answer(request, {"kind": "problem", "text": text})


def _answer(request: ActorRequest, seen: dict[str, object]) -> HttpResponse:
    if request.headers.get("X-Scan"):
        return render(request, "storeroom/parts/seen.html", seen)
    opened = counting.takings(request.actor, open_only=True) if request.actor.may(MANAGE) else []
    return render(request, "storeroom/scan.html", seen | {"takings": opened, "nav": NAV})


def _id(request: ActorRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None
