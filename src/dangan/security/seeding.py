"""The budgets the house begins with: put in when the tables are made, never over what was set."""

from __future__ import annotations

from typing import Any

from dangan.security.models import Budget

DEFAULTS = {
    "*": (20, 60, 500),
    "employee": (10, 30, 100),
    "head": (30, 120, 500),
    "administration": (40, 200, 500),
    "leader": (30, 120, 5_000),
    "finance": (40, 200, 50_000),
    "legal": (40, 200, 2_000),
    "archivist": (60, 300, 5_000),
    "hr_specialist": (60, 300, 10_000),
    "hr_manager": (60, 300, 100_000),
}
"""People opened in an hour and a day, and taken out in a day, by role; ``*`` for all others."""


def seed(**_given: Any) -> None:
    """After migrations."""
    rows = [
        Budget(role=role, per_hour=hour, per_day=day, exported_per_day=exported)
        for role, (hour, day, exported) in DEFAULTS.items()
    ]
    Budget.objects.bulk_create(rows, ignore_conflicts=True)
