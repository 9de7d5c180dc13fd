"""How fast a stock-taking is compared with the register."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from dangan.materials.storeroom.rules.counting import Record, Seen, compare

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline."""

VOLUMES = 10_000
_BOX = 50
"""Volumes in a box."""


def bench_storeroom() -> list[Figure]:
    """The comparison of ten thousand volumes, one in twenty of them not where it belongs."""
    boxes = [UUID(int=number) for number in range(1, VOLUMES // _BOX + 1)]
    records, seen = {}, {}
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for number in range(VOLUMES):
        volume, home = UUID(int=10**6 + number), boxes[number // _BOX]
        records[volume] = Record(home, began=home)
        if number % 40:
            seen[volume] = Seen(boxes[0] if number % 40 == 1 else home, at)
    began = time.perf_counter()
    compare(records, seen, set(boxes))
    took = time.perf_counter() - began
    return [(f"stock-taking of {VOLUMES:,} volumes compared", took * 1000, "ms", 1000, None)]
