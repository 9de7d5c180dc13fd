"""Terms of loans, counted in working days: the archive room is open on no others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from dangan.organization.calendar.rules import Calendar

Reminder = Literal["before", "due", "overdue"]
T = TypeVar("T")


def due_day(calendar: Calendar, handed: date, days: int) -> date:
    """The last day of a loan handed out on ``handed`` for ``days`` working days; the day itself
    does not count."""
    return calendar.add_working_days(handed, days)


def overdue_days(calendar: Calendar, due: date, today: date) -> int:
    """How many working days a loan is late; 0 until a working day has passed after its last."""
    return max(0, calendar.working_days_between(due, today))


def is_overdue(due: date, today: date) -> bool:
    """Whether the last day has passed."""
    return today > due


def reminders(calendar: Calendar, due: date, today: date) -> Iterator[tuple[Reminder, date]]:
    """What is to be told on ``today`` of a loan that is out, with the day under which it is noted.

    The working day before the last and the days up to it: once; the last day itself: once; then
    every working day. What was missed while nothing ran and still holds is told now; what no
    longer holds (a term "tomorrow" that was yesterday) is not.
    """
    if today < due:
        if today >= calendar.add_working_days(due, -1):
            yield "before", due
    elif today == due:
        yield "due", due
    elif calendar.is_working_day(today):
        yield "overdue", today


def collect_until(calendar: Calendar, agreed: date, days: int) -> date:
    """The last day on which an agreed loan may be fetched."""
    return calendar.add_working_days(agreed, days)


def outstanding(expected: Collection[UUID], checked: Collection[UUID]) -> frozenset[UUID]:
    """Materials that have not been looked through yet."""
    return frozenset(expected) - frozenset(checked)


def of_pages(expected: int, counted: int) -> Literal["complete", "missing", "added"]:
    """What a count of pages says by itself."""
    if counted < expected:
        return "missing"
    return "added" if counted > expected else "complete"


def merged(old: Mapping[UUID, T], new: Mapping[UUID, T]) -> dict[UUID, T]:
    """Checks of several visits; the later count of a material stands."""
    return {**old, **new}
