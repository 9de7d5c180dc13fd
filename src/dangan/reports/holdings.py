"""馆藏统计: what the archive room holds, how it grows, what is on screen, used, owed and missing.

Only counts, within the units over which the asker holds ``archive.statistics``; of groups of fewer
than three volumes not even the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Material, Secrecy, Volume
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.consultation.models import Consultation
from dangan.materials.loans.models import Loan
from dangan.materials.receipts.models import Receipt, Wanted
from dangan.organization import queries as organization
from dangan.roster.rules import SMALLEST_CELL

PERMISSION = "archive.statistics"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A branch below the asker's: volumes, pages, and what share of the pages is on screen."""

    unit: UUID
    name: str
    volumes: int | None
    pages: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """All figures of the page and of the report."""

    volumes: int
    materials: int
    pages: int
    scanned_pages: int
    lent: int
    overdue: int
    moving: int
    missing: int
    late: int
    by_kind: Mapping[str, int | None]
    by_secrecy: Mapping[int, int | None]
    months: Sequence[date]
    filed: Sequence[int]
    consulted: Sequence[int]
    borrowed: Sequence[int]
    units: Sequence[UnitRow]

    @property
    def digitised(self) -> float | None:
        """Scanned pages to pages; more than whole counts as whole."""
        return min(1.0, self.scanned_pages / self.pages) if self.pages else None


def holdings(actor: Actor, *, today: date | None = None) -> Holdings:
    """The figures as of today; some ten statements however much there is. Noted in the log."""
    day = today or timezone.localdate()
    rows = volumes_within(actor, PERMISSION).exclude(standing=Volume.Standing.AWAY)
    total = rows.aggregate(
        volumes=Count("pk"),
        materials=Sum("materials", default=0),
        pages=Sum("pages", default=0),
        scanned_pages=Sum("scanned_pages", default=0),
        lent=Count("pk", filter=Q(standing=Volume.Standing.LENT)),
        moving=Count("pk", filter=Q(standing=Volume.Standing.MOVING)),
    )
    months = _months(day)
    actor.trail.add(Event("holdings.read", facts={"volumes": total["volumes"]}))
    inside = rows.values("pk")
    return Holdings(
        **total,
        overdue=Loan.objects.filter(volume__in=inside, state="lent", due__lt=day).count(),
        missing=Wanted.objects.filter(
            volume__in=inside, state__in=[Wanted.State.ASKED, Wanted.State.SENT]
        ).count(),
        late=Receipt.objects.filter(
            volume__in=inside, state__in=["pending", "problem"], due_on__lt=day
        ).count(),
        by_kind=_by(rows, "kind", FileKind.values),
        by_secrecy=_by(rows, "highest", Secrecy.values),
        months=months,
        filed=_monthly(Material.objects.filter(volume__in=inside), "filed_at", months),
        consulted=_monthly(Consultation.objects.filter(volume__in=inside), "opened_at", months),
        borrowed=_monthly(Loan.objects.filter(volume__in=inside), "handed_at", months),
        units=_units(rows),
    )


def _months(day: date) -> list[date]:
    """The first days of this month and the eleven before it."""
    last = day.year * 12 + day.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]


def _monthly(rows: QuerySet[Any], field: str, months: Sequence[date]) -> list[int]:
    """How many fall into each month, by Shanghai's calendar."""
    start = timezone.make_aware(datetime(months[0].year, months[0].month, 1))
    found = (
        rows.filter(**{f"{field}__gte": start})
        .order_by()
        .annotate(month=TruncMonth(field))
        .values_list("month")
        .annotate(n=Count("pk"))
    )
    counts = {timezone.localtime(month).date(): n for month, n in found}
    return [counts.get(month, 0) for month in months]


def _by(rows: QuerySet[Volume], field: str, keys: Iterable[Any]) -> dict[Any, int | None]:
    found = dict(rows.order_by().values_list(field).annotate(n=Count("pk")))
    return {key: _shown(found.get(key, 0)) for key in keys}


def _shown(count: int) -> int | None:
    """A count that gives nobody away: none of one or two."""
    return None if 0 < count < SMALLEST_CELL else count


def _units(rows: QuerySet[Volume]) -> list[UnitRow]:
    """By the branches that stand directly below the companies, the fullest first."""
    tree = organization.tree()
    sums: dict[UUID, list[int]] = {}
    counted = (
        rows.order_by()
        .values_list("subject__unit")
        .annotate(n=Count("pk"), pages_=Sum("pages"), scanned_=Sum(F("scanned_pages")))
    )
    for unit, volumes, pages, scanned in counted:
        path = tree.path_of(unit) if unit else ()
        if path:
            branch = sums.setdefault(path[min(2, len(path) - 1)], [0, 0, 0])
            for place, value in enumerate((volumes, pages or 0, scanned or 0)):
                branch[place] += value
    listed = sorted(sums.items(), key=lambda one: -one[1][0])
    return [_row(unit, tree.label(unit), *values) for unit, values in listed]


def _row(unit: UUID, name: str, volumes: int, pages: int, scanned: int) -> UnitRow:
    few = _shown(volumes) is None
    share = min(1.0, scanned / pages) if pages and not few else None
    return UnitRow(unit, name, None if few else volumes, None if few else pages, share)
