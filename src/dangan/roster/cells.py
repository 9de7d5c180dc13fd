"""The roster's cells as HTML. Hundreds stand on a page: in a template they cost four times as much.

Everything that comes from data is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dangan.roster.listing import Column, Line, Shown
from dangan.roster.rules import NAME, NUMBER
from dangan.ui.templatetags.dangan import page_url, state

ON_PHONE = frozenset({NAME, NUMBER, "post.unit", "post.position"})
"""What a card on a phone shows, besides the column that the list is sorted by."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row for the template: the name with its link, and the other cells drawn."""

    subject: UUID
    name: str
    url: str
    cells: SafeString


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """The rows of a page."""
    cells = Cells()
    return [
        Row(
            line.subject,
            line.name,
            page_url("dossiers:dossier", line.subject),
            mark_safe("".join(map(cells.draw, line.cells))),  # noqa: S308 - drawn below
        )
        for line in lines
    ]


class Cells:
    """Draws the cells of one page; wording that repeats is looked up once."""

    def __init__(self) -> None:
        self._empty = f'<span class="ink4">{escape(_("无"))}</span>'
        self._hidden = f'<span class="ink4" title="{escape(_("无权查看"))}">—</span>'
        self._heads: dict[str, str] = {}
        self._marks: dict[tuple[str, str], str] = {}

    def draw(self, cell: Shown) -> SafeString:
        """One ``<td>``: the state at the corner of a card, everything else with its label."""
        if cell.mark:
            html = f'<td class="corner">{self._mark(cell)}</td>'
        else:
            html = f"{self._head(cell)}>{self._value(cell)}</td>"
        return mark_safe(html)  # noqa: S308 - every part is escaped

    def _head(self, cell: Shown) -> str:
        column, text = cell.column, escape(cell.text)
        head = self._heads.get(column.path)
        if head is None:
            head = self._heads[column.path] = self._column_head(column)
        if cell.showing == "masked":
            head = head.replace('class="', 'class="ink2 ', 1)
        if column.path == NUMBER:
            head += f' data-number="{text}"'
        return f'{head} title="{text}"' if cell.showing == "plain" and text else head

    def _column_head(self, column: Column) -> str:
        minor = column.path not in ON_PHONE and not column.order
        classes = [
            "num" if column.number else "",
            "only-wide" if minor else "",
            "ink2" if column.path == NUMBER else "",
        ]
        return f'<td class="{" ".join(filter(None, classes))}" data-label="{escape(column.label)}"'

    def _value(self, cell: Shown) -> str:
        if cell.showing == "hidden":
            return self._hidden
        return escape(cell.text) or self._empty

    def _mark(self, cell: Shown) -> str:
        key = (cell.mark, cell.text)
        if key not in self._marks:
            self._marks[key] = state(cell.mark, cell.text)
        return self._marks[key]
