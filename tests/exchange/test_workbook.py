"""What may come in as a workbook, and the sentence for what may not."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.books import (
    SAMPLES,
    biff,
    compound,
    sheet_xml,
    text_cell,
    with_part,
    with_sheet,
    xls,
    xlsx,
)

from dangan.exchange.workbook import Unusable, read_workbook
from dangan.exchange.workbook.cells import column_letters, column_number


def refusal(data: bytes) -> str:
    with pytest.raises(Unusable) as caught:
        read_workbook(data)
    return str(caught.value.message)


def rows(data: bytes) -> list[tuple[int, list[object]]]:
    return [(number, list(cells)) for number, cells in read_workbook(data).sheets[0].rows]


def test_rows_carry_the_numbers_that_excel_shows():
    book = xlsx([[None, None], [None, "姓名"], [None, None], [None, "李四"]])
    assert rows(book) == [(2, ["", "姓名"]), (4, ["", "李四"])]


def test_old_and_new_format_give_the_same_rows():
    table = [["姓名", "工号"], ["李四", "A1"]]
    assert rows(xls(table)) == rows(xlsx(table))


def test_the_content_decides_and_not_the_name():
    assert read_workbook(xls([["姓名"]]), "people.xlsx").sheets[0].rows
    assert read_workbook(xlsx([["姓名"]]), "people.xls").sheets[0].rows


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "0 字节"),
        ("姓名,身份证\n".encode("gbk"), "文本文件（编码像是 GBK）"),
        ("姓名,身份证\n".encode(), "文本文件（编码像是 UTF-8）"),
        ("姓名\t身份证\n".encode("utf-16"), "文本文件（编码像是 UTF-16）"),
        ("<html><table><tr><td>姓名</td></tr></table></html>".encode(), "网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML 电子表格 2003"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (bytes(range(256)) * 8, "认不出"),
        (b"PK\x03\x04" + b"\0" * 100, "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "已损坏"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(data, says):
    assert says in refusal(data)


def test_samples_that_must_be_refused():
    bad = SAMPLES / "05-bad"
    assert "不是电子表格" in refusal((bad / "text-named.xlsx").read_bytes())
    assert "0 字节" in refusal((bad / "zero-bytes.xlsx").read_bytes())
    assert "压缩炸弹" in refusal((bad / "zip-bomb.xlsx").read_bytes())


def test_the_bomb_is_refused_before_memory_grows():
    program = (
        "import sys\n"
        "from dangan.exchange.benchmark import peak_memory\n"
        "from dangan.exchange.workbook import Unusable, read_workbook\n"
        "try:\n    read_workbook(open(sys.argv[1], 'rb').read())\n"
        "except Unusable:\n    print(peak_memory())\n"
    )
    bomb = str(SAMPLES / "05-bad" / "zip-bomb.xlsx")
    done = subprocess.run(
        [sys.executable, "-c", program, bomb], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 300


def test_a_bomb_that_lies_about_its_size_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        base = zipfile.ZipFile(io.BytesIO(xlsx([["x"]])))
        for item in base.infolist():
            if item.filename != "xl/worksheets/sheet1.xml":
                book.writestr(item.filename, base.read(item))
        book.writestr("xl/worksheets/sheet1.xml", b" " * 64 * 2**20)
    data = bytearray(buffer.getvalue())
    truth, lie = struct.pack("<I", 64 * 2**20), struct.pack("<I", 5000)
    while (at := data.find(truth)) >= 0:
        data[at : at + 4] = lie
    assert "已损坏" in refusal(bytes(data))


def test_a_million_formatted_empty_rows_are_read_at_once():
    started = time.perf_counter()
    book = read_workbook((SAMPLES / "05-bad" / "million-empty-rows.xlsx").read_bytes())
    body = "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(2, 1_000_001))
    more = rows(with_sheet(f'<row r="1">{text_cell("A1", "姓名")}</row>{body}'))
    assert [number for number, _ in book.sheets[0].rows] == [1, 2]
    assert more == [(1, ["姓名"])]
    assert time.perf_counter() - started < 6  # two million rows; the bar for one is 3 s


def test_formatted_empty_cells_far_away_do_not_count():
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    body = f'<row r="1">{text_cell("A1", "姓名")}</row>{far}'
    assert rows(with_sheet(body)) == [(1, ["姓名"])]


def test_one_filled_cell_in_the_far_corner_is_refused_and_not_read():
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    body = f'<row r="1">{text_cell("A1", "姓名")}</row>{far}'
    assert "超过上限" in refusal(with_sheet(body))
    wide = f'<row r="1">{text_cell("A1", "x")}{text_cell("XFD1", "x")}</row>'
    assert "列太多" in refusal(with_sheet(wide))


def test_the_far_corner_of_an_old_workbook_too():
    book = xls([["姓名"]])
    assert rows(book) == [(1, ["姓名"])]
    wide = xls([["x"] + [""] * 254 + ["x"]] + [[""]] * 59_999 + [["x"]])
    assert "列太多" in refusal(wide)


def test_formula_cells_are_found_and_never_evaluated():
    sheet = read_workbook((SAMPLES / "05-bad" / "formulas.xlsx").read_bytes()).sheets[0]
    assert sheet.formulas == {(1, 0), (1, 2)}
    assert sheet.rows[1][1][0] == ""
    formula = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'
    body = f'<row r="1">{text_cell("A1", "年龄")}</row>{formula}'
    cached = read_workbook(with_sheet(body)).sheets[0]
    assert cached.formulas == {(1, 0)}
    assert cached.rows[1] == (2, [2.0])
    assert read_workbook(xls([["年龄"]], formula=True)).sheets[0].formulas == {(1, 0)}


def test_macros_are_refused():
    assert "宏" in refusal(with_part(xlsx([["x"]]), "xl/vbaProject.bin", b"x"))
    assert "宏" in refusal(with_part(xlsx([["x"]]), "xl/macrosheets/sheet1.xml", b"<x/>"))
    assert "宏" in refusal(compound({"Workbook": b"", "_VBA_PROJECT_CUR": b""}))


def test_encrypted_books_are_refused():
    assert "密码" in refusal(compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}))
    bof, passed = (0x0809, struct.pack("<HH", 0x0600, 5) + b"\0" * 12), (0x002F, b"\0" * 6)
    assert "密码" in refusal(compound({"Workbook": biff(bof, passed)}))
    locked = bytearray(xlsx([["x"]]))
    for at in range(len(locked) - 4):
        if locked[at : at + 4] == b"PK\x01\x02":
            locked[at + 8] |= 1
    assert "密码" in refusal(bytes(locked))


@pytest.mark.parametrize(
    ("at", "claim"),
    [
        (40, b"\0\0\0\xf0"),  # sectors of the directory, of the tables
        (44, b"\0\0\0\xf0"),
        (64, b"\0\0\0\xf0"),
        (72, b"\0\0\0\xf0"),
    ],
)
def test_a_container_that_claims_more_than_it_has_is_refused(at, claim):
    """The reader would set that much memory aside, and the process would end."""
    lying = bytearray((SAMPLES / "04-old-system.xls").read_bytes())
    lying[at : at + 4] = claim
    assert "损坏" in refusal(bytes(lying))


@pytest.mark.parametrize(
    ("record", "body"),
    [
        (0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 7, 0)),
        (0x0200, struct.pack("<IIHHH", 9, 5, 0, 7, 0)),
        (0x0200, struct.pack("<IIHHH", 0, 9, 0, 300, 0)),
        (0x00FC, struct.pack("<II", 9, 0x7FFFFFFF)),
    ],
)
def test_a_sheet_that_claims_more_than_it_can_have_is_refused(record, body):
    bof, end = b"\0\x06\x05\0" + b"\0" * 12, (0x000A, b"")
    place = struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"A"
    before = len(biff((0x0809, bof), (0x0085, place), (record, body), end))
    named = (0x0085, struct.pack("<I", before) + place[4:])
    sheet = biff((0x0809, bof), (record, body), end)
    lying = biff((0x0809, bof), named, (record, body), end) + sheet
    assert "损坏" in refusal(compound({"Workbook": lying}))


def test_other_office_files_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as document:
        document.writestr("word/document.xml", "<x/>")
    assert "Word" in refusal(buffer.getvalue())
    assert "别的 Office 文件" in refusal(compound({"WordDocument": b"x"}))
    assert "Excel 95" in refusal(
        compound({"Book": biff((0x0809, struct.pack("<HH", 0x0500, 5) + b"\0" * 12))})
    )


def test_nested_archives_are_refused():
    assert "别的压缩包" in refusal(with_part(xlsx([["x"]]), "xl/inner.zip", xlsx([["x"]])))


def test_document_types_and_broken_xml_are_refused():
    evil = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]>' + sheet_xml("")[38:]
    assert "DTD" in refusal(with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", evil))
    assert "已损坏" in refusal(with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", b"<a><b></a>"))
    assert "已损坏" in refusal(with_part(xlsx([["x"]]), "xl/workbook.xml", evil))


def test_hidden_sheets_stay_out():
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as writer:
        writer.add_worksheet("看得见").write(0, 0, "姓名")
        hidden = writer.add_worksheet("藏着")
        hidden.write(0, 0, "姓名")
        hidden.hide()
    found = read_workbook(book.getvalue())
    assert [sheet.name for sheet in found.sheets] == ["看得见"]
    assert found.hidden == ("藏着",)


@given(number=st.integers(0, 16383))
def test_columns_are_named_as_excel_names_them(number):
    assert column_number(column_letters(number)) == number


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_damaged_anywhere_is_read_or_refused_and_nothing_else(data):
    whole = data.draw(st.sampled_from(_WHOLE))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 40))
    try:
        read_workbook(bytes(damaged[: len(damaged) - cut]))
    except Unusable as refused:
        assert str(refused.message)


_WHOLE = (
    (SAMPLES / "04-old-system.xls").read_bytes(),
    (SAMPLES / "02-branch-report.xlsx").read_bytes(),
)
