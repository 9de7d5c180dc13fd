"""The roster's figures: on made-up people, through the same calls that pages use.

`bench_roster` writes people, keys and units to the database it runs in: give it one of its own.
Each size is measured in a fresh process, so that memory is that of one roster and nothing else.
The comparison is a clear-text table of the same people, asked by LIKE in the same run.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from dangan.roster.apart import run_apart
from dangan.roster.benchmark import people
from dangan.roster.benchmark.asking import SEARCHES, Figure, p95, page_name, texts_of

__all__ = ["SIZES", "Figure", "bench_roster"]

SIZES = (1_000, 100_000, 1_000_000)
PAGE_RATIO = 2.0
PAGE_REST_MS = 20.0
"""What a page spends outside the roster: its 60 ms less the 40 that are the roster's."""

_LIKE = """
SELECT subject, name FROM bench_clear WHERE {column} LIKE %s
ORDER BY {column} = %s DESC, {column} LIKE %s DESC, pinyin, name LIMIT 10
"""


def bench_roster(*, sizes: Sequence[int] = SIZES) -> list[Figure]:
    """All figures of the roster, each size on top of the one before."""
    units = people.make_units()
    figures: list[Figure] = []
    made = 0
    for size in sorted(sizes):
        people.make(made, size, units)
        made = size
        last = size == max(sizes)
        baselines = _ask_clear_text() if last else {}
        database = str(connection.settings_dict["NAME"])
        figures += run_apart(
            database, "dangan.roster.benchmark.asking:measure", size, baselines, last
        )
    return [*figures, _ratio(figures, min(sizes), max(sizes))]


def _ratio(figures: Sequence[Figure], smallest: int, largest: int) -> Figure:
    values = {figure[0]: figure[1] for figure in figures}
    small = values[page_name(smallest)] + PAGE_REST_MS
    large = values[page_name(largest)] + PAGE_REST_MS
    return (f"roster page, {largest:,} against {smallest:,}", large / small, "×", PAGE_RATIO, None)


def _ask_clear_text() -> dict[str, float]:
    """p95 of the same searches by LIKE over values that lie open, in milliseconds."""
    found = {}
    with connection.cursor() as cursor:
        for kind, column in SEARCHES.items():
            statement = _LIKE.format(column=column)

            def ask(text: str, statement: str = statement) -> None:
                cursor.execute(statement, [f"%{text}%", text, f"{text}%"])
                cursor.fetchall()

            found[kind] = p95(ask, texts_of(kind), rounds=3)
    return found
