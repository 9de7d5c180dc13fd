"""What one size is asked, in a process that holds nothing but its roster."""

from __future__ import annotations

import ctypes
import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar
from uuid import UUID

from dangan.organization import queries as organization_queries
from dangan.roster import queries
from dangan.roster.benchmark import people
from dangan.roster.rules import GroupQuery, Measure, RosterQuery

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

PAGE_MS = 40.0
SEARCH_MS = 60.0
COUNT_MS = 150.0
BYTES_A_PERSON = 700.0
START_SECONDS = {100_000: 3.0, 1_000_000: 25.0}

SEARCHES = {
    "one character": "name",
    "two characters": "name",
    "pinyin initials": "initials",
    "ID number": "id_number",
}
"""Kinds of search, and the column that the clear-text table is asked by."""

_TEXTS = {
    "one character": ("伟", "王", "琪"),
    "two characters": ("王伟", "子轩", "雨晨"),
    "pinyin initials": ("wzx", "lyc", "zw"),
}
_SORTS = ("identity.name", "identity.birth_date", "post.position", "identity.employee_number")
_COLUMNS = (
    *("identity.name", "identity.employee_number", "identity.sex", "derived.age"),
    *("post.unit", "post.position", "post.joined", "contact.mobile"),
)
_COUNTS = (("identity.highest_education", "identity.sex"), ("post.unit", "derived.age_band"))

Asked = TypeVar("Asked")


def measure(size: int, baselines: Mapping[str, float], everything: bool) -> list[Figure]:
    """The figures of one size; `everything`: searches, statistics and memory too."""
    before, begun = _resident(), time.perf_counter()
    queries.names(())
    seconds = time.perf_counter() - begun
    loaded = (_resident() - before) / size
    figures: list[Figure] = [
        (f"roster start, {size:,} people", seconds, "s", START_SECONDS.get(size), None)
    ]
    units = [node.id for node, depth in organization_queries.tree().walk() if depth > 0]

    def page(number: int) -> None:
        queries.page(people.asker("roster.view"), _page_query(number, units))

    for number in range(len(_SORTS) * 2):
        page(number)
    figures.append((page_name(size), p95(page, range(100), rounds=1), "ms", PAGE_MS, None))
    if everything:
        figures += _searches(baselines)
        figures.append(("statistics by two codes p95", _counts(), "ms", COUNT_MS, None))
        figures.append(("roster memory after start", loaded, "bytes/person", BYTES_A_PERSON, None))
        used = (_resident() - before) / size
        figures.append(("roster memory in use", used, "bytes/person", BYTES_A_PERSON, None))
    return figures


def page_name(size: int) -> str:
    """What the figure of a page is called."""
    return f"roster page query p95, {size:,} people"


def p95(ask: Callable[[Asked], object], asked: Sequence[Asked], rounds: int) -> float:
    """Milliseconds that 95 of 100 questions stay below; each is asked `rounds` times."""
    taken = []
    for _ in range(rounds):
        for each in asked:
            begun = time.perf_counter()
            ask(each)
            taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return taken[min(len(taken) - 1, int(len(taken) * 0.95))]


def texts_of(kind: str) -> Sequence[str]:
    """What is searched for in a kind of search."""
    return _TEXTS.get(kind) or people.some_id_numbers()


def _page_query(number: int, units: Sequence[UUID]) -> RosterQuery:
    """A page of 50, of a department or a company, by one of several columns."""
    return RosterQuery(
        unit=units[number * 37 % len(units)],
        sort=_SORTS[number % len(_SORTS)],
        descending=number % 8 >= len(_SORTS),
        offset=50 * (number % 3),
        columns=_COLUMNS,
    )


def _searches(baselines: Mapping[str, float]) -> Iterator[Figure]:
    queries.register_exact_lookup(people.subject_of_token)
    asker = people.asker("roster.view")
    for kind in SEARCHES:
        value = p95(lambda text: queries.search(asker, text), texts_of(kind), rounds=10)
        yield f"search by {kind} p95", value, "ms", SEARCH_MS, baselines.get(kind)


def _counts() -> float:
    asker = people.asker("statistics.view")

    def count(by: tuple[str, ...]) -> None:
        queries.group(asker, GroupQuery(by=by, measures=(Measure("derived.age"),)))

    return p95(count, _COUNTS, rounds=8)


def _resident() -> int:
    """Memory of this process in bytes, after giving back what is free."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
