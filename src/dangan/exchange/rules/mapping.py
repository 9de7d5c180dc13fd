"""How the columns of a workbook's sheets are read: guessed, shown, corrected, kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

PERSON: Final = "person"
"""A sheet with one row a person, whatever sets its columns belong to."""

SKIP: Final = ""
"""A column, or with ``home`` a whole sheet, that is not imported 不导入."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """``index`` counts from 0; ``path`` is ``set.field`` or :data:`SKIP`; ``confidence`` 0 … 1."""

    index: int
    heading: str
    path: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """``home`` is :data:`PERSON`, the key of a repeating set, or :data:`SKIP`.

    ``heading_row`` is the last row of headings, as Excel counts.
    """

    sheet: str
    home: str
    heading_row: int
    columns: tuple[ColumnMapping, ...]

    def mapped(self) -> list[ColumnMapping]:
        """Columns that are imported."""
        return [column for column in self.columns if column.path != SKIP]

    def column_of(self, path: str) -> ColumnMapping | None:
        return next((column for column in self.columns if column.path == path), None)


def corrected(
    mapping: SheetMapping, paths: Mapping[int, str], home: str | None = None
) -> SheetMapping:
    """The mapping with a person's choices by column index; a field chosen twice counts once,
    for the first column."""
    used: set[str] = set()
    columns = []
    for column in mapping.columns:
        path = paths.get(column.index, column.path)
        path = SKIP if path in used else path
        if path != SKIP:
            used.add(path)
        sure = column.confidence if path == column.path else 1.0
        columns.append(replace(column, path=path, confidence=sure))
    return replace(mapping, home=mapping.home if home is None else home, columns=tuple(columns))


def to_json(mappings: Iterable[SheetMapping]) -> list[dict[str, Any]]:
    """Plain data for storing; headings are the file's own words and so may be personal."""
    return [
        {
            "sheet": mapping.sheet,
            "home": mapping.home,
            "heading_row": mapping.heading_row,
            "columns": [
                [column.index, column.heading, column.path, column.confidence]
                for column in mapping.columns
            ],
        }
        for mapping in mappings
    ]


def from_json(data: Iterable[Mapping[str, Any]]) -> list[SheetMapping]:
    """The opposite of :func:`to_json`."""
    return [
        SheetMapping(
            str(item["sheet"]),
            str(item["home"]),
            int(item["heading_row"]),
            tuple(
                ColumnMapping(int(i), str(h), str(p), float(c)) for i, h, p, c in item["columns"]
            ),
        )
        for item in data
    ]
