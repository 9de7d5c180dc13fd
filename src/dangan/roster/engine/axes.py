"""An axis: what a path means for sorting, filtering and counting, on one day.

Most axes are a column as it stands. Others see a column through a function: years since a date,
the band they fall into, the topmost parent of a code, a unit's ancestor. The function runs once
per different value, never per person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from dangan.dictionary.rules import Dictionary, Field
from dangan.organization.rules import Tree
from dangan.roster.engine.columns import Column, Comparable, Kind, kind_of
from dangan.roster.engine.partition import Partition
from dangan.roster.rules import DERIVED, JSON, NAME, STATE, UNIT, Band, Derived, UnknownPath

_LAST = 1 << 30


@dataclass(frozen=True, slots=True)
class Axis:
    """`source`: the column it reads, whose rights it follows; `field` None for the state.

    `label` turns a stored text into the value that people see or count by (None: empty); `key`
    turns a label into what it sorts by. `as_it_stands`: labels are the column's values in the
    column's order. `identity` names the axis in caches.
    """

    path: str
    source: str
    kind: Kind
    field: Field | None
    label: Callable[[str], JSON]
    key: Callable[[Any], Comparable]
    as_it_stands: bool
    identity: Hashable

    def table(self, part: Partition) -> AxisTable:
        """Return the labels of a partition's column, made once."""
        return part.kept(("axis", self.identity), lambda: _table(self, part.column(self.source)))


@dataclass(frozen=True, slots=True)
class AxisTable:
    """`labels` in order; `number` gives, by column code, 1 + the place in `labels`, 0 for empty."""

    labels: Sequence[JSON]
    number: NDArray[np.uint32]


def _table(axis: Axis, column: Column) -> AxisTable:
    seen = [axis.label(text) for text in column.values.to_list()]
    labels = sorted({label for label in seen if label is not None}, key=axis.key)
    place = {label: index for index, label in enumerate(labels, 1)}
    number = np.zeros(len(seen) + 1, np.uint32)
    number[1:] = [0 if label is None else place[label] for label in seen]
    return AxisTable(labels, number)


@dataclass(frozen=True)
class Axes:
    """Finds axes by path, for one dictionary, one tree, one day."""

    dictionary: Dictionary
    tree: Tree
    today: date

    def field(self, path: str) -> Field:
        """Return the roster field at a path; raises UnknownPath."""
        found = self._fields.get(path)
        if found is None:
            raise UnknownPath(path)
        return found

    def keeps(self, path: str) -> bool:
        """Tell whether the roster keeps this field."""
        return path in self._fields

    def axis(self, path: str, *, fold: bool = False, unit_depth: int | None = None) -> Axis:
        """Return the axis of a path; raises UnknownPath."""
        if path == STATE:
            return _plain_axis(path, Kind.PLAIN, None)
        derived = DERIVED.get(path)
        if derived is not None:
            return self._years(derived)
        field = self.field(path)
        kind = kind_of(field.type, is_name=path == NAME)
        if path == UNIT or field.type == "unit":
            return self._units(field, unit_depth)
        if fold and field.type == "code":
            return self._folded(field)
        return _plain_axis(path, kind, field)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {field.path: field for field in self.dictionary.roster_fields}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {str(node.id): place for place, (node, _) in enumerate(self.tree.walk())}

    @cached_property
    def tree_identity(self) -> Hashable:
        return self.tree.version, self.today

    def _years(self, derived: Derived) -> Axis:
        today = self.today

        def years(text: str) -> JSON:
            return years_between(text, today)

        def band(text: str) -> JSON:
            return band_of(years_between(text, today), derived.bands)

        order = {item.key: place for place, item in enumerate(derived.bands)}
        return Axis(
            path=derived.path,
            source=derived.source,
            kind=Kind.PLAIN if derived.bands else Kind.WHOLE,
            field=self.field(derived.source),
            label=band if derived.bands else years,
            key=order.__getitem__ if derived.bands else _itself,
            as_it_stands=False,
            identity=(derived.path, today),
        )

    def _folded(self, field: Field) -> Axis:
        table = self.dictionary.table_of(field)

        def topmost(code: str) -> JSON:
            *_, last = table.ancestors(code)
            return last

        identity = ("fold", field.path, self.dictionary.revision)
        return Axis(field.path, field.path, Kind.PLAIN, field, topmost, _itself, False, identity)

    def _units(self, field: Field, depth: int | None) -> Axis:
        def ancestor(text: str) -> JSON:
            path = self.tree.path_of(UUID(text))
            return str(path[min(depth, len(path) - 1)]) if depth is not None and path else text

        def place(text: str) -> Comparable:
            return self._places.get(text, _LAST), text

        identity = ("unit", field.path, depth, self.tree_identity)
        return Axis(field.path, field.path, Kind.PLAIN, field, ancestor, place, False, identity)


def _plain_axis(path: str, kind: Kind, field: Field | None) -> Axis:
    return Axis(path, path, kind, field, kind.json, _json_key(kind), True, path)


def _json_key(kind: Kind) -> Callable[[Any], Comparable]:
    if kind is Kind.WHOLE:
        return lambda value: kind.key(str(value))
    if kind is Kind.BOOLEAN:
        return _itself
    return kind.key


def _itself(value: Comparable) -> Comparable:
    return value


def years_between(start: str, today: date) -> int | None:
    """Return the full years from an ISO date, also a shortened one, to `today`.

    A missing month or day counts as the first. None for open dates and dates to come.
    """
    year, _, rest = start.partition("-")
    month, _, day = rest.partition("-")
    begun = (int(month or 1), int(day or 1)) <= (today.month, today.day)
    years = today.year - int(year) - (0 if begun else 1)
    return years if years >= 0 else None


def band_of(years: int | None, bands: tuple[Band, ...]) -> str | None:
    """Return the key of the band that holds so many years."""
    if years is None:
        return None
    for band in bands:
        if band.low <= years and (band.high is None or years < band.high):
            return band.key
    return None
