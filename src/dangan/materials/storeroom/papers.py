"""Printed papers of the storeroom: sheets of labels, 盘点表, 检查记录."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import segno
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Secrecy, Volume
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.actions.labels import print_labels
from dangan.materials.storeroom.models import Placement, Setup
from dangan.materials.storeroom.queries import checking, counting, shelves
from dangan.materials.storeroom.queries.places import GONE, tree
from dangan.materials.storeroom.rules.counting import VERDICTS
from dangan.materials.storeroom.rules.labelling import SHEETS, Spot, spots, written
from dangan.ui.printing import pdf

FORMS = Path(__file__).parent / "printed"


def volumes_in(actor: Actor, place: UUID) -> list[UUID]:
    """Volumes in reach that stand in a place or in what is in it, by place and number."""
    grown = tree()
    order = {spot.id: number for number, spot in enumerate(grown.under(place))}
    rows = (
        Placement.objects.filter(
            place__in=order, volume__in=volumes_within(actor, "storeroom.view")
        )
        .exclude(volume__standing__in=GONE)
        .values_list("volume", "place", "volume__number")
    )
    found = sorted((order[at], number, volume) for volume, at, number in rows if at)
    return [volume for _order, _number, volume in found]


def labels(
    actor: Actor,
    *,
    volumes: Collection[UUID] = (),
    places: Collection[UUID] = (),
    sheet: str,
    first: int = 1,
) -> bytes:
    """A sheet of labels as PDF, in the order given; codes are issued as needed.

    Raises as :func:`~dangan.materials.storeroom.actions.labels.print_labels`.
    """
    codes = print_labels(actor, volumes=volumes, places=places)
    form = SHEETS[sheet]
    wanted = list(dict.fromkeys(volumes or places))
    lines = _volume_labels(actor, wanted) if volumes else _place_labels(wanted)
    where = spots(form, len(wanted), first)
    values = {
        "width": form.width,
        "height": form.height,
        "pages": where[-1].page + 1,
        "labels": [
            _label(codes[one], lines[one], spot) for one, spot in zip(wanted, where, strict=True)
        ],
    }
    return pdf(FORMS / "labels.typ", values)


def _label(code: str, line: dict[str, str], spot: Spot) -> dict[str, Any]:
    return line | {
        "code": written(code),
        "qr": qr_svg(code),
        "page": spot.page,
        "x": spot.x,
        "y": spot.y,
    }


def qr_svg(code: str) -> str:
    """The code as QR, an SVG picture."""
    return str(segno.make_qr(code, error="m").svg_inline(border=2, scale=4))


def _volume_labels(actor: Actor, wanted: list[UUID]) -> dict[UUID, dict[str, str]]:
    names = (Setup.objects.filter(pk=1).first() or Setup()).names
    rows = list(Volume.objects.select_related("subject").filter(pk__in=wanted))
    return {
        one.line.id: {
            "title": one.line.number,
            "name": one.line.person.name if names else "",
            "kind": f"{one.line.kind_label} {one.line.copy_label}",
            "place": one.place.label if one.place else "",
            "mark": _mark(one.line.secrecy),
        }
        for one in shelves.shelved(actor, rows)
    }


def _place_labels(wanted: list[UUID]) -> dict[UUID, dict[str, str]]:
    grown = tree()
    return {
        one: {
            "title": grown.label(one),
            "name": "",
            "kind": "",
            "place": "",
            "mark": _mark(grown.apart(one)),
        }
        for one in wanted
    }


def _mark(secrecy: int) -> str:
    return str(Secrecy(secrecy).label) if secrecy else ""


def stocktaking(actor: Actor, stocktaking: UUID) -> tuple[bytes, str]:
    """盘点表 with every difference and the tally, and its number. Names as the actor sees them."""
    shown = counting.result(actor, stocktaking)
    row = shown.line.row
    actor.trail.add(Event("stocktaking.print", object=row.number))
    values = {
        "number": row.number,
        "place": row.place_text,
        "begun": _moment(row.at),
        "finished": _moment(row.finished_at),
        "who": shown.line.who,
        "finished_by": shown.finished_by,
        "signed": _moment(row.signed_at),
        "signed_by": shown.signed_by,
        "expected": row.expected,
        "counted": row.counted or shown.line.done,
        "tally": [[VERDICTS[key].text, count] for key, count in shown.tally.items()],
        "counters": [f"{name} {count}" for name, count in shown.counters],
        "lines": [
            {
                "verdict": one.verdict,
                "number": one.what.line.number
                if one.what
                else (one.row.code or "（不在管辖范围）"),
                "name": one.what.line.person.name if one.what else "",
                "mark": _mark(one.what.line.secrecy) if one.what else "",
                "home": one.home,
                "found": one.found,
                "settled": f"{SETTLED[one.row.settling]} {one.who}" if one.row.settled_at else "",
            }
            for one in shown.lines
        ],
    }
    return pdf(FORMS / "stocktaking.typ", values), row.number


SETTLED = {"back": "已放回", "here": "改为此处", "found": "已找到", "noted": "已查明"}


def checks(actor: Actor, first: date, last: date) -> bytes:
    """检查记录 of a time."""
    require(actor, "storeroom.view")
    made = checking.checks_between(actor, first, last)
    for one in made:
        subject = one.what.line.person.subject if one.what else None
        actor.trail.add(Event("check.print", subject=subject, object=str(one.row.pk)))
    values = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "lines": [
            {
                "day": f"{timezone.localtime(one.row.at):%Y-%m-%d}",
                "what": one.what.line.number if one.what else one.row.place_text,
                "mark": _mark(one.what.line.secrecy) if one.what else "",
                "covered": one.row.covered,
                "condition": one.condition,
                "findings": "；".join(_finding(found) for found in one.findings),
                "words": one.words,
                "who": one.who,
            }
            for one in made
        ],
    }
    return pdf(FORMS / "checks.typ", values)


def _finding(found: checking.Found) -> str:
    text = f"{found.kind}（{found.severity}），{found.row.get_state_display()}"
    return f"{text}：{found.repair}" if found.repair else text


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
