"""From a file's bytes to rows of plain values.

The order is: what is it (by its bytes) – is its container sound and of sane size – how far
do its cells reach and where are formulas – only then the reader (python-calamine).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from dangan.exchange.workbook import limits
from dangan.exchange.workbook.archive import Archive
from dangan.exchange.workbook.cells import Extent, scan
from dangan.exchange.workbook.compound import scan_xls
from dangan.exchange.workbook.faults import Unusable
from dangan.exchange.workbook.kind import Kind, kind_of

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What a cell may hold; an empty cell is ``""``."""

_DAMAGED = "文件已损坏，打不开。请在 Excel 或 WPS 里打开并另存一份，再导入。"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: ``rows`` of (row as Excel counts, cells from column A), blank ones left out.

    ``merged`` are rectangles (first row, first column, last row, last column) counted from 0.
    ``formulas`` are cells (row, column from 0) whose value a formula gave.
    """

    name: str
    rows: tuple[tuple[int, list[Cell]], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's visible worksheets, in order; ``hidden`` names those left out."""

    name: str
    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...] = field(default=())


def read_workbook(data: bytes, name: str = "") -> Workbook:
    """Reads .xlsx or .xls bytes; raises :class:`Unusable` with a sentence for anything else.

    Formulas are never evaluated: a formula's cell has the result saved with the file, or
    is empty. Memory stays within a few times the size of the filled cells.
    """
    extents = _extents(data)
    try:
        return _read(data, name, extents)
    except PasswordError as error:
        raise Unusable("文件加了密码，打不开。请取消密码后另存一份，再导入。") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unusable(_DAMAGED) from error
    except BaseException as error:
        # The reader is native code: on a file it did not foresee it raises its panic,
        # which is no Exception. Everything else that is none must go on.
        if type(error).__name__ == "PanicException":
            raise Unusable(_DAMAGED) from error
        raise


def _extents(data: bytes) -> Mapping[str, Extent]:
    if kind_of(data) is Kind.XLS:
        return scan_xls(data)
    archive = Archive(data)
    parts = archive.parts()
    if len(parts) > limits.SHEETS:
        raise Unusable(
            "工作表有 {count} 张，超过上限 {limit} 张。请拆成几份分别导入。",
            count=len(parts),
            limit=limits.SHEETS,
        )
    return {part.sheet: scan(partial(archive.pieces, part.path), part.sheet) for part in parts}


def _read(data: bytes, name: str, extents: Mapping[str, Extent]) -> Workbook:
    sheets, hidden = [], []
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        for about in book.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            if about.visible is not SheetVisibleEnum.Visible:
                hidden.append(about.name)
                continue
            extent = extents.get(about.name)
            if extent is None:
                raise Unusable(_DAMAGED)
            sheets.append(_sheet(book.get_sheet_by_name(about.name), extent))
    return Workbook(name, tuple(sheets), tuple(hidden))


def _sheet(sheet: CalamineSheet, extent: Extent) -> Sheet:
    merged = tuple(
        (top, left, bottom, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Sheet(sheet.name, tuple(_rows(sheet)), merged, frozenset(extent.formulas))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    if sheet.start is None:
        return
    # The reader gives rows from the first of the sheet, columns from the first filled one.
    margin = [""] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if any(cell != "" for cell in cells):
            yield number, margin + cells
