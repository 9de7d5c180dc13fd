"""The lines that departments sign, and who may sign which. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from dangan.access.rules import RoleGrant

HEAD = "head"
STAND_INS = ("hr_manager", "console")
"""Roles that may sign any line: a department may have nobody left who could."""


@dataclass(frozen=True, slots=True)
class Department:
    """Who signs: holders of ``role`` whose grant reaches the person. ``part`` is the fill step
    that asks for its lines, empty where it signs only what follows the effect."""

    key: str
    label: str
    label_en: str
    role: str
    part: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to hand over or to do. ``days`` from the effect, ``law`` where one asks for it;
    ``when`` names a circumstance without which there is nothing to do."""

    department: str
    key: str
    label: str
    label_en: str
    days: int | None = None
    law: str = ""
    when: str = ""

    def due(self, effective: date) -> date | None:
        """The last day for it."""
        return None if self.days is None else effective + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Checklist:
    """All departments, the lines of a departure, and the duties after each kind of movement."""

    departments: Mapping[str, Department]
    departure: tuple[Line, ...]
    after: Mapping[str, tuple[Line, ...]]

    def line(self, department: str, key: str) -> Line:
        """The line by its keys; one that the table no longer has is called by its key."""
        every = (*self.departure, *(line for lines in self.after.values() for line in lines))
        found = (line for line in every if line.department == department and line.key == key)
        return next(found, Line(department, key, key, key))

    def department_of_part(self, part: str) -> Department | None:
        """Whose lines a fill step asks for."""
        found = (item for item in self.departments.values() if item.part and item.part == part)
        return next(found, None)


def may_sign(department: Department, grants: Iterable[RoleGrant], path: tuple[UUID, ...]) -> bool:
    """Whether one of ``grants`` speaks for the department where the person is."""
    stand_ins = {department.role, *STAND_INS}
    if department.role == HEAD:
        return any(
            grant.role.key in stand_ins
            and (grant.unit in path or (grant.unit is None and grant.role.key != HEAD))
            for grant in grants
        )
    return any(
        grant.role.key in stand_ins and (grant.unit is None or grant.unit in path)
        for grant in grants
    )
