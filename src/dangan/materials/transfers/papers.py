"""The papers of transfers and custody: what goes onto each form, noted before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import flush
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Fonds, Secrecy, Volume
from dangan.materials.transfers import queries
from dangan.materials.transfers.models import Arrival, HandOver, HandOverLine, Transfer, Way
from dangan.materials.transfers.queries.arrivals import ArrivalPersonView
from dangan.materials.transfers.queries.slips import PersonLine, SlipView
from dangan.organization import queries as organization
from dangan.ui.printing import pdf

FORMS = Path(__file__).parent / "printed"
ON_SLIP = 5
"""People whose lines fit onto the slip itself; more stand on a sheet that goes with it."""
MOST_PRINTED = 1000

WAYS = {Way.COURIER: "机要交通", Way.PERSONS: "专人送取"}
KINDS = {
    FileKind.CADRE: "干部人事档案",
    FileKind.STAFF: "企业职工档案",
    FileKind.EMPLOYEE_FILE: "单位自有资料",
}
"""Official papers keep their Chinese words in every language."""
COPIES = {Volume.Copy.ORIGINAL: "正本", Volume.Copy.PARTIAL: "副本"}
MARKS = {
    Secrecy.NONE: "",
    Secrecy.INTERNAL: "秘密",
    Secrecy.CONFIDENTIAL: "机密",
    Secrecy.TOP: "绝密",
}
STATES = {
    "asked": "审批中",
    "back": "已退回",
    "ready": "待发出",
    "sent": "待回执",
    "received": "已收回执",
    "rejected": "对方退回",
    "cancelled": "未转出",
    "arrived": "待核对",
    "accepted": "已接收",
    "refused": "已退回",
}


def slip(actor: Actor, transfer: UUID) -> bytes:
    """三联转递单: 存根, 转递单, 回执 under one 字第号. Raises :class:`Absent` before it is sent."""
    view = queries.slip(actor, transfer)
    if view.transfer.serial is None:
        raise Absent
    _note(actor, view, "slip")
    return pdf(FORMS / "slip.typ", _slip_values(view))


def chase(actor: Actor, transfer: UUID) -> bytes:
    """催办函: asks the receiver for the 回执. Raises :class:`Absent` for what is not sent."""
    view = queries.slip(actor, transfer)
    if view.transfer.state != Transfer.State.SENT:
        raise Absent
    _note(actor, view, "chase")
    values = _slip_values(view) | {
        "today": _said(timezone.localdate()),
        "times": max(1, view.transfer.chased),
    }
    return pdf(FORMS / "chase.typ", values)


def receipt(actor: Actor, arrival: UUID) -> bytes:
    """回执 for files that came in and were taken. Raises :class:`Absent` before that."""
    view = queries.arrival(actor, arrival)
    if view.arrival.state != Arrival.State.ACCEPTED:
        raise Absent
    return pdf(FORMS / "receipt.typ", _arrival_values(actor, view, "receipt"))


def refusal(actor: Actor, arrival: UUID) -> bytes:
    """退回函 with the defects listed. Raises :class:`Absent` for what was not sent back."""
    view = queries.arrival(actor, arrival)
    if view.arrival.state != Arrival.State.REFUSED:
        raise Absent
    return pdf(FORMS / "refusal.typ", _arrival_values(actor, view, "refusal"))


def register(actor: Actor) -> bytes:
    """转递登记簿: what went out and what came in, as far as the reader keeps it."""
    out = queries.slips(actor, limit=MOST_PRINTED)
    came = queries.arrivals(actor, limit=MOST_PRINTED)
    actor.trail.add(Event("transfer.print", object="register", facts={"rows": len(out.lines)}))
    flush(actor.trail)
    values = {
        "organization": organization_name(),
        "today": _said(timezone.localdate()),
        "out": [
            {
                "number": line.number or line.case_number,
                "date": _day(line.sent_on),
                "names": _some(line.persons, line.people),
                "mark": MARKS[Secrecy(line.secrecy)],
                "receiver": line.receiver,
                "originals": line.originals,
                "copies": line.copies,
                "materials": line.materials,
                "way": WAYS[Way(line.way)],
                "receipt": _day(line.receipt_on),
                "state": STATES.get(line.state, ""),
            }
            for line in out.lines
        ],
        "into": [
            {
                "number": line.number,
                "date": _day(line.arrived_on),
                "names": _some(line.names, len(line.names)),
                "sender": line.sender,
                "slip": line.slip,
                "volumes": line.volumes,
                "materials": line.materials,
                "state": STATES.get(line.state, ""),
            }
            for line in came.lines
        ],
    }
    return pdf(FORMS / "register.typ", values)


def custody(actor: Actor, handover: UUID) -> bytes:
    """移交清册 with the signatures given so far."""
    view = queries.handover(actor, handover, limit=None)
    row = view.handover
    if row.state == HandOver.State.CANCELLED:
        raise Absent
    words = {
        HandOverLine.Outcome.OPEN: "",
        HandOverLine.Outcome.FOUND: "相符",
        HandOverLine.Outcome.DIFFERS: "有差异",
        HandOverLine.Outcome.MISSING: "未见",
    }
    signed = [
        ("移交人", row.giver, row.giver_at),
        ("接收人", row.taker, row.taker_at),
        ("监交人", row.supervisor, row.supervisor_at),
    ]
    values = {
        "organization": organization_name(),
        "number": row.number,
        "reason": view.reason,
        "how": "逐卷清点" if row.count_all else "抽点",
        "total": view.total,
        "materials": view.materials,
        "pages": view.pages,
        "differing": view.differing,
        "missing": view.missing,
        "lines": [
            {
                "number": line.volume.number,
                "name": line.volume.person.name,
                "kind": KINDS[FileKind(line.volume.kind)],
                "mark": MARKS[Secrecy(line.volume.secrecy)],
                "materials": line.materials,
                "pages": line.pages,
                "outcome": words[HandOverLine.Outcome(line.outcome)],
                "note": line.note,
            }
            for line in view.lines
        ],
        "signed": [
            {"as": role, "name": view.names.get(who, ""), "at": _clock(at)}
            for role, who, at in signed
        ],
        "done": _clock(row.done_at),
    }
    facts = {"number": row.number, "rows": len(view.lines)}
    actor.trail.add(Event("transfer.print", object=str(handover), facts=facts))
    flush(actor.trail)
    return pdf(FORMS / "custody.typ", values)


def organization_name() -> str:
    """Who we are on an official paper: the fonds, else the root of the organisation."""
    known = Fonds.objects.filter(closed_at__isnull=True).order_by("opened_at").first()
    if known is not None:
        return known.name
    tree = organization.tree()
    return tree.label(tree.roots[0].id) if tree.roots else ""


def _note(actor: Actor, view: SlipView, kind: str) -> None:
    for line in view.persons:
        actor.trail.add(
            Event(
                "transfer.print",
                subject=line.subject,
                object=str(view.transfer.pk),
                facts={"paper": kind, "number": view.transfer.serial or 0},
            )
        )
    flush(actor.trail)


def _slip_values(view: SlipView) -> dict[str, Any]:
    row, body = view.transfer, view.body
    return {
        "organization": organization_name(),
        "word": row.word,
        "year": str(row.year or ""),
        "serial": f"{row.serial:04d}" if row.serial else "",
        "number": row.number,
        "receiver": body.receiver,
        "date": _said(row.sent_on),
        "way": WAYS[Way(row.way)],
        "carriers": "、".join(one.name for one in body.carriers) or body.courier,
        "remark": body.remark,
        "names": _some([line.name for line in view.persons], len(view.persons)),
        "count": len(view.persons),
        "originals": view.originals,
        "copies": view.copies,
        "materials": view.materials,
        "lines": [_person(line) for line in view.persons],
        "on_slip": ON_SLIP,
        "mark": MARKS[Secrecy(max(line.secrecy for line in view.persons))],
    }


def _person(line: PersonLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "post": line.post,
        "reason": line.reason,
        "originals": line.originals,
        "copies": line.copies,
        "materials": line.materials,
    }


def _arrival_values(actor: Actor, view: queries.ArrivalView, kind: str) -> dict[str, Any]:
    row, body = view.arrival, view.body
    facts = {"paper": kind, "number": row.number}
    actor.trail.add(Event("transfer.print", object=str(row.pk), facts=facts))
    flush(actor.trail)
    originals = [item for item in view.persons if item.line.copy == Volume.Copy.ORIGINAL]
    copies = [item for item in view.persons if item.line.copy == Volume.Copy.PARTIAL]
    names = [item.person.name for item in view.persons]
    return {
        "organization": organization_name(),
        "number": row.number,
        "sender": body.sender,
        "slip": body.slip,
        "sent_on": _said_text(body.sent_on),
        "arrived_on": _said(row.arrived_on),
        "decided_on": _said(row.decided_on),
        "names": _some(list(dict.fromkeys(names)), len(set(names))),
        "count": len(set(names)),
        "originals": sum(item.line.books or 0 for item in originals),
        "copies": sum(item.line.books or 0 for item in copies),
        "materials": sum(item.line.materials or 0 for item in view.persons),
        "signer": view.names.get(row.decided_by, "") if row.decided_by else "",
        "decision": body.decision,
        "sealed": body.sealed,
        "lines": [_came(item) for item in view.persons],
    }


def _came(item: ArrivalPersonView) -> Mapping[str, Any]:
    line = item.line
    return {
        "name": item.person.name,
        "post": item.person.post,
        "kind": KINDS[FileKind(line.kind)],
        "copy": COPIES[Volume.Copy(line.copy)],
        "books": _number(line.books),
        "materials": _number(line.materials),
        "defects": [*item.person.defects, *(str(message) for message in item.differences)],
    }


def _some(names: Any, count: int) -> str:
    """``沈知微``; ``沈知微等 3 名``."""
    listed = list(names)
    if not listed:
        return f"{count} 名" if count else ""
    return listed[0] if count == 1 else f"{listed[0]}等 {count} 名"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _said(day: date | None) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""


def _said_text(text: str) -> str:
    return _said(date.fromisoformat(text)) if text else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _clock(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
