"""Making workbooks for tests: whole ones, and ones that are wrong on purpose."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter
import xlwt

SAMPLES = Path(__file__).parent / "samples"

Rows = Sequence[Sequence[object]]


def xlsx(sheets: Mapping[str, Rows] | Rows, merged: Sequence[str] = ()) -> bytes:
    """A workbook of plain cells; ``merged`` are ranges of the first sheet ("A1:C1")."""
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for position, (name, rows) in enumerate(named.items()):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif value is not None and hasattr(value, "year"):
                        sheet.write_datetime(number, column, value, dates)
                    elif value is not None:
                        sheet.write(number, column, value)
            if position == 0:
                for span in merged:
                    first = openpyxl.worksheet.cell_range.CellRange(span)
                    top, left = first.min_row - 1, first.min_col - 1
                    text = rows[top][left]
                    sheet.merge_range(span, text)
    return buffer.getvalue()


def xls(rows: Rows, formula: bool = False) -> bytes:
    """An old workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    if formula:
        sheet.write(len(rows), 0, xlwt.Formula('"=" & "x"'))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The package with one more part (or one replaced)."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item.filename, old.read(item))
        new.writestr(name, content)
    return buffer.getvalue()


def sheet_xml(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{body}</sheetData></worksheet>"
    ).encode()


def with_sheet(body: str) -> bytes:
    """A workbook whose first sheet is written by hand."""
    return with_part(xlsx([["x"]]), "xl/worksheets/sheet1.xml", sheet_xml(body))


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A minimal compound file (MS-CFB) whose streams are stored in ordinary sectors."""
    sector = 512
    body, fat, entries = b"", [], []

    def add(content: bytes) -> int:
        nonlocal body
        start = len(body) // sector
        padded = content.ljust(-(-len(content) // sector) * sector or sector, b"\0")
        count = len(padded) // sector
        fat.extend([start + i + 1 for i in range(count - 1)] + [0xFFFFFFFE])
        body += padded
        return start

    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")  # no shorter: short streams lie elsewhere
        entries.append((name, 2, add(padded), len(padded)))
    root = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    listing = root + b"".join(
        _entry(name, kind, start, size, right=position + 2 if position + 1 < len(entries) else None)
        for position, (name, kind, start, size) in enumerate(entries)
    )
    directory = add(listing)
    fat_start = len(body) // sector
    fat.append(0xFFFFFFFD)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        directory,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
        fat_start,
    )
    return header.ljust(sector, b"\xff") + body + table


def _entry(
    name: str,
    kind: int,
    start: int,
    size: int,
    *,
    child: int | None = None,
    right: int | None = None,
) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    nothing = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        raw,
        len(raw),
        kind,
        1,
        nothing,
        nothing if right is None else right,
        nothing if child is None else child,
        b"",
        0,
        0,
        0,
        start,
        size,
    )


def biff(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)
