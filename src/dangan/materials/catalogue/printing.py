"""The catalogue and the list of numbers as A4 PDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.materials.catalogue import queries, shown
from dangan.materials.catalogue.models import FileKind, Secrecy
from dangan.materials.catalogue.queries.arranging import Line, arranged
from dangan.materials.catalogue.queries.looking import Look
from dangan.materials.catalogue.table import categories
from dangan.organization import queries as organization
from dangan.ui.printing import pdf

FORMS = Path(__file__).parent / "printed"

TITLES = {
    FileKind.CADRE: "干部人事档案目录",
    FileKind.STAFF: "职工档案目录",
    FileKind.EMPLOYEE_FILE: "员工资料目录",
}
"""Printed forms are Chinese, whatever the reader's language."""


def catalogue_pdf(actor: Actor, looked: Look, layout: str) -> bytes:
    """The catalogue as the reader sees it: ``2012`` with seven columns, ``1991`` with eight.

    Class rows stand for every class, also for those without papers, so that it can be continued
    by hand; the spare lines are a setting.
    """
    found = queries.settings()
    lines = arranged(looked).lines
    values = _about(actor, looked, [line.item.secrecy for line in lines])
    values |= {
        "layout": layout,
        "binding": found.binding_mm,
        "rows": list(_rows(lines, layout, found.spare_lines)),
        "count": len(lines),
        "pages": sum(line.item.pages for line in lines),
    }
    return pdf(FORMS / "catalogue.typ", values)


def numbers_pdf(actor: Actor, looked: Look) -> bytes:
    """需改写的编号, to be worked off beside the papers."""
    arrangement = arranged(looked)
    items = {line.item.id: line.item for line in arrangement.lines}
    seen = [items[change.id].secrecy for change in arrangement.renumber]
    values = _about(actor, looked, seen)
    values["rows"] = [
        {"old": change.old, "new": change.new, "title": change.title}
        for change in arrangement.renumber
    ]
    return pdf(FORMS / "numbers.typ", values)


def _about(actor: Actor, looked: Look, secrecy: list[int]) -> dict[str, Any]:
    """Whose volume it is, its highest mark among what is printed, and who printed it when."""
    volume = looked.volume
    block = shown.person(actor, volume.subject_id, told=bool(looked.sight.grants))
    highest = max([volume.secrecy, *secrecy])
    roots = organization.tree().roots
    return {
        "title": TITLES[FileKind(volume.kind)],
        "org": roots[0].name if roots else "",
        "name": block.name,
        "employee_number": block.employee_number,
        "number": volume.number,
        "copy": "副本" if volume.original_id else "正本",
        "secrecy": _mark(highest),
        "printed_by": actor.name,
        "printed_at": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    }


def _rows(lines: tuple[Line, ...], layout: str, spare: int) -> Iterator[dict[str, Any]]:
    by_class: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_class[line.item.body.category].append(line)
    for category in categories().all:
        if category.parent:
            sub = category.no.partition("-")[2]
            no = category.display_no if layout == "1991" else sub
            yield {"kind": "sub", "no": no, "title": category.name}
        else:
            yield {"kind": "class", "no": category.display_no, "title": category.name}
        if not category.holds:
            continue
        for line in by_class[category.no]:
            yield _row(line, layout)
        for _place in range(spare):
            yield {"kind": "spare"}


def _row(line: Line, layout: str) -> dict[str, Any]:
    body, item = line.item.body, line.item
    remarks = [_mark(item.secrecy), body.remark]
    if body.copy and "复印件" not in body.title and "复印件" not in body.remark:
        remarks.append("复印件")
    return {
        "kind": "line",
        "no": line.label if layout == "1991" else line.number,
        "title": body.title,
        "year": f"{body.year:04d}" if body.year else "",
        "month": f"{body.month:02d}" if body.month else "",
        "day": f"{body.day:02d}" if body.day else "",
        "copies": str(body.copies),
        "pages": str(item.pages or ""),
        "remark": "，".join(part for part in remarks if part),
    }


def _mark(secrecy: int) -> str:
    return {Secrecy.INTERNAL: "秘密", Secrecy.CONFIDENTIAL: "机密", Secrecy.TOP: "绝密"}.get(
        Secrecy(secrecy), ""
    )
