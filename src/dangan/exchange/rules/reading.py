"""Rows of a mapped sheet as values: blank rows and totals left out, merged cells filled down,
every cell parsed by the dictionary, every bad one named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from dangan.dictionary.rules import BadValue, Dictionary, Field, Json, Message
from dangan.dictionary.values import ParseContext, parse
from dangan.exchange.rules.guessing import KEYS, NAME
from dangan.exchange.rules.headings import shown
from dangan.exchange.rules.mapping import ColumnMapping, SheetMapping
from dangan.exchange.rules.report import Finding, Place, value_text

_TOTALS = re.compile(r"^(?:本页|本表|本月)?(?:合计|总计|小计|共计|累计|总人数|平均):?")
_FOOTER = re.compile(r"^(?:填表|填报|制表|制单|审核|复核|审批|单位负责|备注|注|说明|附注).{0,6}[:]")
_COUNT = re.compile(r"^\d{1,5}\s*[人名位个]?$")
_BEGIN_TOTALS = frozenset("本合总小共累平填制审复单备注说附")
_REPEATING = frozenset(
    {"text", "code", "unit", "date", "partial_date", "open_date", "boolean", "integer", "subject"}
)
_UUID = re.compile(r"\s*[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$")
_KEPT = 20_000  # remembered cell texts a column
_MERGED_ROWS = 1_000_000  # rows filled down in all; a sheet has at most a fifth as many

UNCACHED_FORMULA = Message(
    "这一格是公式，文件里没有保存它的结果；系统不计算公式，按空白处理。请改成值后再导入。"
)
CACHED_FORMULA = Message(
    "这一列有公式（首见于本行），取的是文件里保存的结果，没有重新计算。请核对。"
)

Cells = Sequence[object]


@dataclass(slots=True)
class Parsed:
    """A row of a sheet. ``values`` by path; ``raw`` the column and cell behind each path."""

    sheet: str
    number: int
    values: dict[str, Json]
    cells: Cells
    bad: bool = False
    columns: dict[str, ColumnMapping] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """The cell that a path came from; the row's first column when it has none."""
        column = self.columns.get(path)
        if column is None:
            return Place(self.sheet, self.number, "", "")
        raw = self.cells[column.index] if column.index < len(self.cells) else ""
        return Place(self.sheet, self.number, column.heading, value_text(raw))


@dataclass(slots=True)
class ReadSheet:
    """A sheet's rows as values, with what was said about its cells."""

    mapping: SheetMapping
    rows: list[Parsed] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


