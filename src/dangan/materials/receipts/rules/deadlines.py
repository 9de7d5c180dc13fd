"""When a paper must have reached the archive (within one month of coming into being: 条例)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Standing = Literal["in_time", "soon", "late"]
SOON = 7
"""Days before the end of the term from which one is reminded."""


def due(came_into_being: date, filing_days: int) -> date:
    """The last day on which it is in time."""
    return came_into_being + timedelta(days=filing_days)


def standing(due_on: date, today: date) -> Standing:
    """How a paper that has not been filed stands to its term."""
    if today > due_on:
        return "late"
    return "soon" if (due_on - today).days <= SOON else "in_time"
