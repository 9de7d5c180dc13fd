"""The template: made from the dictionary, and what it gives back when filled in."""

from __future__ import annotations

import io

import openpyxl
import pytest

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.exchange.actions import run_import
from dangan.exchange.importing import File, guess, sheets_of
from dangan.exchange.rules.mapping import PERSON
from dangan.exchange.workbook import read_workbook
from dangan.exchange.writing.template import PERSON_SETS, sets_to_offer, template_book
from dangan.organization import queries as organization_queries

pytestmark = pytest.mark.usefixtures("organization")


def template(*sets: str) -> bytes:
    return template_book(dictionary_queries.current(), organization_queries.tree(), sets)


def every_set() -> list[str]:
    return [item.key for item in sets_to_offer(dictionary_queries.current())]


def filled(data: bytes, rows: dict[str, list[dict[str, str]]]) -> bytes:
    """The template as somebody fills it in: values by sheet and heading."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name, people in rows.items():
        sheet = book[name]
        columns = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
        for number, values in enumerate(people, 2):
            for heading, value in values.items():
                sheet.cell(number, columns[heading], value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_every_heading_is_understood_without_a_correction():
    dictionary = dictionary_queries.current()
    sheets = sheets_of([read_workbook(template(*every_set()))])
    mappings = {mapping.sheet: mapping for mapping in guess(sheets, dictionary)}
    assert mappings["基本信息"].home == PERSON
    expected = [
        item.path
        for key in PERSON_SETS
        for item in dictionary.sets[key].fields
        if item.type != "image"
    ]
    assert [column.path for column in mappings["基本信息"].columns] == expected
    for info_set in sets_to_offer(dictionary):
        found = mappings[info_set.label]
        own = [c.path for c in found.columns if c.path.startswith(info_set.key + ".")]
        assert own == [item.path for item in info_set.fields if item.type != "image"]
        assert found.column_of("identity.employee_number") is not None
        if info_set.multiple:
            assert found.home == info_set.key


def test_an_empty_template_brings_in_nobody(console: Actor):
    report = run_import(console, [File("t.xlsx", template(*every_set()))])
    assert (report.seen, report.errors, report.warnings) == (0, [], [])
    assert not Subject.objects.exists()


def test_a_filled_template_comes_in(console: Actor):
    rows = {
        "基本信息": [
            {"工号": "T0001", "姓名": "程小满", "性别": "女", "出生日期": "1991-06-12"},
            {"工号": "T0002", "姓名": "方既白", "性别": "男", "部门": "研发中心"},
        ],
        "教育经历": [{"工号": "T0001", "姓名": "程小满", "学校": "某某大学"}],
    }
    data = template("education")
    headings = {
        sheet.title: [str(cell.value).rstrip("*") for cell in sheet[1]]
        for sheet in openpyxl.load_workbook(io.BytesIO(data))
    }
    rows = {name: people for name, people in rows.items() if name in headings}
    report = run_import(console, [File("t.xlsx", filled(data, rows))])
    assert report.errors == []
    assert (report.seen, report.imported) == (2, 2)


def test_drop_downs_notes_and_text_cells():
    book = openpyxl.load_workbook(io.BytesIO(template("family")))
    sheet = book["基本信息"]
    assert sheet.freeze_panes == "C2"
    headings = {str(cell.value).rstrip("*"): cell for cell in sheet[1]}
    assert headings["身份证号"].comment is not None
    letter = headings["身份证号"].column_letter
    assert sheet.column_dimensions[letter].width >= 20
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert any("sex" in source for source in lists)
    assert book["代码"].sheet_state == "veryHidden"
    values = [cell.value for column in book["代码"].iter_cols() for cell in column]
    assert "汉族" in values
    assert "研发中心" in values
    named = [source.lstrip("=") for source in lists]
    assert all(name in book.defined_names for name in named)


def test_examples_stand_in_notes_and_never_in_cells():
    book = read_workbook(template(*every_set()))
    for sheet in book.sheets:
        if sheet.name != "填写说明":
            assert [number for number, _ in sheet.rows] == [1]
