"""``dangan bench``: what it says of a figure, and one small run of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Dangan

from dangan.cli.bench.figures import GROUPS, Figure
from dangan.cli.bench.report import markdown, number, remarks, table
from dangan.cli.bench.run import RUNS


@pytest.mark.parametrize(
    ("figure", "verdict", "ratio"),
    [
        (Figure("a", 50, "ms", 60, 100), "达到", "2.0×"),
        (Figure("b", 61, "ms", 60, None), "未达到", ""),
        (Figure("c", 1500, "people/s", 1000, 500), "达到", "3.0×"),
        (Figure("d", 900, "people/s", 1000, None), "未达到", ""),
        (Figure("e", 900, "people/s", None, None), "", ""),
        (Figure("f", 0.5, "×", 2, 1), "达到", ""),
    ],
)
def test_a_figure_knows_whether_it_is_good(figure: Figure, verdict: str, ratio: str) -> None:
    assert figure.verdict == verdict
    assert figure.ratio == ratio


def test_every_group_that_is_offered_can_be_run() -> None:
    assert set(GROUPS) == set(RUNS)


def test_numbers_read_well() -> None:
    assert [number(n) for n in (None, 0.01234, 9.876, 1234.5, 1_000_000)] == [
        "",
        "0.0123",
        "9.88",
        "1,234",
        "1,000,000",
    ]


def test_the_table_and_the_document_hold_every_figure() -> None:
    figures = [Figure("页面", 50, "ms", 60, 100), Figure("导入", 900, "people/s", 1000)]
    assert [line.split()[0] for line in table(figures).splitlines()] == ["项目", "页面", "导入"]
    written = markdown(figures, 90, quick=True)
    assert "| 页面 | 50 | ms | ≤ 60 | 100 | 2.0× | yes |" in written
    assert "| 导入 | 900 | people/s | ≥ 1,000 |  |  | **no** |" in written
    assert "quick scale" in written


def test_remarks_below_the_figures_stay(tmp_path: Path) -> None:
    document = tmp_path / "figures.md"
    assert remarks(document) == ""
    document.write_text("# Figures\n\nold\n\n## Remarks\n\nBecause of this.\n", encoding="utf-8")
    assert remarks(document) == "\n## Remarks\n\nBecause of this.\n"


def test_a_small_run_measures_writes_and_leaves_nothing(tmp_path: Path) -> None:
    before = set(Path("/tmp").glob("dangan-bench-*"))  # noqa: S108 - where bench makes its folders
    document = tmp_path / "figures.md"
    done = Dangan(tmp_path / "unused")("bench", "vault", "--quick", "--write", document)
    assert "rotation of" in done.said
    assert "| rotation of" in document.read_text(encoding="utf-8")
    assert not (tmp_path / "unused" / "pg").exists()
    assert set(Path("/tmp").glob("dangan-bench-*")) <= before  # noqa: S108 - as above


def test_an_unknown_group_is_named(tmp_path: Path) -> None:
    refused = Dangan(tmp_path)("bench", "nonsense")
    assert refused.code == 2
    assert "没有项目 nonsense" in refused.complained
