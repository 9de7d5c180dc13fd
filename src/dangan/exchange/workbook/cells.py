"""One pass over a worksheet's XML: how far it reaches and where its formulas are.

The reader allocates the whole rectangle from the first to the last filled cell and gives
only the results that a formula had when the file was saved. So the extent must be known
before it starts, and formulas are found here. Nothing is evaluated. DTDs are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from dangan.exchange.workbook import limits
from dangan.exchange.workbook.faults import Unusable

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})$")
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_CELL_BEGINS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
_UNUSUAL = re.compile(rb"<[A-Za-z_]\w*:c[\s/>]|<(?:\w+:)?f[\s/>]|<!D|\x00")


@dataclass(slots=True)
class Extent:
    """Filled cells of a sheet: bounds counted from 0 (None when empty) and formula cells."""

    first_row: int | None = None
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)

    def take(self, row: int, column: int) -> None:
        """Note a filled cell."""
        if self.first_row is None:
            self.first_row, self.last_row = row, row
            self.first_column = self.last_column = column
            return
        if row < self.first_row:
            self.first_row = row
        elif row > self.last_row:
            self.last_row = row
        if column < self.first_column:
            self.first_column = column
        elif column > self.last_column:
            self.last_column = column

    def require_sane(self, sheet: str) -> None:
        """Raises :class:`Unusable` when reading the rectangle would be a burden."""
        if self.first_row is None:
            return
        rows = self.last_row - self.first_row + 1
        columns = self.last_column - self.first_column + 1
        if rows > limits.ROWS:
            raise Unusable(
                "工作表“{sheet}”有内容的行一直到第 {row} 行，超过上限 {limit} 行。"
                "请删去远处的零星内容，或拆成几份分别导入。",
                sheet=sheet,
                row=self.last_row + 1,
                limit=limits.ROWS,
            )
        if columns > limits.COLUMNS or rows * columns > limits.CELLS:
            raise Unusable(
                "工作表“{sheet}”有内容的列太多（{columns} 列 × {rows} 行）。"
                "请删去远处的零星内容，只留要导入的列。",
                sheet=sheet,
                columns=columns,
                rows=rows,
            )


def scan(pieces: Callable[[], Iterable[bytes]], sheet: str) -> Extent:
    """The extent of one worksheet; ``pieces`` gives its unpacked XML from the start.

    Raises :class:`Unusable`. Most sheets are written plainly and have no formulas: those are
    measured by pattern, ten times faster than by parsing. The pattern also counts formatted
    empty cells, so a sheet that looks too large that way is parsed before it is refused.
    """
    quick = _measured(pieces())
    if quick is not None:
        try:
            quick.require_sane(sheet)
        except Unusable:
            pass
        else:
            return quick
    extent = _parsed(pieces(), sheet)
    extent.require_sane(sheet)
    return extent


def _measured(pieces: Iterable[bytes]) -> Extent | None:
    """The extent by pattern; None when the sheet is not written plainly or has formulas."""
    extent, rest = Extent(), b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"<")
        if cut <= 0:
            return None
        text, rest = text[:cut], text[cut:]
        if _UNUSUAL.search(text):
            return None
        cells = _PLAIN_CELL.findall(text)
        if len(cells) != sum(text.count(begin) for begin in _CELL_BEGINS):
            return None
        if cells:
            letters, digits = zip(*cells, strict=True)
            columns = {column_number(name.decode()) for name in set(letters)}
            rows = {int(number) - 1 for number in set(digits)}
            extent.take(min(rows), min(columns))
            extent.take(max(rows), max(columns))
    return extent if rest.strip() == b"</worksheet>" else None


def _parsed(pieces: Iterable[bytes], sheet: str) -> Extent:
    scanner = _Scanner(sheet)
    try:
        for piece in pieces:
            scanner.parser.Parse(piece, False)
        scanner.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unusable(
            "工作表“{sheet}”的内容已损坏。请在 Excel 或 WPS 里打开并另存一份，再导入。",
            sheet=sheet,
        ) from error
    scanner.close()
    return scanner.extent


class _Scanner:
    """Expat handlers. A cell counts as filled when it has a value with at least a character."""

    def __init__(self, sheet: str) -> None:
        self.extent = Extent()
        self._sheet = sheet
        self._row = self._column = -1
        self._letters: dict[str, int] = {}
        self._formula = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c" or tag.endswith(":c"):
            self.close()
            self._cell(attributes.get("r"))
        elif tag in {"v", "is"} or tag.endswith((":v", ":is")):
            self._value()
        elif tag == "f" or tag.endswith(":f"):
            self._formula = True
        elif tag == "row" or tag.endswith(":row"):
            self.close()
            self._begin_row(attributes.get("r"))
        elif tag.endswith("sheetData"):
            self._row = self._column = -1

    def _begin_row(self, number: str | None) -> None:
        if number is not None and number.isdigit() and len(number) < 8:
            self._row = int(number) - 1
        else:
            self._row += 1
        self._column = -1

    def _cell(self, reference: str | None) -> None:
        self._formula = False
        if reference is None:
            self._column += 1
            return
        match = _CELL.match(reference)
        if match is None:
            raise Unusable("工作表“{sheet}”的内容已损坏，单元格编号不对。", sheet=self._sheet)
        letters, digits = match.groups()
        column = self._letters.get(letters)
        if column is None:
            column = self._letters[letters] = column_number(letters)
        self._column = column
        self._row = int(digits) - 1

    def _value(self) -> None:
        self.extent.take(self._row, self._column)

    def close(self) -> None:
        """Note the cell that ends here if it had a formula."""
        if not self._formula:
            return
        self._formula = False
        self.extent.formulas.add((self._row, self._column))
        if len(self.extent.formulas) > limits.FORMULAS:
            raise Unusable(
                "工作表“{sheet}”里的公式超过 {limit} 个。请复制后选择性粘贴为数值，再导入。",
                sheet=self._sheet,
                limit=limits.FORMULAS,
            )

    def _doctype(self, *_: object) -> None:
        raise Unusable("文件里有不该出现的 DTD 声明，已拒绝读取。请另存一份再导入。")


def column_number(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
