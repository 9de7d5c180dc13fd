"""移交登记 and one list of hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from dangan.access.models import AccountState, Grant
from dangan.access.queries import in_force, names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.shown import VolumeLine, volume_lines
from dangan.materials.loans.telling import keepers
from dangan.materials.transfers.actions.custody import KEPT, OPEN, SUPERVISORS, takes_part
from dangan.materials.transfers.models import HandOver, HandOverLine
from dangan.materials.transfers.sealing import open_notes, open_reason

PER_PAGE = 30
LINES_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class HandOverListLine:
    id: UUID
    number: str
    giver: str
    taker: str
    supervisor: str
    volumes: int
    counted: int
    drawn: int
    at: date
    state: str
    state_label: str
    shape: str


@dataclass(frozen=True, slots=True)
class HandOverPage:
    lines: tuple[HandOverListLine, ...]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class CountLine:
    """A volume of the list; without a name where the reader may not see it."""

    id: int
    volume: VolumeLine
    drawn: bool
    outcome: str
    outcome_label: str
    note: str
    materials: int
    pages: int


@dataclass(frozen=True, slots=True)
class HandOverView:
    handover: HandOver
    names: Mapping[UUID, str]
    reason: str
    lines: tuple[CountLine, ...]
    total: int
    offset: int
    limit: int
    left: int
    differing: int
    missing: int
    materials: int
    pages: int
    may_count: bool
    may_sign: bool
    may_cancel: bool

    @property
    def giver_name(self) -> str:
        return self.names.get(self.handover.giver, "")

    @property
    def taker_name(self) -> str:
        return self.names.get(self.handover.taker, "")

    @property
    def supervisor_name(self) -> str:
        return self.names.get(self.handover.supervisor, "")


@dataclass(frozen=True, slots=True)
class Parties:
    """Who may give, take and supervise: (account, name)."""

    givers: tuple[tuple[UUID, str], ...]
    takers: tuple[tuple[UUID, str], ...]
    supervisors: tuple[tuple[UUID, str], ...]


def handovers(actor: Actor, *, offset: int = 0, limit: int = PER_PAGE) -> HandOverPage:
    """移交登记: those one takes part in, or all for whoever keeps transfers everywhere."""
    require(actor, "archive.use")
    mine = Q(giver=actor.id) | Q(taker=actor.id) | Q(supervisor=actor.id) | Q(begun_by=actor.id)
    rows = HandOver.objects.filter(Q() if actor.may_at("transfers.manage", ()) else mine)
    total = rows.count()
    found = list(
        rows.annotate(
            volumes=Count("lines"),
            drawn_count=Count("lines", filter=Q(lines__drawn=True)),
            counted=Count("lines", filter=~Q(lines__outcome="")),
        ).order_by("-at", "pk")[offset : offset + limit]
    )
    who = {one for row in found for one in (row.giver, row.taker, row.supervisor)}
    names = names_of_accounts(who)
    actor.trail.add(Event("custody.list", facts={"rows": len(found)}))
    return HandOverPage(
        tuple(
            HandOverListLine(
                id=row.pk,
                number=row.number,
                giver=names.get(row.giver, ""),
                taker=names.get(row.taker, ""),
                supervisor=names.get(row.supervisor, ""),
                volumes=row.volumes,
                counted=row.counted,
                drawn=row.drawn_count,
                at=timezone.localdate(row.at),
                state=row.state,
                state_label=row.get_state_display(),
                shape={"done": "ok", "cancelled": "off"}.get(row.state, "run"),
            )
            for row in found
        ),
        total,
        offset,
        limit,
    )


def handover(
    actor: Actor, handover: UUID, *, offset: int = 0, limit: int | None = LINES_PER_PAGE
) -> HandOverView:
    """One list of hand-over for the three who sign it. Raises :class:`Absent` (noted)."""
    row = HandOver.objects.filter(pk=handover).first()
    if row is None or not takes_part(actor, row):
        actor.trail.add(Event("custody.read", outcome="refused", object=str(handover)))
        raise Absent
    actor.trail.add(Event("custody.read", object=str(handover)))
    every = row.lines.select_related("volume__subject").order_by("volume__number")
    lines = list(every[offset : offset + limit] if limit else every)
    shown = volume_lines(actor, [line.volume for line in lines])
    notes = open_notes(lines)
    sums = row.lines.aggregate(
        total=Count("pk"),
        left=Count("pk", filter=Q(drawn=True, outcome="")),
        differing=Count("pk", filter=Q(outcome=HandOverLine.Outcome.DIFFERS)),
        missing=Count("pk", filter=Q(outcome=HandOverLine.Outcome.MISSING)),
    )
    counts = list(row.lines.values_list("materials", "pages"))
    return HandOverView(
        handover=row,
        names=names_of_accounts({row.giver, row.taker, row.supervisor}),
        reason=open_reason(row),
        lines=tuple(
            CountLine(
                line.pk,
                volume,
                line.drawn,
                line.outcome,
                line.get_outcome_display(),
                notes.get(line.pk, ""),
                line.materials,
                line.pages,
            )
            for line, volume in zip(lines, shown, strict=True)
        ),
        offset=offset,
        limit=limit or sums["total"],
        materials=sum(one for one, _two in counts),
        pages=sum(two for _one, two in counts),
        may_count=row.state == HandOver.State.COUNTING and actor.id == row.taker,
        may_sign=_may_sign(actor, row),
        may_cancel=row.state in OPEN and actor.id in {row.begun_by, row.supervisor},
        **sums,
    )


def parties(actor: Actor) -> Parties:
    """Whom a form of hand-over offers. Five statements."""
    require(actor, "archive.use")
    giving = set(
        Volume.objects.filter(standing__in=KEPT, keeper__isnull=False)
        .values_list("keeper", flat=True)
        .distinct()
    )
    taking = {account for account, _unit in keepers("transfers.manage")}
    held = Grant.objects.filter(
        in_force(timezone.localdate()),
        role__in=SUPERVISORS,
        account__state=AccountState.ACTIVE,
    )
    supervising = set(held.values_list("account", flat=True))
    names = names_of_accounts({*(one for one in giving if one), *taking, *supervising})

    def pairs(ids: set[UUID]) -> tuple[tuple[UUID, str], ...]:
        return tuple(sorted(((i, names[i]) for i in ids if i in names), key=lambda p: p[1]))

    return Parties(pairs({one for one in giving if one}), pairs(taking), pairs(supervising))


def _may_sign(actor: Actor, row: HandOver) -> bool:
    if row.state != HandOver.State.SIGNING:
        return False
    if actor.id == row.giver:
        return row.giver_at is None
    if actor.id == row.taker:
        return row.taker_at is None
    both = row.giver_at is not None and row.taker_at is not None
    return actor.id == row.supervisor and both and row.supervisor_at is None
