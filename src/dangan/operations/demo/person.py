"""An invented person. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

ANCHOR = date(2026, 1, 1)
"""Ages and careers are told from here."""

Values = dict[str, Any]


@dataclass(slots=True)
class Person:
    """One invented person: where they work, under whom, and the rows of every set.

    ``office`` is an index into the offices, ``supervisor`` into the people (None: nobody).
    """

    number: int
    office: int
    head: bool
    supervisor: int | None
    male: bool
    name: str
    departed: bool = False
    newcomer: bool = False
    portrait: bool = False
    rows: dict[str, list[Values]] = field(default_factory=dict)

    @property
    def employee_number(self) -> str:
        return f"CY{self.number + 1:06d}"
