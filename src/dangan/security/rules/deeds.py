"""What rules look at: deeds from the log, and what is known besides. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BEGINS, ENDS = time(7), time(20, 30)
"""Working time as alarms see it: who begins early or stays late is not odd."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An event of the log, as far as rules look at it. ``at`` is local time."""

    at: datetime
    actor: UUID
    action: str
    outcome: str = "done"
    subject: UUID | None = None
    object: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Habit:
    """How an account worked over the last weeks.

    ``busiest_day`` and ``busiest_hour`` are the most people it opened in one, leaving out the
    busiest tenth of its days; ``odd_days`` counts days with openings outside working time.
    """

    days: int = 0
    busiest_day: int = 0
    busiest_hour: int = 0
    odd_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known besides the deeds.

    ``worked`` holds pairs of account and subject between whom there was work: a case, a change.
    ``keepers`` look after former employees' dossiers. ``superiors`` are heads above somebody.
    """

    now: datetime
    working: Callable[[date], bool]
    opens: frozenset[str]
    person_of: Mapping[UUID, UUID] = field(default_factory=dict)
    unit_of: Mapping[UUID, UUID | None] = field(default_factory=dict)
    superiors: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    departed: frozenset[UUID] = frozenset()
    worked: frozenset[tuple[UUID, UUID]] = frozenset()
    habits: Mapping[UUID, Habit] = field(default_factory=dict)
    budgets: Mapping[UUID, tuple[int, int]] = field(default_factory=dict)
    week: Mapping[UUID, int] = field(default_factory=dict)
    """People each account opened within seven days."""
    keepers: frozenset[UUID] = frozenset()
    administrators: frozenset[UUID] = frozenset()

    def odd(self, at: datetime) -> bool:
        """Whether this is outside working time."""
        return not self.working(at.date()) or not BEGINS <= at.time() < ENDS

    def idle(self, deed: Deed) -> bool:
        """Whether somebody else's dossier was opened without a case or a change to show for it."""
        return (
            deed.subject is not None
            and self.person_of.get(deed.actor) != deed.subject
            and (deed.actor, deed.subject) not in self.worked
        )


def openings(deeds: Iterable[Deed], known: Known) -> list[Deed]:
    """The deeds that showed something of somebody else's dossier."""
    return [
        deed
        for deed in deeds
        if deed.action in known.opens
        and deed.outcome == "done"
        and deed.subject is not None
        and known.person_of.get(deed.actor) != deed.subject
    ]


def by_actor(deeds: Iterable[Deed]) -> dict[UUID, list[Deed]]:
    found: dict[UUID, list[Deed]] = defaultdict(list)
    for deed in deeds:
        found[deed.actor].append(deed)
    return found


def people(deeds: Iterable[Deed]) -> set[UUID]:
    """Whom the deeds were about."""
    return {deed.subject for deed in deeds if deed.subject is not None}


@dataclass(frozen=True, slots=True)
class Peak:
    """The most different things within a span, and when that was reached."""

    count: int
    at: datetime | None


def peak(deeds: Sequence[Deed], span: timedelta, what: Callable[[Deed], object]) -> Peak:
    """The most different values of ``what`` within any ``span``; deeds in order of time."""
    held: dict[object, int] = defaultdict(int)
    best, when, first = 0, None, 0
    for deed in deeds:
        held[what(deed)] += 1
        while deed.at - deeds[first].at > span:
            key = what(deeds[first])
            held[key] -= 1
            if not held[key]:
                del held[key]
            first += 1
        if len(held) > best:
            best, when = len(held), deed.at
    return Peak(best, when)
