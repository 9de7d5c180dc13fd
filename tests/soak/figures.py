"""Figures of long tests: noted by the tests, printed as a table, kept in docs/soak.md.

``def test_…(figure): figure("accepted changes lost", lost, "0", lost == 0)`` notes a line and
fails the test when the target is missed. ``make soak`` runs pytest with ``--figures
docs/soak.md``: lines measured in this run replace those of the same name, the others stay with
the day on which they were measured.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from platform import python_version
from typing import Any

import pytest

HEAD = ("what", "measured", "target", "met", "measured on")
NOTED = pytest.StashKey[list["Line"]]()
Figure = Callable[..., None]


@dataclass(frozen=True)
class Line:
    """One line of the table, as it is printed."""

    what: str
    measured: str
    target: str
    met: str
    day: str

    @property
    def cells(self) -> tuple[str, ...]:
        return self.what, self.measured, self.target, self.met, self.day


def shown(value: object, unit: str) -> str:
    """``1,234.5 ms``: three digits that count, thousands apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = str(value)
    elif isinstance(value, int) or abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {unit}".strip()


@pytest.fixture(scope="session")
def figure(pytestconfig: pytest.Config) -> Figure:
    """Notes a figure: ``figure(what, value, target, ok, unit="")``; a missed target fails."""
    noted = pytestconfig.stash.setdefault(NOTED, [])

    def note(what: str, value: object, target: str, ok: bool, unit: str = "") -> None:
        day = datetime.now(UTC).date().isoformat()
        line = Line(what, shown(value, unit), target, "yes" if ok else "**no**", day)
        noted[:] = [*(other for other in noted if other.what != what), line]
        assert ok, f"{what}: {line.measured}, wanted {target}"

    return note


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--figures", type=Path, help="Markdown file that keeps the figures of long tests"
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table of this run; kept as well where ``--figures`` names a file."""
    lines = config.stash.get(NOTED, [])
    if not lines:
        return
    terminalreporter.section("figures")
    for row in aligned([HEAD, *(line.cells for line in lines)]):
        terminalreporter.write_line(row)
    path = config.getoption("--figures")
    if path is not None:
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(document(merged(kept, lines)), encoding="utf-8")


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns of the same width for a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]


def merged(kept: str, lines: Iterable[Line]) -> list[Line]:
    """The lines of the file with those of this run in their places, new ones at the end."""
    by_name = {line.what: line for line in _read(kept)}
    return list((by_name | {line.what: line for line in lines}).values())


def document(lines: Iterable[Line]) -> str:
    """The whole file."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(line.cells for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        "# Long tests\n\n"
        f"Written by `make soak`: {os.cpu_count()} cores, Python {python_version()}. A line keeps"
        " the day on which it was measured last; figures of speed are those of `make bench`.\n\n"
        f"{table}\n"
    )


def _read(text: str) -> list[Line]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [Line(*row) for row in rows if len(row) == len(HEAD) and row[0] not in {"what", "---"}]
