"""Taking a roster out: cut to rights, harmless in a spreadsheet, logged."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from tests.browsers import Browser
from tests.cast import Cast, written_events
from tests.exchange.books import xlsx

from dangan.access.queries import console_actor
from dangan.access.rules import Refused
from dangan.exchange.actions import export_roster, run_import
from dangan.exchange.command import export_roster_file
from dangan.exchange.importing import File
from dangan.exchange.rules.report import Finding, ImportReport, Place, plain
from dangan.exchange.writing.problems import problem_book
from dangan.roster.rules import AnyOf, RosterQuery

COLUMNS = ("identity.name", "identity.employee_number", "contact.mobile", "post.unit")
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1","x")', "=cmd|' /C x'!A0"]


def table(data: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_console_takes_everybody_out(cast: Cast):
    rows = table(export_roster(console_actor(), RosterQuery(columns=COLUMNS)))
    assert rows[0] == ["姓名", "工号", "手机号码", "部门"]
    people = {row[0]: row for row in rows[1:]}
    assert len(people) == 6
    assert people["沈知微"][1:] == ["020486", "13812345678", "示例集团/华东公司/研发中心/嵌入式组"]


def test_the_query_decides_who_and_in_which_order(cast: Cast):
    query = RosterQuery(
        columns=COLUMNS, unit=cast.units["华东公司"], sort="identity.employee_number", limit=2
    )
    rows = table(export_roster(console_actor(), query))
    assert [row[1] for row in rows[1:]] == ["020101", "020102", "020103", "020104", "020486"]
    women = RosterQuery(columns=COLUMNS, filters={"identity.sex": AnyOf(frozenset({"2"}))})
    assert {row[0] for row in table(export_roster(console_actor(), women))[1:]} == {
        "何雨桐",
        "沈知微",
    }


def test_some_people_of_the_list(cast: Cast):
    picked = {cast.people["沈知微"], cast.people["俞书衡"]}
    rows = table(export_roster(console_actor(), RosterQuery(columns=COLUMNS), picked))
    assert {row[0] for row in rows[1:]} == {"沈知微", "俞书衡"}


def test_reach_ends_the_list(cast: Cast):
    actor = cast.actor("hr_specialist", unit="华南公司")
    assert [row[0] for row in table(export_roster(actor, RosterQuery(columns=COLUMNS)))[1:]] == [
        "罗文博"
    ]


def test_a_mask_stays_a_mask(cast: Cast):
    actor = cast.actor("hr_specialist", unit="华东公司")
    rows = table(export_roster(actor, RosterQuery(columns=COLUMNS)))
    mobiles = {row[0]: row[2] for row in rows[1:]}
    assert "13812345678" not in str(rows)
    assert mobiles["沈知微"] in (None, "", "138****5678")


@pytest.mark.parametrize("role", ["employee", "it", "head"])
def test_a_role_without_the_permission_is_refused(cast: Cast, role):
    actor = cast.actor(role, name="沈知微" if role == "employee" else None)
    with pytest.raises(Refused):
        export_roster(actor, RosterQuery(columns=COLUMNS))
    assert ("access.refuse", "refused") in written_events(actor)


def test_what_begins_like_a_formula_stays_text(cast: Cast):
    actor = console_actor()
    rows = [["姓名", "工号", "岗位"]] + [["李四", f"E{n}", evil] for n, evil in enumerate(EVIL)]
    report = run_import(actor, [File("e.xlsx", xlsx(rows))])
    assert report.errors == []
    data = export_roster(actor, RosterQuery(columns=("identity.employee_number", "post.position")))
    positions = {row[0]: row[1] for row in table(data)[1:]}
    assert [positions[f"E{n}"] for n in range(len(EVIL))] == EVIL
    parts = zipfile.ZipFile(io.BytesIO(data))
    sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert b'quotePrefix="1"' in parts.read("xl/styles.xml")
    book = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in book.iter_rows() for cell in row if cell.value} == {"s"}
    marked = {cell.value for row in book.iter_rows() for cell in row if cell.quotePrefix}
    assert marked == set(EVIL)


def test_an_export_comes_back_in_as_it_went_out(cast: Cast):
    actor = console_actor()
    data = export_roster(actor, RosterQuery(columns=(*COLUMNS, "identity.sex", "post.joined")))
    report = run_import(actor, [File("back.xlsx", data)])
    assert (report.errors, report.unchanged) == ([], 6)


def test_the_footer_says_who_took_it_and_when(cast: Cast):
    book = openpyxl.load_workbook(io.BytesIO(export_roster(console_actor(), RosterQuery())))
    footer = book.worksheets[0].oddFooter.left.text
    assert "控制台" in footer
    assert "共 6 人" in footer


def test_an_export_is_logged_with_count_and_columns(cast: Cast):
    actor = console_actor()
    export_roster(actor, RosterQuery(columns=COLUMNS))
    assert ("roster.export", "done") in written_events(actor)


def test_from_the_page(cast: Cast, browser: Browser):
    client = browser("hr_manager")
    form = {"col": list(COLUMNS), "sort": "identity.name", "sub": "1"}
    answer = client.post(reverse("exchange:export"), form)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "attachment" in answer["Content-Disposition"]
    assert len(table(answer.content)) == 7
    picked = client.post(
        reverse("exchange:export"), form | {"pick": [str(cast.people["罗文博"]), "nonsense"]}
    )
    assert [row[0] for row in table(picked.content)[1:]] == ["罗文博"]
    assert client.get(reverse("exchange:export")).status_code == 405
    assert browser("it").post(reverse("exchange:export"), form).status_code == 403


def test_from_the_command_line_only_the_owner_can_read_it(cast: Cast, tmp_path):
    path = tmp_path / "roster.xlsx"
    export_roster_file(console_actor(), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(table(path.read_bytes())) == 7


def test_a_problem_list_is_harmless_too():
    finding = Finding(Place("=1+1", 2, "姓名", "=cmd|x"), plain("@原因"))
    data = problem_book(ImportReport(errors=[finding]))
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert table(data)[1][:4] == ["=1+1", 2, "姓名", "=cmd|x"]
