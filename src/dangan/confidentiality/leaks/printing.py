"""泄密事件报告: the form for the authority, without anybody's name (PIPL art. 57)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.translation import override

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import flush
from dangan.audit.rules import Event
from dangan.confidentiality.leaks import queries
from dangan.confidentiality.leaks.forms import kinds_text
from dangan.confidentiality.leaks.models import Leak
from dangan.confidentiality.leaks.rules import Assessment, Telling
from dangan.organization import queries as organization
from dangan.ui.printing import pdf

FORM = Path(__file__).parent / "printed" / "leak.typ"


def report(actor: Actor, leak: UUID) -> bytes:
    """The PDF, noted before it leaves. Permission leaks.manage over the unit; else Absent."""
    view = queries.one(actor, leak)
    if not view.manages:
        raise Absent
    row, body = view.row, view.body
    found = body.assessment or Assessment("", 0, False, False, "", "", False, "", False, "")
    told = body.telling or Telling()
    tree = organization.tree()
    with override("zh-hans"):
        values = {
            "number": row.number,
            "organization": tree.label(tree.roots[0].id) if tree.roots else "",
            "noticed": _moment(datetime.fromisoformat(body.noticed)),
            "reported": _moment(row.at),
            "severity": str(Leak.Severity(row.severity).label) if row.severity else "尚未评估",
            "people": "" if row.people is None else str(row.people),
            "kinds": kinds_text(body),
            "what": body.what,
            "cause": found.cause,
            "harm": found.harm,
            "done": "\n".join(filter(None, [body.done, body.first.measures if body.first else ""])),
            "measures": [
                {"what": one.what, "due": one.due, "done": one.done} for one in body.measures
            ],
            "authority": _told(told.authority, told.authority_at, told.authority_number),
            "persons": _told(told.persons_how, told.persons_at, ""),
            "persons_reason": found.persons_reason,
            "persons_text": told.persons_text,
            "printed": _moment(timezone.now()),
        }
    actor.trail.add(Event("leak.print", object=str(row.id)))
    flush(actor.trail)
    return pdf(FORM, values)


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _told(*parts: str) -> str:
    return "，".join(part for part in parts if part) or "尚未告知"
