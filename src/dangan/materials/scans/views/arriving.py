"""Uploading for a volume as a whole: files, folders, ZIP; then to their materials."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary.rules import Message
from dangan.files.incoming import Incoming
from dangan.materials.catalogue import actions as catalogue_actions
from dangan.materials.catalogue import panels
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.scans import actions, queries
from dangan.materials.scans.forms import called
from dangan.materials.scans.problems import ScanProblem
from dangan.ui.messages import say

NEW = "new"
"""Chosen for a file whose material is not in the catalogue yet."""


@page("archive.scan")
@require_safe
def upload(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Where files are dropped, and what waits to be placed."""
    looked, items, lines = queries.arrivals(request.actor, volume)
    context = {
        "head": panels.head(request.actor, looked),
        "volume": looked.volume,
        "lines": lines,
        "sure": sum(line.material is not None for line in lines),
        "items": [(item.id, called(item)) for item in items],
        "nav": "catalogue",
    }
    return render(request, "scans/upload.html", context)


@page("archive.scan")
@require_POST
def receive(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Takes files in to wait: one a request from the page's script, all at once from the form.

    Scripts get JSON: how many wait now, and a sentence for each file that was refused.
    """
    taken, refused = 0, []
    paths = request.POST.getlist("path")
    sent = request.FILES.getlist("files")
    for place, file in enumerate(sent):
        path = paths[place] if place < len(paths) else (file.name or "")
        if not isinstance(file, Incoming):
            raise TypeError("uploads of those who may scan are sealed as they arrive")
        try:
            found = actions.receive(request.actor, volume=volume, path=path, data=file)
        except CatalogueProblem as problem:
            refused.append(problem.message)
            continue
        taken += len(found.arrivals)
        refused += [message for _path, message in found.refused]
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"taken": taken, "refused": [say(one) for one in refused]})
    _tell(request, taken, refused)
    return redirect("scans:upload", volume=volume)


def _tell(request: ActorRequest, taken: int, refused: list[Message]) -> None:
    if taken:
        messages.success(request, _("收到 %(n)s 个文件，请核对归到哪份材料") % {"n": taken})
    elif not refused:
        messages.error(request, _("请先选择要上传的文件。"))
    for message in refused:
        messages.error(request, say(message))


@page("archive.scan")
@require_POST
def place(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Puts the ticked files to the materials chosen for them, or throws them away."""
    _looked, _items, lines = queries.arrivals(request.actor, volume)
    ticked = set(request.POST.getlist("arrival"))
    chosen = [line for line in lines if str(line.id) in ticked]
    if request.POST.get("deed") == "drop":
        count = actions.drop(request.actor, volume=volume, arrivals=[line.id for line in chosen])
        messages.success(request, _("已丢弃 %(n)s 个文件") % {"n": count})
        return redirect("scans:upload", volume=volume)
    try:
        plan = _plan(request, volume, chosen, request.POST)
        placed = actions.place(request.actor, volume=volume, plan=plan)
    except (ScanProblem, CatalogueProblem) as problem:
        messages.error(request, say(problem.message))
    else:
        left = len(chosen) - sum(len(list(one)) for one in plan.values())
        if placed:
            messages.success(request, _("已归入 %(n)s 页") % {"n": placed})
        if left:
            messages.error(request, _("%(n)s 个文件没有选择材料，仍在待整理") % {"n": left})
    return redirect("scans:upload", volume=volume)


def _plan(
    request: ActorRequest,
    volume: UUID,
    lines: list[queries.ArrivalLine],
    data: Mapping[str, str],
) -> dict[UUID, list[UUID]]:
    """Material → files, as chosen; files of one new material share its new line."""
    plan: dict[UUID, list[UUID]] = {}
    made: dict[tuple[str, int, str], UUID] = {}
    for line in lines:
        choice = data.get(f"to-{line.id}", "")
        if choice == NEW:
            spot = line.spot
            same = (spot.category, spot.material, spot.title)
            if same not in made:
                body = MaterialBody(
                    category=spot.category or "10",
                    title=spot.title or _("待命名材料"),
                    pages=line.pages,
                )
                item = catalogue_actions.file_material(request.actor, volume=volume, body=body)
                made[same] = item.id
            plan.setdefault(made[same], []).append(line.id)
        elif choice:
            try:
                plan.setdefault(UUID(choice), []).append(line.id)
            except ValueError:
                continue
    return plan
