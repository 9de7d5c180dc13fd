"""Chinese working days, counted. Pure.

A day is worked when it is Monday to Friday, but for the days off and the weekends worked instead
that the State Council announces each year (国务院办公厅关于部分节假日安排的通知). Counting never
walks day by day: weeks are arithmetic, announced days a look-up in sorted lists.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

DayKind = Literal["holiday", "workday"]

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = (time(9), time(12))
AFTERNOON = (time(13), time(18))
END_OF_DAY = AFTERNOON[1]
HOURS_A_DAY = 8
"""What 1.0 days means; working time itself is 9–12 and 13–18, lunch left out."""

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says, or a day off that has a name."""

    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """Working days as far as they are announced; ``years`` says for which years they are.

    In other years every Monday to Friday is worked.
    """

    days: Mapping[date, SpecialDay]
    years: frozenset[int]
    version: int = 0

    @classmethod
    def of(
        cls, days: Iterable[SpecialDay], years: Iterable[int] = (), version: int = 0
    ) -> Calendar:
        """A calendar of these days; their years count as announced, besides ``years``."""
        table = {item.day: item for item in days}
        return cls(table, frozenset(years) | {day.year for day in table}, version)

    @cached_property
    def _off(self) -> list[date]:
        """Days off that fall on Monday to Friday, in order."""
        return sorted(
            item.day
            for item in self.days.values()
            if item.kind == "holiday" and item.day.weekday() < _SATURDAY
        )

    @cached_property
    def _extra(self) -> list[date]:
        """Worked Saturdays and Sundays, in order."""
        return sorted(
            item.day
            for item in self.days.values()
            if item.kind == "workday" and item.day.weekday() >= _SATURDAY
        )

    def knows(self, year: int) -> bool:
        """Whether the year's announced days are in the calendar."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        special = self.days.get(day)
        return special.kind == "workday" if special else day.weekday() < _SATURDAY

    def name_of(self, day: date) -> str:
        """The holiday that makes ``day`` special; empty for an ordinary day."""
        special = self.days.get(day)
        return special.name if special else ""

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day`` (before it for a negative ``n``).

        ``day`` itself does not count; for 0 it is the answer, worked or not.
        Raises :class:`OverflowError` beyond the year 9999.
        """
        if n == 0:
            return day
        wanted = self._count(day) + n if n > 0 else self._count(day - _DAY) + n + 1
        return self._nth(wanted, near=day + timedelta(days=n * 7 // 5))

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days come after ``a`` up to and including ``b``; negative if b < a."""
        return self._count(b) - self._count(a)

    def working_day_of_month(self, day: date) -> int:
        """Which working day of its month ``day`` is, from 1; 0 when it is not worked."""
        if not self.is_working_day(day):
            return 0
        return self._count(day) - self._count(day.replace(day=1) - _DAY)

    def working_day_in_month(self, year: int, month: int, n: int) -> date:
        """The ``n``-th working day of a month, from 1; -1 is the last.

        Raises :class:`ValueError` when the month has not so many.
        """
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        found = self.add_working_days(first - _DAY, n) if n > 0 else self.add_working_days(after, n)
        if n == 0 or (found.year, found.month) != (year, month):
            raise ValueError(f"{year}-{month:02} has no working day {n}")
        return found

    def due(self, start: datetime, days: float) -> datetime:
        """When something that takes ``days`` working days from ``start`` must be done.

        Whole days end at 18:00 in Shanghai of the n-th working day after ``start``'s day; a
        remainder counts in working hours, 0.5 being four. ``start`` is aware; 0 gives it back.
        """
        if days < 0:
            raise ValueError("a time limit cannot be negative")
        moment = start.astimezone(ZONE)
        whole = int(days)
        hours = round((days - whole) * HOURS_A_DAY, 6)
        if whole:
            day = self.add_working_days(moment.date(), whole)
            moment = datetime.combine(day, END_OF_DAY, ZONE)
        return self._after_hours(moment, timedelta(hours=hours)) if hours else moment

    def _after_hours(self, moment: datetime, left: timedelta) -> datetime:
        """``moment`` and so much working time later."""
        day = moment.date()
        if not self.is_working_day(day):
            day = self.add_working_days(day, 1)
        while True:
            for begins, ends in (MORNING, AFTERNOON):
                begin = max(moment, datetime.combine(day, begins, ZONE))
                end = datetime.combine(day, ends, ZONE)
                if begin >= end:
                    continue
                if begin + left <= end:
                    return begin + left
                left -= end - begin
            day = self.add_working_days(day, 1)

    def _count(self, day: date) -> int:
        """How many working days there are up to and including ``day``, since 0001-01-01."""
        weeks, rest = divmod(day.toordinal(), 7)  # 0001-01-01 is a Monday
        ordinary = weeks * 5 + min(rest, 5)
        return ordinary - bisect_right(self._off, day) + bisect_right(self._extra, day)

    def _nth(self, wanted: int, near: date) -> date:
        """The first day up to which ``wanted`` working days are counted, found from ``near``.

        Each round steps by what is missing, so few are needed: holidays are rare.
        """
        day = near
        while (missing := wanted - self._count(day)) > 0:
            day += timedelta(days=max(1, missing * 7 // 5))
        while self._count(day - _DAY) >= wanted:
            surplus = self._count(day - _DAY) - wanted
            day -= timedelta(days=max(1, surplus))
        return day
