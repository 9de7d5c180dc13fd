"""``dangan import`` and ``dangan export roster``."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.cast import with_check_digit
from tests.cli.conftest import Dangan

HEADINGS = ["姓名", "员工编号", "身份证号码", "手机", "部门", "入职日期"]
GOOD_NUMBER = with_check_digit("33010619910612206X")
GOOD = [
    "林知夏",
    "IM0001",
    with_check_digit("33010619910612206X"),
    "13812345678",
    "导入一部",
    "2020-07-01",
]
BAD = ["周予安", "IM0002", "330106199106122069", "13812345679", "导入一部", "2020.7.1"]


@pytest.fixture(scope="module", autouse=True)
def _finance_exists(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("org") / "org.csv"
    file.write_text("path,type\n导入集团,group\n导入集团/导入一部,department\n", encoding="utf-8")
    assert Dangan(empty_home)("init", "--org", file).code == 0


def _book(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(path)
    return path


def _counts(document: dict[str, Any]) -> tuple[int, int, int, int]:
    return tuple(document[key] for key in ("seen", "imported", "updated", "skipped"))  # type: ignore[return-value]  # four


def test_bad_rows_keep_the_others_out_or_are_skipped(empty: Dangan, tmp_path: Path) -> None:
    path = _book(tmp_path / "people.xlsx", GOOD, BAD)
    whole = empty("import", path, "--json")
    assert whole.code == 1
    assert _counts(whole.document) == (2, 0, 0, 2)
    error = whole.document["errors"][0]
    assert (error["row"], error["column"]) == (3, "身份证号码")
    assert set(error) == {"sheet", "row", "column", "value", "reason"}
    dry = empty("import", path, "--mode", "skip-bad", "--dry-run", "--json")
    assert (dry.code, _counts(dry.document)) == (1, (2, 1, 0, 1))
    assert empty("people", "search", "IM0001", "--json").document == []
    skipped = empty("import", path, "--mode", "skip-bad", "--json")
    assert (skipped.code, _counts(skipped.document)) == (1, (2, 1, 0, 1))
    assert len(empty("people", "search", "IM0001", "--json").document) == 1
    again = empty("import", path, "--mode", "skip-bad", "--json")
    assert _counts(again.document) == (2, 0, 0, 1)


def test_without_json_it_speaks_in_sentences(empty: Dangan, tmp_path: Path) -> None:
    path = _book(tmp_path / "people.xlsx", BAD)
    told = empty("import", path)
    assert told.code == 1
    assert "第 3 行" not in told.said
    assert "第 2 行 身份证号码" in told.said
    assert "全部没有写入" in told.said


def test_an_unusable_file_is_refused(empty: Dangan, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes("姓名,部门\n".encode("gbk"))
    refused = empty("import", path)
    assert refused.code == 2
    assert "Traceback" not in refused.complained
    missing = empty("import", tmp_path / "nowhere.xlsx", "--json")
    assert missing.code == 2


def test_whoever_may_not_import_is_refused(demo: Dangan, tmp_path: Path) -> None:
    refused = demo("import", _book(tmp_path / "people.xlsx", GOOD), "--as", "finance")
    assert refused.code == 1
    assert refused.said == ""


def test_the_roster_is_exported_within_rights(demo: Dangan, tmp_path: Path) -> None:
    everything, cut = tmp_path / "all.xlsx", tmp_path / "cut.xlsx"
    assert demo("export", "roster", everything).code == 0
    assert demo("export", "roster", cut, "--as", "finance").code == 0
    assert stat.S_IMODE(everything.stat().st_mode) == 0o600
    rows = list(openpyxl.load_workbook(everything).active.iter_rows(values_only=True))
    assert sum("CY0000" in str(row) for row in rows) == 60
    text = "\n".join(
        str(cell.value) for row in openpyxl.load_workbook(cut).active.iter_rows() for cell in row
    )
    assert "CY000012" in text
    mobile = demo("people", "show", "CY000012", "--json").document["sets"]["contact"][0]["values"]
    assert mobile["mobile"]["value"] not in text
    refused = demo("export", "roster", tmp_path / "no.xlsx", "--as", "it")
    assert refused.code == 1
    assert not (tmp_path / "no.xlsx").exists()
