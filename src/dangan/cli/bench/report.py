"""The figures as a table, for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from os import cpu_count
from typing import TYPE_CHECKING

from dangan.cli.output import table as columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dangan.cli.bench.figures import Figure


def number(value: float | None) -> str:
    """Three significant digits and thousands apart."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return ("≥ " if figure.more_is_better else "≤ ") + number(figure.target)


REMARKS = "\n## Remarks\n"
"""What people write below this line of the document stays when the figures are renewed."""


def remarks(document: Path) -> str:
    """The remarks of an earlier version of ``document``, empty where there are none."""
    if not document.exists():
        return ""
    _, mark, text = document.read_text(encoding="utf-8").partition(REMARKS)
    return mark + text


def table(figures: Sequence[Figure]) -> str:
    """For the terminal."""
    rows = [
        (f.name, number(f.value), f.unit, _target(f), number(f.baseline), f.ratio, f.verdict)
        for f in figures
    ]
    return columns(("项目", "结果", "单位", "目标", "对照", "胜过对照", "结论"), rows)


def markdown(figures: Sequence[Figure], seconds: float, *, quick: bool) -> str:
    """For docs/benchmarks.md."""
    lines = [
        "# Figures",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {cpu_count()} cores, "
        f"Python {platform.python_version()}, {seconds / 60:.0f} minutes"
        + (", quick scale." if quick else "."),
        "",
        "A baseline is measured in the same run on the same machine; what it is, the room's"
        " `benchmark` module says. Times are 95th percentiles where the name says p95.",
        "",
        "| what | value | unit | target | baseline | better than it | met |",
        "|---|---:|---|---:|---:|---:|---|",
    ]
    met = {"达到": "yes", "未达到": "**no**", "": ""}
    for f in figures:
        cells = (f.name, number(f.value), f.unit, _target(f), number(f.baseline), f.ratio)
        lines.append("| " + " | ".join((*cells, met[f.verdict])) + " |")
    return "\n".join(lines) + "\n"
