"""Holds in lists, and on one volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from dangan.access import units
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.disposal.models import Hold
from dangan.materials.disposal.sealing import hold_place, open_text
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold as the list shows it."""

    id: UUID
    number: str
    kind_label: str
    scope_label: str
    person: PersonBlock | None
    volume_number: str
    unit_label: str
    reason: str
    placed_by: str
    placed_at: datetime
    until: date | None
    lifted_by: str
    lifted_at: datetime | None
    lifting: str
    in_force: bool
    may_lift: bool
    own: bool


def hold_lines(actor: Actor, *, past: bool = False) -> list[HoldLine]:
    """Holds within the actor's reach, those in force first; with ``past`` the others."""
    require(actor, "disposal.view")
    today = timezone.localdate()
    rows = [
        row for row in Hold.objects.order_by("-placed_at")[:1000] if _in_force(row, today) != past
    ]
    homes = dict(
        Subject.objects.filter(pk__in={row.subject for row in rows}).values_list("pk", "unit")
    )
    rows = [row for row in rows if actor.may_at("disposal.view", _path(row, homes))]
    actor.trail.add(
        Event(
            "hold.list",
            facts={"rows": len(rows)},
            detail={"subjects": sorted({str(row.subject) for row in rows if row.subject})},
        )
    )
    return _lines(actor, rows, homes, today)


def _lines(
    actor: Actor, rows: Sequence[Hold], homes: dict[UUID, UUID | None], today: date
) -> list[HoldLine]:
    key = vault.key_of(SYSTEM)
    blocks = people(actor, {row.subject for row in rows if row.subject})
    accounts = names_of_accounts(
        {who for row in rows for who in (row.placed_by, row.lifted_by) if who}
    )
    numbers = dict(
        Volume.objects.filter(pk__in={row.volume for row in rows}).values_list("pk", "number")
    )
    lines = []
    for row in rows:
        in_force = _in_force(row, today)
        may = actor.may_at("holds.manage", _path(row, homes))
        lines.append(
            HoldLine(
                id=row.pk,
                number=row.number,
                kind_label=row.get_kind_display(),
                scope_label=row.get_scope_display(),
                person=blocks.get(row.subject) if row.subject else None,
                volume_number=numbers.get(row.volume, "") if row.volume else "",
                unit_label=units.label(row.target) if row.scope == Hold.Scope.UNIT else "",
                reason=open_text(key, hold_place(row.pk, "reason"), row.sealed_reason),
                placed_by=accounts.get(row.placed_by, ""),
                placed_at=row.placed_at,
                until=row.until,
                lifted_by=accounts.get(row.lifted_by, "") if row.lifted_by else "",
                lifted_at=row.lifted_at,
                lifting=open_text(key, hold_place(row.pk, "lifting"), row.sealed_lifting),
                in_force=in_force,
                may_lift=in_force and may and row.placed_by != actor.id,
                own=row.placed_by == actor.id,
            )
        )
    return lines


def _in_force(row: Hold, today: date) -> bool:
    return row.lifted_at is None and (row.until is None or row.until >= today)


def _path(row: Hold, homes: dict[UUID, UUID | None]) -> tuple[UUID, ...]:
    if row.scope == Hold.Scope.UNIT:
        return units.path(row.target)
    return units.path(homes.get(row.subject)) if row.subject else ()
