"""The messy spreadsheets that people send, each with the outcome it must have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.exchange.books import SAMPLES

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers import queries as dossiers
from dangan.dossiers.models import Record, Subject
from dangan.exchange.command import import_files
from dangan.exchange.rules.report import ImportReport

pytestmark = pytest.mark.usefixtures("organization")
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))


def bring_in(actor: Actor, name: str, **how) -> ImportReport:
    return import_files(actor, [SAMPLES / name], **how)


def rows_of(actor: Actor, path: str, value: str) -> dict:
    subject = dossiers.find_by_unique(path, value)
    assert subject is not None
    found = dossiers.rows_for_planning(actor, [subject])[subject]
    return {key: [dict(row.values) for row in rows] for key, rows in found.items()}


def cells(report: ImportReport) -> list[tuple[int, str]]:
    return [(finding.place.row, finding.place.column) for finding in report.errors]


def test_a_clean_roster_comes_in_whole(console):
    report = bring_in(console, "01-roster.xlsx")
    assert report.errors == []
    assert (report.seen, report.imported, report.exit_code) == (200, 200, 0)
    assert Subject.objects.count() == 200
    first = rows_of(console, "identity.employee_number", "Y00001")
    assert first["identity"][0]["name"] == "赵海"
    assert first["identity"][0]["birth_date"] == "2002-01-05"
    assert first["contact"][0]["mobile"] == "13946885253"
    assert first["post"][0]["joined"] == "2025-10-22"


def test_a_branch_report_names_every_bad_cell_and_leaves_them_out(console):
    expected = EXPECTED["02-branch-report.xlsx"]
    report = bring_in(console, "02-branch-report.xlsx", mode="skip-bad")
    assert cells(report) == [(bad["row"], bad["column"]) for bad in expected["bad"]]
    assert (report.seen, report.imported, report.skipped) == (60, 48, 12)
    assert report.exit_code == 1
    assert Subject.objects.count() == 48
    assert {finding.place.sheet for finding in report.errors} == {"分公司报送"}
    reasons = {finding.place.row: str(finding.message) for finding in report.errors}
    assert all(re.search("[\u4e00-\u9fff]", reason) for reason in reasons.values())
    assert "校验位" in reasons[15]
    assert "丢失" in reasons[19]
    assert "不存在" in reasons[23]
    assert "与身份证号不一致" in reasons[27]
    assert "应为男" in reasons[31]
    assert "姓名" in reasons[34]
    assert "量子战略部" in reasons[37]
    assert "电话号码" in reasons[40]
    assert "第 10 行" in reasons[43]
    assert "代码表" in reasons[47]
    assert "9 岁" in reasons[50]
    assert "今天之后" in reasons[53]


def test_the_lost_digits_are_quoted_as_the_sheet_shows_them(console):
    report = bring_in(console, "02-branch-report.xlsx", dry_run=True)
    values = {finding.place.row: finding.place.value for finding in report.errors}
    assert values[19] == "3.2010219640621E+17"
    assert values[40] == "1380013"
    assert values[34] == ""


def test_whole_or_nothing_means_nothing(console):
    report = bring_in(console, "02-branch-report.xlsx", mode="all")
    assert (report.seen, report.imported, report.skipped) == (60, 0, 60)
    assert len(report.errors) == 12
    assert report.sheets["分公司报送"].imported == 0
    assert report.exit_code == 1
    assert Subject.objects.count() == 0


def test_a_newer_region_code_is_a_warning(console):
    report = bring_in(console, "02-branch-report.xlsx", dry_run=True)
    regions = [f for f in report.warnings if "才启用" in str(f.message)]
    assert {f.place.row for f in regions} >= {6, 18, 36}
    assert all(f.place.column == "身份证号码" for f in regions)


def test_spellings_of_the_branch_come_out_clean(console):
    bring_in(console, "02-branch-report.xlsx", mode="skip-bad")
    padded = rows_of(console, "identity.id_number", "51010419791130034X")
    assert padded["identity"][0]["name"] == "周洋"
    assert padded["identity"][0]["work_start"] == "2008-12-21"
    dashed = rows_of(console, "identity.id_number", "65322820031226007X")
    assert dashed["contact"][0]["mobile"] == "13435207070"
    prefixed = rows_of(console, "identity.id_number", "440106199309221466")
    assert prefixed["contact"][0]["mobile"] == "13793029253"
    full_width = rows_of(console, "identity.id_number", "610113197812242295")
    assert full_width["identity"][0]["birth_date"] == "1978-12-24"


def test_many_sheets_join_by_employee_number(console):
    report = bring_in(console, "03-many-sheets.xlsx", mode="skip-bad")
    found = [(f.place.sheet, f.place.row, f.place.column) for f in report.errors]
    expected = EXPECTED["03-many-sheets.xlsx"]["bad"]
    assert found == [(bad["sheet"], bad["row"], bad["column"]) for bad in expected]
    assert (report.seen, report.imported) == (80, 80)
    counts = {name: (count.seen, count.imported) for name, count in report.sheets.items()}
    assert counts == {
        "基本信息": (80, 80),
        "学历学位": (81, 79),
        "工作经历": (160, 160),
        "家庭成员": (80, 79),
    }
    stored = Record.objects.filter(current=True)
    assert stored.filter(info_set="education").count() == 79
    assert stored.filter(info_set="work_experience").count() == 160
    assert stored.filter(info_set="family").count() == 79


def test_open_ends_months_and_short_names_of_many_sheets(console):
    bring_in(console, "03-many-sheets.xlsx", mode="skip-bad")
    second = rows_of(console, "identity.employee_number", "Y02002")
    dictionary = dictionary_queries.current()
    ethnicity = dictionary.field("identity.ethnicity")
    assert dictionary.table_of(ethnicity).name_of(second["identity"][0]["ethnicity"]) == "汉族"
    assert sorted(row["end"] for row in second["work_experience"]) == ["2001-06", "9999"]
    assert second["education"][0]["start"] == "1994-09"


def test_many_sheets_come_in_whole_or_not_at_all(console):
    report = bring_in(console, "03-many-sheets.xlsx", mode="all")
    assert (report.imported, report.skipped, len(report.errors)) == (0, 80, 3)
    assert all(count.imported == 0 for count in report.sheets.values())
    assert not Subject.objects.exists()


def test_an_old_system_comes_in_and_is_flagged_for_placing(console):
    report = bring_in(console, "04-old-system.xls")
    assert (report.seen, report.imported, report.errors) == (50, 50, [])
    flagged = [f for f in report.warnings if f.place.column == "A0192A现任职务全称"]
    assert len(flagged) == 50
    person = rows_of(console, "identity.id_number", "310101196406301623")
    assert person["post"][0] == {"full_title": "生产部班组长"}
    assert person["identity"][0]["sex"] == "2"
    assert person["identity"][0]["ethnicity"] == "01"
    assert person["identity"][0]["work_start"] == "2000-12"
    assert Subject.objects.filter(unit=None).count() == 50


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("05-bad/text-named.xlsx", "不是电子表格"),
        ("05-bad/zero-bytes.xlsx", "0 字节"),
        ("05-bad/zip-bomb.xlsx", "压缩炸弹"),
        ("no-such-file.xlsx", "文件不存在"),
    ],
)
def test_unusable_files_are_refused_with_a_sentence(console, name, says):
    report = bring_in(console, name)
    assert report.exit_code == 2
    assert says in str(report.unusable)
    assert says in report.as_json()["unusable"]
    assert not Subject.objects.exists()


def test_a_million_empty_rows_leave_one_person_seen(console):
    report = bring_in(console, "05-bad/million-empty-rows.xlsx")
    assert (report.seen, report.imported) == (1, 0)
    assert cells(report) == [(2, "身份证号")]


def test_formulas_are_never_evaluated(console):
    report = bring_in(console, "05-bad/formulas.xlsx", mode="skip-bad")
    assert (report.seen, report.imported) == (1, 0)
    assert cells(report) == [(2, "姓名")]
    assert any("公式" in str(f.message) for f in report.warnings)


def test_a_dry_run_stores_nothing_and_says_what_would_come(console):
    report = bring_in(console, "01-roster.xlsx", dry_run=True)
    assert (report.imported, report.dry_run) == (200, True)
    assert not Subject.objects.exists()
    partly = bring_in(console, "02-branch-report.xlsx", dry_run=True, mode="skip-bad")
    assert (partly.imported, partly.skipped) == (48, 12)


def test_the_document_for_scripts(console):
    document = bring_in(console, "02-branch-report.xlsx", mode="skip-bad").as_json()
    assert document["seen"] == 60
    assert document["imported"] == 48
    assert document["sheets"] == {"分公司报送": {"seen": 60, "imported": 48}}
    assert document["errors"][0] == {
        "sheet": "分公司报送",
        "row": 15,
        "column": "身份证号码",
        "value": "440106198508010550",
        "reason": document["errors"][0]["reason"],
    }
    assert json.loads(json.dumps(document)) == document


def test_all_samples_one_after_the_other(console):
    for name in ("01-roster.xlsx", "02-branch-report.xlsx", "03-many-sheets.xlsx"):
        bring_in(console, name, mode="skip-bad")
    bring_in(console, "04-old-system.xls")
    assert Subject.objects.count() == 200 + 48 + 80 + 50


@pytest.mark.parametrize("name", ["01-roster.xlsx", "03-many-sheets.xlsx", "04-old-system.xls"])
def test_importing_again_makes_no_doubles(console, name):
    first = bring_in(console, name, mode="skip-bad")
    people, records = Subject.objects.count(), Record.objects.count()
    again = bring_in(console, name, mode="skip-bad")
    assert (again.imported, again.updated) == (0, 0)
    assert again.unchanged == first.imported
    assert (Subject.objects.count(), Record.objects.count()) == (people, records)


def test_several_files_are_one_import(console):
    names = ["01-roster.xlsx", "02-branch-report.xlsx"]
    report = import_files(console, [Path(SAMPLES / name) for name in names], mode="skip-bad")
    assert report.imported == 248
    assert report.errors[0].place.sheet == "02-branch-report.xlsx／分公司报送"
