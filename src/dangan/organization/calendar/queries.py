"""The working calendar as it stands. Kept per process and version; asking costs one cheap query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import chinese_calendar.constants as announced
from asgiref.local import Local
from django.core.signals import request_finished, request_started
from django.db import connection

from dangan.organization.calendar.rules import Calendar, SpecialDay
from dangan.organization.models import Holiday

_request = Local()
"""While a request is answered: the version it saw first, so that it asks once."""


def calendar() -> Calendar:
    """The calendar in force: what the program ships, year by year replaced by what was imported."""
    return _calendar(_version())


def forget_version() -> None:
    """The calendar has just changed: the next question looks again."""
    _request.version = None


@lru_cache(maxsize=2)
def _calendar(version: int) -> Calendar:
    own = [
        SpecialDay(row.day, "workday" if row.kind == "workday" else "holiday", row.name)
        for row in Holiday.objects.order_by("day")
    ]
    replaced = {item.day.year for item in own}
    shipped = [item for item in shipped_days() if item.day.year not in replaced]
    return Calendar.of([*shipped, *own], version=version)


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
