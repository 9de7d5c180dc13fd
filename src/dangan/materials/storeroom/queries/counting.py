"""Stock-takings as pages and papers show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.actions.counting import SETTLINGS
from dangan.materials.storeroom.models import Count, Outcome, Stocktaking
from dangan.materials.storeroom.queries.places import in_reach, require_place, tree
from dangan.materials.storeroom.queries.shelves import VIEW, Shelved, shelved
from dangan.materials.storeroom.rules.counting import OPEN, VERDICTS

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A stock-taking as a line of the list."""

    row: Stocktaking
    who: str
    done: int
    open: int

    @property
    def percent(self) -> float:
        return 100 * self.done / self.row.expected if self.row.expected else 100.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the outcome. ``what`` None: a label that is none of ours, or one whose volume
    the reader may not know of."""

    row: Outcome
    what: Shelved | None
    home: str
    found: str
    verdict: str
    who: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One stock-taking."""

    line: Row
    signed_by: str
    finished_by: str
    tally: dict[str, int]
    lines: tuple[Difference, ...]
    counters: tuple[tuple[str, int], ...]
    """Who counted how many."""


def takings(actor: Actor, *, open_only: bool = False, limit: int = 50) -> list[Row]:
    """Stock-takings of rooms in reach, latest first."""
    require(actor, VIEW)
    grown = tree()
    rows = Stocktaking.objects.order_by("-at")
    if open_only:
        rows = rows.filter(state=Stocktaking.State.OPEN)
    return _rows([row for row in rows[:limit] if in_reach(actor, grown, row.place_id)])


def result(actor: Actor, stocktaking: UUID, *, everything: bool = False) -> Result:
    """One stock-taking with its differences (all lines with ``everything``, for paper).

    Raises :class:`Absent`.
    """
    require(actor, VIEW)
    row = Stocktaking.objects.filter(pk=stocktaking).first()
    if row is None:
        raise Absent
    grown = tree()
    require_place(actor, grown, row.place_id)
    outcomes = Outcome.objects.filter(stocktaking=row)
    tally = Counter(outcomes.values_list("verdict", flat=True))
    wanted = outcomes if everything else outcomes.exclude(verdict="present")
    order = list(VERDICTS)
    lines = sorted(wanted[: 20 * MOST_LINES], key=lambda one: order.index(one.verdict))
    ids = [one.volume_id for one in lines if one.volume_id]
    volumes = list(volumes_within(actor, VIEW).select_related("subject").filter(pk__in=ids))
    known = {one.line.id: one for one in shelved(actor, volumes, grown=grown)}
    counters = Counter(Count.objects.filter(stocktaking=row).values_list("by", flat=True))
    names = names_of_accounts(
        who
        for who in (row.signed_by, row.finished_by, *counters, *(one.settled_by for one in lines))
        if who is not None
    )
    actor.trail.add(Event("stocktaking.read", object=row.number))
    return Result(
        line=_rows([row])[0],
        signed_by=names.get(row.signed_by or UUID(int=0), ""),
        finished_by=names.get(row.finished_by or UUID(int=0), ""),
        tally={key: tally[key] for key in VERDICTS if tally[key]},
        lines=tuple(
            Difference(
                row=one,
                what=known.get(one.volume_id or UUID(int=0)),
                home=grown.label(one.home_id),
                found=grown.label(one.found_id),
                verdict=VERDICTS[one.verdict].text,
                who=names.get(one.settled_by or UUID(int=0), ""),
                choices=_choices(one),
            )
            for one in lines
        ),
        counters=tuple(sorted((names.get(who, ""), n) for who, n in counters.items())),
    )


def _choices(one: Outcome) -> tuple[str, ...]:
    if one.settled_at is not None or one.verdict not in OPEN:
        return ()
    return tuple(
        how
        for how, verdicts in SETTLINGS.items()
        if one.verdict in verdicts and (how != "here" or one.found_id is not None)
    )


def _rows(rows: list[Stocktaking]) -> list[Row]:
    names = names_of_accounts({row.by for row in rows})
    ids = [row.pk for row in rows]
    counted = Counter(
        Count.objects.filter(stocktaking__in=ids, volume__isnull=False).values_list(
            "stocktaking", flat=True
        )
    )
    left = Counter(
        Outcome.objects.filter(
            stocktaking__in=ids, verdict__in=OPEN, settled_at__isnull=True
        ).values_list("stocktaking", flat=True)
    )
    return [Row(row, names.get(row.by, ""), counted[row.pk], left[row.pk]) for row in rows]
