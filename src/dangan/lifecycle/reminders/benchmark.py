"""How long reminders take over everybody in the installation that this runs in.

``bench_reminders`` tells what is due there: give it an installation of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import TypeAlias

from django.utils import timezone

from dangan.access.queries import console_actor, system_actor
from dangan.lifecycle.reminders import actions, lines, queries
from dangan.lifecycle.reminders.models import Line

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

ROUNDS = 5


def bench_reminders() -> list[Figure]:
    """The first reading of all dossiers, a day's work afterwards, the page over everybody."""
    first = _seconds(lines.refresh)
    count = Line.objects.count()
    actions.sweep(system_actor())
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = _seconds(lambda: actions.sweep(system_actor(), day=tomorrow))
    page = median(_seconds(lambda: queries.reminders(console_actor())) for _ in range(ROUNDS))
    of = f"of {count:,} people"
    return [
        (f"reminders: dates {of} read for the first time", first, "s", None, None),
        (f"reminders: a day's work {of}", day, "s", 10.0, None),
        (f"reminders: page {of}, all in reach", page * 1000, "ms", 3_000.0, None),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
