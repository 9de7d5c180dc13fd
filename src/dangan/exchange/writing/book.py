"""A workbook under the pen, with the one guard that every book needs.

A text that begins like a formula is harmless as a string cell, but would come alive when
somebody edits the cell or saves as CSV and opens that. Such cells carry Excel's text mark
(``quotePrefix``, what a typed apostrophe sets): the value stays what it is and stays text.
"""

from __future__ import annotations

import io
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_INK, _LINE, _SUNKEN = "#1B2430", "#CFD5DD", "#F1F4F8"
_FONT: Final = "微软雅黑"
_CELL_LIMIT: Final = 32_767
_FOOTER_LIMIT: Final = 240


class Book:
    """A workbook in memory; nothing touches the disk. ``close`` gives its bytes."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        base = {"font_name": _FONT, "font_size": 10, "font_color": _INK, "valign": "vcenter"}
        self.text: Format = self.book.add_format({**base, "num_format": "@"})
        self.marked: Format = self.book.add_format(
            {**base, "num_format": "@", "quote_prefix": True}
        )
        self.number: Format = self.book.add_format(base)
        self.wrapped: Format = self.book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.date: Format = self.book.add_format({**base, "num_format": "yyyy-mm-dd"})
        heading = {
            **base,
            "bold": True,
            "bg_color": _SUNKEN,
            "bottom": 1,
            "bottom_color": _LINE,
            "num_format": "@",
        }
        self.heading: Format = self.book.add_format(heading)
        self.required: Format = self.book.add_format({**heading, "font_color": "#C7271C"})

    def sheet(self, name: str) -> Worksheet:
        """A new worksheet; its name is cut and cleaned to what Excel allows."""
        clean = "".join("_" if c in "[]:*?/\\" else c for c in name)[:31].strip("'") or "Sheet"
        sheet: Worksheet = self.book.add_worksheet(clean)
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        """A text cell that never becomes a formula or a link."""
        if text:
            mark = self.marked if text.startswith(_DANGEROUS) else self.text
            sheet.write_string(row, column, text[:_CELL_LIMIT], mark)

    def close(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()


def footer(text: str) -> str:
    """A page footer: the text at the left, the page number at the right."""
    return "&L&8" + text.replace("&", "&&")[:_FOOTER_LIMIT] + "&R&8&P / &N"
