"""A volume's catalogue: classes, lines, and the viewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.materials.catalogue import panels, queries
from dangan.materials.catalogue.panels import Mark
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.queries.arranging import Arrangement, Line, arranged
from dangan.materials.catalogue.rows import ShownLine, draw
from dangan.materials.catalogue.rules.categories import Category
from dangan.materials.catalogue.table import categories
from dangan.roster.counting import counts_of
from dangan.ui import languages

ALL = "all"


@dataclass(frozen=True, slots=True)
class Branch:
    """A class in the tree at the left."""

    category: Category
    name: str
    count: int
    on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one (sub)class."""

    no: str
    name: str
    count: int
    pages: int
    rows: SafeString


@page("archive.read")
@require_safe
def volume(request: ActorRequest, volume: UUID) -> HttpResponse:
    """The catalogue of one volume; each look is noted with the case that gave it, if one did."""
    looked = queries.look(request.actor, volume)
    arrangement = arranged(looked)
    chosen = _chosen(request, arrangement)
    note_look(request, looked, chosen)
    wanted = _wanted(request, chosen)
    items = [line.item for line in arrangement.lines]
    marks = panels.marks(request.actor, looked, items)
    base = f"{reverse('catalogue:volume', args=[volume])}?class={wanted}&material="
    groups = _groups(arrangement, wanted, marks, chosen, base)
    context: dict[str, Any] = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked, items, roster=counts_of(request)),
        "buttons": panels.buttons(request.actor, looked.volume),
        "arrangement": arrangement,
        "tree": _tree(arrangement, wanted),
        "wanted": wanted,
        "title": _title(wanted),
        "groups": groups,
        "shown": sum(group.count for group in groups),
        "shown_pages": sum(group.pages for group in groups),
        "total": len(arrangement.lines),
        "chosen": chosen,
        "nav": "catalogue",
        **_pane(request, looked, arrangement, chosen),
    }
    response = render(request, "catalogue/volume.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("archive.read")
@require_safe
def material(request: ActorRequest, material: UUID) -> HttpResponse:
    """To the material's place in its volume."""
    looked, item = queries.material(request.actor, material)
    if item.state != "filed":
        return redirect("catalogue:history", material)
    url = reverse("catalogue:volume", args=[looked.volume.pk])
    return redirect(f"{url}?class={item.body.category}&material={material}")


def note_look(request: ActorRequest, looked: Look, chosen: Line | None = None) -> None:
    """Notes who looked at what, and by which case where one gave leave."""
    actor = request.actor
    facts: dict[str, Any] = {}
    if chosen is not None:
        facts["material"] = str(chosen.item.id)
    numbers = [grant.number for grant in looked.sight.grants]
    if numbers:
        facts["cases"] = numbers
    actor.trail.add(
        Event(
            "volume.read",
            subject=looked.volume.subject_id,
            object=str(looked.volume.pk),
            reason="、".join(numbers) or actor.purpose,
            facts=facts,
        )
    )


def _chosen(request: ActorRequest, arrangement: Arrangement) -> Line | None:
    text = request.GET.get("material", "")
    if not text:
        return None
    found = next((line for line in arrangement.lines if str(line.item.id) == text), None)
    if found is None:
        raise Absent
    return found


def _wanted(request: ActorRequest, chosen: Line | None) -> str:
    """The class to show: the one asked for, that of the chosen line, else all."""
    text = request.GET.get("class", "")
    if text in categories().by_no:
        return text
    return chosen.item.body.category if chosen and not text else ALL


def _tree(arrangement: Arrangement, wanted: str) -> list[Branch]:
    counts: Counter[str] = Counter()
    for line in arrangement.lines:
        no = line.item.body.category
        counts[no] += 1
        if "-" in no:
            counts[no.partition("-")[0]] += 1
    return [
        Branch(item, languages.label(item.short, item.en), counts[item.no], item.no == wanted)
        for item in categories().all
    ]


def _groups(
    arrangement: Arrangement,
    wanted: str,
    marks: Mapping[UUID, Mark],
    chosen: Line | None,
    base: str,
) -> list[Group]:
    found: dict[str, list[ShownLine]] = {}
    for line in arrangement.lines:
        no = line.item.body.category
        if wanted in (ALL, no, no.partition("-")[0]):
            found.setdefault(no, []).append(_shown(line, marks.get(line.item.id), chosen))
    table = categories()
    return [
        Group(
            no,
            languages.label(item.short, item.en) if (item := table.get(no)) else "",
            len(lines),
            sum(line.pages for line in lines),
            draw(lines, base),
        )
        for no, lines in found.items()
    ]


def _shown(line: Line, mark: Mark | None, chosen: Line | None) -> ShownLine:
    item, body = line.item, line.item.body
    remarks = [body.remark, _("复印件") if body.copy else "", mark.note if mark else ""]
    said = body.remark if "复印件" in body.remark or "复印件" in body.title else ""
    if said or "复印件" in body.title:
        remarks[1] = ""
    return ShownLine(
        item.id,
        line.label,
        body.title,
        body.formed,
        item.pages,
        item.secrecy,
        "，".join(part for part in remarks if part),
        mark or _plain_mark(item),
        chosen is not None and chosen.item.id == item.id,
        body.pencilled if line.pending else "",
    )


def _plain_mark(item: Item) -> Mark | None:
    """What the counts say where no room above says more."""
    if item.pages and item.scanned_pages >= item.pages:
        return Mark("photo-check", _("已扫描"), "ok")
    if item.scanned_pages:
        short = item.pages - item.scanned_pages
        text = _("少 {n} 页").format(n=short)
        return Mark("alert-triangle", text, "warn", text)
    return Mark("photo-off", _("待扫描"))


def _title(wanted: str) -> tuple[str, str]:
    item = categories().get(wanted)
    if item is None:
        return "", _("全部材料")
    return item.display_no, languages.label(item.short, item.en)


def _pane(
    request: ActorRequest, looked: Look, arrangement: Arrangement, chosen: Line | None
) -> dict[str, Any]:
    if chosen is None:
        return {}
    found: dict[str, Any] = {
        "item": chosen.item,
        "line": chosen,
        "peers": looked.sight.edit and len(arrangement.equals_of(chosen.item.id)) > 1,
    }
    pane = panels.pane(request, looked, chosen.item)
    if pane is not None:
        found["pane_template"], found["pane"] = pane
    return found
