"""Which back-ups are kept: some by day, by week and by month, none longer than is promised.

The certificate of a destruction names the day on which no back-up holds the thing any more, so the
longest time wins over everything else but one: the newest back-up is never given up. The one that
was proved last is spared the thinning, not the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_FRESH = timedelta(days=1)
"""One made by hand just before something risky is not thinned by that night's."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How many back-ups are kept: one of each of the last days, weeks and months."""

    days: int = 7
    weeks: int = 5
    months: int = 12

    @classmethod
    def parse(cls, text: str) -> Keep:
        """``7,5,12``; the setting's pattern has been checked."""
        days, weeks, months = (int(part) for part in text.split(","))
        return cls(days, weeks, months)


@dataclass(frozen=True, slots=True)
class Kept:
    """A back-up as far as keeping it matters."""

    name: str
    instant: datetime
    proven: datetime | None = None


def expired(backups: Iterable[Kept], *, now: datetime, keep: Keep, longest: timedelta) -> list[str]:
    """The names of those to be removed, oldest first."""
    ordered = sorted(backups, key=lambda one: one.instant, reverse=True)
    if not ordered:
        return []
    spared = {ordered[0].name} | {one.name for one in ordered if now - one.instant < _FRESH}
    for count, period in ((keep.days, _day), (keep.weeks, _week), (keep.months, _month)):
        spared |= _newest_of_each(ordered, count, period)
    proven = [one for one in ordered if one.proven is not None]
    if proven:
        spared.add(max(proven, key=lambda one: (one.proven, one.instant)).name)
    gone = [one for one in ordered[1:] if one.name not in spared or now - one.instant > longest]
    return [one.name for one in reversed(gone)]


def _newest_of_each(ordered: list[Kept], count: int, period: Callable[[date], object]) -> set[str]:
    found: dict[object, str] = {}
    for one in ordered:
        key = period(one.instant.date())
        if key not in found:
            if len(found) == count:
                break
            found[key] = one.name
    return set(found.values())


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month
