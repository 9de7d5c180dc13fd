"""阅览记录: which reader saw which page when, read from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.catalogue import actions, label_of
from dangan.audit.queries import LoggedEvent, done_by
from dangan.audit.rules import Event
from dangan.materials.catalogue.queries import contents, look
from dangan.materials.consultation.queries.requests import ConsultationView, consultation

ROOMS = ("volume", "material", "page")
"""Events whose names begin so are looks at a file or its pages."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One look. ``title`` is empty where the asker may not see that material."""

    at: datetime
    name: str
    deed: str
    title: str
    page: str
    address: str


def reading_log(actor: Actor, consultation_id: UUID) -> tuple[ConsultationView, list[LogLine]]:
    """For whoever keeps the register over the person, page by page, oldest first.

    Titles are those the asker sees in the catalogue. Raises :class:`Absent`.
    """
    view = consultation(actor, consultation_id)
    if not view.manages:
        actor.trail.add(
            Event(
                "consultation.log",
                outcome="refused",
                subject=view.row.subject,
                object=str(consultation_id),
            )
        )
        raise Absent
    row = view.row
    actor.trail.add(Event("consultation.log", subject=row.subject, object=str(row.pk)))
    if row.opened_at is None or row.until is None:
        return view, []
    accounts = {seat.account for seat in row.seats.all() if seat.account}
    ends = min(row.until, row.ended_at or row.until, timezone.now())
    events = done_by(row.subject, accounts, _read_actions(), since=row.opened_at, until=ends)
    titles = _titles(actor, row.volume_id)
    names = names_of_accounts(accounts)
    return view, [_line(event, names, titles) for event in events if _of_this(event, row.number)]


def _read_actions() -> frozenset[str]:
    return frozenset(key for key in actions() if key.partition(".")[0] in ROOMS)


def _of_this(event: LoggedEvent, number: str) -> bool:
    """An event that names a case names this one; one that names none was in its time."""
    named = str(event.facts.get("case") or "")
    return not named or number in named


def _titles(actor: Actor, volume: UUID) -> dict[str, str]:
    try:
        items, _hidden = contents(look(actor, volume))
    except (Absent, Refused):
        return {}
    return {str(item.id): f"{item.body.label} {item.body.title}".strip() for item in items}


def _line(event: LoggedEvent, names: dict[UUID, str], titles: dict[str, str]) -> LogLine:
    material = str(event.facts.get("material", event.object))
    return LogLine(
        event.at,
        names.get(event.actor, ""),
        label_of(event.action, language=get_language() or ""),
        titles.get(material, ""),
        str(event.facts.get("page", "")),
        event.address,
    )
