"""离职未转档: leavers whose files are still here after the term of fifteen days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dossiers.models import Change, Subject
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.catalogue.shown import VolumeLine, volume_lines
from dangan.materials.loans.within import within
from dangan.materials.transfers.queries.slips import transfers_of

PER_PAGE = 30
_STATE = Change.Kind.STATE
_MOVES = (FileKind.STAFF, FileKind.CADRE)
"""What belongs to the person's next employer or a talent service; our own papers stay."""


@dataclass(frozen=True, slots=True)
class DepartedLine:
    volume: VolumeLine
    left: date | None
    days: int
    moving: bool


@dataclass(frozen=True, slots=True)
class DepartedPage:
    lines: tuple[DepartedLine, ...]
    total: int
    offset: int
    limit: int
    term: int


def departed(actor: Actor, *, offset: int = 0, limit: int = PER_PAGE) -> DepartedPage:
    """Files of those who left longer ago than the term, the longest first."""
    require(actor, "transfers.manage")
    term, today = settings().departed_days, timezone.localdate()
    rows = (
        Volume.objects.filter(
            within(actor, "transfers.manage", "subject__unit"),
            kind__in=_MOVES,
            standing__in=(Volume.Standing.HELD, Volume.Standing.LENT),
            restricted_at__isnull=True,
            subject__state=Subject.State.DEPARTED,
        )
        .annotate(left=Max("subject__changes__effective", filter=Q(subject__changes__kind=_STATE)))
        .filter(left__lt=today - timedelta(days=term))
        .select_related("subject", "fonds")
        .order_by("left", "number")
    )
    total = rows.count()
    found = list(rows[offset : offset + limit])
    going = transfers_of({row.pk for row in found})
    lines = volume_lines(actor, found)
    actor.trail.add(Event("transfer.list", facts={"rows": len(found), "state": "departed"}))
    return DepartedPage(
        tuple(
            DepartedLine(line, row.left, (today - row.left).days, row.pk in going)
            for row, line in zip(found, lines, strict=True)
        ),
        total,
        offset,
        limit,
        term,
    )
