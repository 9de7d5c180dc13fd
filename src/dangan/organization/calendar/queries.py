"""The working calendar as it stands. Kept per process and version; asking costs one cheap query."""

from __future__ import annotations

import calendar as months_and_weeks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar.constants as announced
from asgiref.local import Local
from django.core.signals import request_finished, request_started
from django.db import connection
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.organization.calendar.importing import HOLIDAYS
from dangan.organization.calendar.rules import Calendar, SpecialDay
from dangan.organization.models import Holiday
from dangan.ui.languages import label

NOTICE_MONTH = 11
"""In November the State Council usually announces the next year's days off."""

_request = Local()
"""While a request is answered: the version it saw first, so that it asks once."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the page: ``kind`` is work, weekend, holiday or extra (a worked weekend)."""

    day: date
    kind: str
    name: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven places, Monday first; None before its first and after its last."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    working_days: int


@dataclass(frozen=True, slots=True)
class YearView:
    """A year of the calendar. ``own`` says that it was imported here."""

    year: int
    months: tuple[Month, ...]
    known: bool
    own: bool
    working_days: int
    off: int
    worked: int
    missing: tuple[int, ...]
    """Years that should be there by now and are not."""


def calendar() -> Calendar:
    """The calendar in force: what the program ships, year by year replaced by what was imported."""
    return _calendar(_version())


def forget_version() -> None:
    """The calendar has just changed: the next question looks again."""
    _request.version = None


def year_view(actor: Actor, year: int) -> YearView:
    """The page of one year. Two statements."""
    require(actor, "calendar.view")
    now, today = calendar(), timezone.localdate()
    special = [item for item in now.days.values() if item.day.year == year]
    return YearView(
        year=year,
        months=tuple(_month(now, year, month, today) for month in range(1, 13)),
        known=now.knows(year),
        own=Holiday.objects.filter(year=year).exists(),
        working_days=now.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)),
        off=sum(item.kind == "holiday" for item in special),
        worked=sum(item.kind == "workday" for item in special),
        missing=missing_years(now, today),
    )


def missing_years(now: Calendar, today: date) -> tuple[int, ...]:
    """This year and, once it is announced, the next: those without a table."""
    expected = [today.year] + ([today.year + 1] if today.month >= NOTICE_MONTH else [])
    return tuple(year for year in expected if not now.knows(year))


def name_of(name: str) -> str:
    """A holiday in the reader's language; a name given by the organisation as it stands."""
    chinese = next((key for key, english in HOLIDAYS.items() if english == name), name)
    return label(chinese, name)


def _month(now: Calendar, year: int, month: int, today: date) -> Month:
    weeks = tuple(
        tuple(_day(now, date(year, month, day), today) if day else None for day in week)
        for week in months_and_weeks.monthcalendar(year, month)
    )
    days = [day for week in weeks for day in week if day is not None]
    worked = sum(day.kind in {"work", "extra"} for day in days)
    return Month(date(year, month, 1), weeks, worked)


def _day(now: Calendar, day: date, today: date) -> Day:
    special = now.days.get(day)
    if special is None:
        kind = "weekend" if day.weekday() >= 5 else "work"
        return Day(day, kind, "", day == today)
    kind = "holiday" if special.kind == "holiday" else "extra"
    return Day(day, kind, name_of(special.name), day == today)


@lru_cache(maxsize=2)
def _calendar(version: int) -> Calendar:
    own = [
        (row.year, SpecialDay(row.day, "workday" if row.kind == "workday" else "holiday", row.name))
        for row in Holiday.objects.order_by("day")
    ]
    replaced = {year for year, _ in own}
    shipped = [item for item in shipped_days() if item.day.year not in replaced]
    return Calendar.of([*shipped, *(item for _, item in own)], years=replaced, version=version)


def shipped_days() -> Iterator[SpecialDay]:
    """The announced days that the program brings along (chinesecalendar, from 2004 on)."""
    for day, name in announced.holidays.items():
        yield SpecialDay(day, "holiday", name)
    for day, name in announced.workdays.items():
        yield SpecialDay(day, "workday", name)


def _version() -> int:
    seen: int | None = getattr(_request, "version", None)
    if seen is not None:
        return seen
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM organization_calendar_version")
        row = cursor.fetchone()
    found: int = row[0] if row else 0
    if getattr(_request, "active", False):
        _request.version = found
    return found


def _begin(**_: object) -> None:
    _request.active = True
    _request.version = None


def _end(**_: object) -> None:
    _request.active = False
    _request.version = None


request_started.connect(_begin, dispatch_uid="dangan.organization.calendar.version")
request_finished.connect(_end, dispatch_uid="dangan.organization.calendar.version")
