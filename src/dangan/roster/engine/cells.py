"""Cells of rows as one asker may see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from dangan.access.rules import Showing
from dangan.dictionary.values import mask
from dangan.roster.engine.axes import Axis
from dangan.roster.engine.columns import Column
from dangan.roster.engine.lens import Sight
from dangan.roster.rules import DERIVED, UNIT, Cell, RosterRow

_HIDDEN = Cell(Showing.HIDDEN)


class RowMaker:
    """Makes rows of one partition with the same columns; rights are worked out once per unit."""

    def __init__(self, sight: Sight, columns: Sequence[str]) -> None:
        self._sight = sight
        axes = [sight.lens.axes.axis(path) for path in columns]
        self._columns = [(axis, sight.part.column(axis.source)) for axis in axes]
        self._unit_axis = sight.lens.axes.axis(UNIT)
        self._by_unit: dict[UUID | None, list[Showing]] = {}

    def row(self, row: int) -> RosterRow:
        """The row that the asker may see."""
        part = self._sight.part
        subject, unit = part.subject(row), part.unit(row)
        of_unit, *showings = self._showings(subject, unit)
        cells = {
            axis.path: _cell(axis, column, showing, row)
            for (axis, column), showing in zip(self._columns, showings, strict=True)
        }
        shown = unit if of_unit is Showing.PLAIN else None
        return RosterRow(subject, shown, part.state(row), cells)

    def _showings(self, subject: UUID, unit: UUID | None) -> list[Showing]:
        """How the unit and then each column come out for a person."""
        if subject == self._sight.lens.actor.subject:
            return self._decided(subject, unit)
        if unit not in self._by_unit:
            self._by_unit[unit] = self._decided(subject, unit)
        return self._by_unit[unit]

    def _decided(self, subject: UUID, unit: UUID | None) -> list[Showing]:
        axes = [self._unit_axis, *(axis for axis, _ in self._columns)]
        return [self._sight.lens.showing(axis, subject, unit) for axis in axes]


def _cell(axis: Axis, column: Column, showing: Showing, row: int) -> Cell:
    if showing is Showing.HIDDEN:
        return _HIDDEN
    text = column.text(row)
    if showing is Showing.PLAIN:
        return Cell(showing, None if text is None else axis.label(text))
    if axis.path in DERIVED or axis.field is None:
        return _HIDDEN
    return Cell(showing, None if text is None else mask(axis.field, axis.kind.json(text)))
