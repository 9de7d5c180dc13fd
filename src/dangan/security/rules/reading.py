"""Odd reading: many dossiers, at odd hours, of people whom it does not concern. Pure.

Each rule takes the deeds of the last day (oldest first) of everybody who did something new, and
what is known besides; it gives suspicions, the same again when asked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from dangan.security.rules.deeds import (
    DAY,
    HOUR,
    Deed,
    Habit,
    Known,
    by_actor,
    openings,
    peak,
    people,
)
from dangan.security.rules.stories import Suspicion

BULK_SHARE = 0.75
"""Of the hour's budget, beyond which reading is bulk reading…"""
SLOW_SHARE = 0.6
"""…and of the day's."""
WEEK_DAYS = 2.5
"""Days' budgets within a week beyond which somebody works through the roster."""
USUAL = 2
"""Times what the account does on its busiest usual days: less is its work."""
ODD_PEOPLE = 3
ODD_USUAL_DAYS = 4
CROWD = 6
COLLEAGUES = 4
DEPARTED = 4

Rule = Callable[[Sequence[Deed], Known], Iterator[Suspicion]]


def bulk(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Most of an hour's budget within an hour, and more than is usual for this account."""
    for actor, own in by_actor(openings(deeds, known)).items():
        hour, _day = known.budgets.get(actor, (60, 300))
        found = peak(own, HOUR, lambda deed: deed.subject)
        usual = known.habits.get(actor, Habit()).busiest_hour
        if found.at and found.count >= max(BULK_SHARE * hour, USUAL * usual):
            yield Suspicion(
                kind="bulk",
                story=f"{actor} {found.at.date()}",
                at=found.at,
                measure=found.count,
                account=actor,
                address=own[-1].address,
                facts={"people": found.count, "usual": usual},
            )


def slow(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Many in a day or a week, however few in each hour."""
    for actor, own in by_actor(openings(deeds, known)).items():
        _hour, day = known.budgets.get(actor, (60, 300))
        usual = known.habits.get(actor, Habit()).busiest_day
        found = peak(own, DAY, lambda deed: deed.subject)
        week = known.week.get(actor, 0)
        facts = {"people": found.count, "usual": usual, "week": week}
        if found.at is None:
            continue
        if found.count >= max(SLOW_SHARE * day, USUAL * usual):
            story = f"{actor} {found.at.date()}"
        elif week >= max(WEEK_DAYS * day, 5 * USUAL * usual):
            year, number, _weekday = found.at.isocalendar()
            story = f"{actor} {year} {number}"
        else:
            continue
        yield Suspicion(
            kind="slow",
            story=story,
            at=found.at,
            measure=max(found.count, week),
            account=actor,
            address=own[-1].address,
            facts=facts,
        )


def hours(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Several dossiers outside working time, by somebody who does not usually work then."""
    for actor, own in by_actor(openings(deeds, known)).items():
        odd = [deed for deed in own if known.odd(deed.at)]
        seen = people(odd)
        if len(seen) < ODD_PEOPLE:
            continue
        if known.habits.get(actor, Habit()).odd_days >= ODD_USUAL_DAYS:
            continue
        yield Suspicion(
            kind="hours",
            story=f"{actor} {(odd[-1].at - 12 * HOUR).date()}",
            at=odd[-1].at,
            measure=len(seen),
            account=actor,
            address=odd[-1].address,
            facts={"people": len(seen)},
        )


def crowd(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Many different readers of one dossier within a day, without work to show for it."""
    readers: dict[UUID, list[Deed]] = defaultdict(list)
    for deed in openings(deeds, known):
        if known.idle(deed) and deed.subject is not None:
            readers[deed.subject].append(deed)
    for subject, looks in readers.items():
        found = peak(looks, DAY, lambda deed: deed.actor)
        if found.at and found.count >= CROWD:
            yield Suspicion(
                kind="crowd",
                story=f"{subject} {found.at.date()}",
                at=found.at,
                measure=found.count,
                subject=subject,
                facts={"readers": found.count},
            )


def superior(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """The dossier of a head above oneself, without work to show for it."""
    for deed in openings(deeds, known):
        mine = known.person_of.get(deed.actor)
        above = known.superiors.get(mine, frozenset()) if mine else frozenset()
        if deed.subject in above and known.idle(deed):
            year, number, _weekday = deed.at.isocalendar()
            yield Suspicion(
                kind="superior",
                story=f"{deed.actor} {deed.subject} {year} {number}",
                at=deed.at,
                account=deed.actor,
                subject=deed.subject,
                address=deed.address,
            )


def colleagues(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Several people of one's own unit in a day, without work to show for it."""

    def close(deed: Deed) -> bool:
        mine = known.person_of.get(deed.actor)
        unit = known.unit_of.get(mine) if mine else None
        return (
            unit is not None
            and deed.subject is not None
            and known.unit_of.get(deed.subject) == unit
        )

    yield from _several("colleagues", COLLEAGUES, deeds, known, close)


def departed(deeds: Sequence[Deed], known: Known) -> Iterator[Suspicion]:
    """Several people who have left in a day, by somebody who does not keep their dossiers."""

    def gone(deed: Deed) -> bool:
        return deed.subject in known.departed and deed.actor not in known.keepers

    yield from _several("departed", DEPARTED, deeds, known, gone)


def _several(
    kind: str,
    least: int,
    deeds: Sequence[Deed],
    known: Known,
    meant: Callable[[Deed], bool],
) -> Iterator[Suspicion]:
    """``least`` different people within a day, of those that are ``meant``."""
    for actor, own in by_actor(openings(deeds, known)).items():
        chosen = [deed for deed in own if known.idle(deed) and meant(deed)]
        found = peak(chosen, DAY, lambda deed: deed.subject)
        if found.at and found.count >= least:
            yield Suspicion(
                kind=kind,
                story=f"{actor} {found.at.date()}",
                at=found.at,
                measure=found.count,
                account=actor,
                address=chosen[-1].address,
                facts={"people": found.count},
            )


RULES: tuple[Rule, ...] = (bulk, slow, hours, crowd, superior, colleagues, departed)
