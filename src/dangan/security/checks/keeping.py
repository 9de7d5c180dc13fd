"""What the last round of checks found, in counts, for the overview and the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from dangan.security.checks.registry import Outcome
from dangan.security.models import CheckRound


@dataclass(frozen=True, slots=True)
class LastRun:
    """When checks last ran, how many were bad or weak, and which."""

    at: datetime
    total: int
    bad: int
    warn: int
    keys: tuple[str, ...]


def remember(outcomes: Sequence[Outcome]) -> None:
    """Keeps the counts of a whole round; the round before goes."""
    counts = Counter(one.finding.state for one in outcomes)
    keys = [one.check.key for one in outcomes if one.finding.state != "ok"]
    CheckRound.objects.update_or_create(
        key="last",
        defaults={
            "at": timezone.now(),
            "total": len(outcomes),
            "bad": counts["bad"],
            "warn": counts["warn"],
            "keys": json.dumps(keys),
        },
    )


def last_run() -> LastRun | None:
    """The last round; None before the first."""
    row = CheckRound.objects.filter(key="last").first()
    if row is None:
        return None
    return LastRun(row.at, row.total, row.bad, row.warn, tuple(json.loads(row.keys)))
