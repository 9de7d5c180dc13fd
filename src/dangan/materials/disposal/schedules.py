"""The schedule in force."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import msgspec

from dangan.materials.disposal.models import ScheduleVersion
from dangan.materials.disposal.rules.schedules import Line, checked

_SEED = Path(__file__).parent / "data" / "schedules.toml"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The table; version 0 is the built-in one."""

    version: int
    lines: tuple[Line, ...]
    by: UUID | None = None
    at: datetime | None = None

    def line(self, key: str) -> Line | None:
        """The line with this key."""
        return next((line for line in self.lines if line.key == key), None)


@lru_cache(maxsize=1)
def seed() -> tuple[Line, ...]:
    """The table of a new installation."""
    table = tomllib.loads(_SEED.read_text(encoding="utf-8"))["lines"]
    return checked(msgspec.convert(table, list[Line]))


def current() -> Schedule:
    """The table in force; one statement."""
    found = ScheduleVersion.objects.order_by("-version").first()
    return Schedule(0, seed()) if found is None else _of(found)


def version(number: int) -> Schedule | None:
    """One version; None when there was none."""
    if number == 0:
        return Schedule(0, seed())
    found = ScheduleVersion.objects.filter(version=number).first()
    return None if found is None else _of(found)


def versions() -> list[Schedule]:
    """All versions, newest first, the built-in one last."""
    found = [_of(row) for row in ScheduleVersion.objects.order_by("-version")]
    return [*found, Schedule(0, seed())]


def _of(row: ScheduleVersion) -> Schedule:
    return Schedule(row.version, tuple(msgspec.convert(row.body, list[Line])), row.by, row.at)