class SheetReader:
    """Reads the rows of one sheet. Cells that repeat are parsed once a column."""

    def __init__(
        self,
        mapping: SheetMapping,
        dictionary: Dictionary,
        context: ParseContext,
        *,
        merged: Sequence[tuple[int, int, int, int]] = (),
        formulas: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self._mapping = mapping
        self._context = context
        self._formulas = formulas
        self._merged = merged
        self._columns = {column.path: column for column in mapping.mapped()}
        self._parsers = [
            (column.index, column, _parser(dictionary.field(column.path), dictionary, context))
            for column in mapping.mapped()
        ]
        self._headings = {c.index: c.heading for c in mapping.columns}
        self._told: set[int] = set()
        self.result = ReadSheet(mapping)

    def read(
        self, rows: Sequence[tuple[int, Cells]], progress: Callable[[int], None] | None = None
    ) -> ReadSheet:
        """All rows below the headings; ``progress`` gets the count every thousand."""
        for count, (number, cells) in enumerate(self._body(rows), 1):
            self.result.rows.append(self._row(number, cells))
            if progress and count % 1000 == 0:
                progress(count)
        return self.result

    def _body(self, rows: Sequence[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
        indexes = [index for index, _, _ in self._parsers]
        below = _filled_down(self._merged, self._mapping, rows[-1][0] if rows else 0)
        above: dict[int, object] = {}
        for number, original in rows:
            if number <= self._mapping.heading_row:
                continue
            cells = _fill(original, below.get(number - 1, ()), above) if below else original
            if self._blank(number, cells, indexes):
                continue
            if self._is_total(cells) or self._is_heading(cells):
                continue
            yield number, cells

    def _blank(self, number: int, cells: Cells, indexes: Sequence[int]) -> bool:
        for index in indexes:
            if index < len(cells):
                cell = cells[index]
                if cell != "" and not (isinstance(cell, str) and not cell.strip()):
                    return False
        return not any((number - 1, index) in self._formulas for index in indexes)

    def _is_total(self, cells: Cells) -> bool:
        first = next((c for c in cells if isinstance(c, str) and c.strip()), "")
        if first.lstrip()[:1] not in _BEGIN_TOTALS:
            return False
        text = "".join(unicodedata.normalize("NFKC", first).split())
        if not (_TOTALS.match(text) or _FOOTER.match(text)):
            return False
        for path in (NAME, *KEYS):
            column = self._columns.get(path)
            if column and column.index < len(cells):
                cell = cells[column.index]
                if cell != first and str(cell).strip() and not _COUNT.match(value_text(cell)):
                    return False
        return True

    def _is_heading(self, cells: Cells) -> bool:
        """Printed books repeat the headings on every page."""
        if not self._parsers:
            return False
        index, column, _ = self._parsers[0]
        if index >= len(cells) or shown(cells[index]) != column.heading:
            return False
        same = sum(
            1
            for index, heading in self._headings.items()
            if index < len(cells)
            and isinstance(cells[index], str)
            and shown(cells[index]) == heading
        )
        return same >= 2 and same * 2 >= len(self._headings)

    def _row(self, number: int, cells: Cells) -> Parsed:
        parsed = Parsed(self._mapping.sheet, number, {}, cells, False, self._columns)
        size = len(cells)
        values = parsed.values
        for index, column, read in self._parsers:
            raw = cells[index] if index < size else ""
            if self._formulas and (number - 1, index) in self._formulas:
                self._formula(parsed, column, raw)
            if raw == "":
                continue
            try:
                value, warnings = read(raw)
            except BadValue as error:
                parsed.bad = True
                self.result.errors.append(Finding(parsed.place(column.path), error.message))
                continue
            if value is not None:
                values[column.path] = value
            for message in warnings:
                self.result.warnings.append(Finding(parsed.place(column.path), message))
        return parsed

    def _formula(self, parsed: Parsed, column: ColumnMapping, raw: object) -> None:
        if raw == "":
            self.result.warnings.append(Finding(parsed.place(column.path), UNCACHED_FORMULA))
        elif column.index not in self._told:
            self._told.add(column.index)
            self.result.warnings.append(Finding(parsed.place(column.path), CACHED_FORMULA))


_Read = Callable[[object], tuple[Json | None, Sequence[Message]]]


def _parser(item: Field, dictionary: Dictionary, context: ParseContext) -> _Read:
    """Parses a column's cells; remembers texts and dates where the same come again and again."""
    referring = item.type in {"unit", "subject"}

    def direct(raw: object) -> tuple[Json | None, Sequence[Message]]:
        if isinstance(raw, time | timedelta):
            raise BadValue(Message("这一格是时间，不是日期或文字。请把单元格格式改为文本后重填。"))
        if referring and isinstance(raw, str) and _UUID.match(raw):
            raise BadValue(Message("请填名称或编号，不要填系统内部的标识。"))
        value = parse(item, raw, dictionary=dictionary, context=context)
        if not context.warnings:
            return value, ()
        warnings = tuple(context.warnings)
        context.warnings.clear()
        return value, warnings

    if item.unique or item.type not in _REPEATING:
        return direct
    known: dict[object, tuple[Json | None, Sequence[Message]]] = {}

    def remembered(raw: object) -> tuple[Json | None, Sequence[Message]]:
        if type(raw) is not str and type(raw) is not date:  # 1, 1.0 and True are one dict key
            return direct(raw)
        found = known.get(raw)
        if found is None:
            found = direct(raw)
            if len(known) < _KEPT:
                known[raw] = found
        return found

    return remembered


def _filled_down(
    merged: Sequence[tuple[int, int, int, int]], mapping: SheetMapping, last: int
) -> dict[int, list[tuple[int, bool]]]:
    """By row from 0: mapped columns merged downward there, and whether the range begins there."""
    wanted = {column.index for column in mapping.mapped()}
    rows: dict[int, list[tuple[int, bool]]] = {}
    covered = 0
    for top, left, reaches, _right in merged:
        bottom = min(reaches, last)
        if left not in wanted or not bottom > top >= mapping.heading_row:
            continue
        covered += bottom - top
        if covered > _MERGED_ROWS:
            break
        for row in range(top, bottom + 1):
            rows.setdefault(row, []).append((left, row == top))
    return rows


def _fill(cells: Cells, merged: Sequence[tuple[int, bool]], above: dict[int, object]) -> Cells:
    """A range merged downward holds its value in its first row only: the rows below share it."""
    if not merged:
        return cells
    filled = list(cells)
    for column, begins in merged:
        if column >= len(filled):
            continue
        if begins:
            above[column] = filled[column]
        elif filled[column] == "":
            filled[column] = above.get(column, "")
    return filled
