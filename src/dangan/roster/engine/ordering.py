"""Order within a partition, and one order over many.

Rows without a plain value come last in both directions. Ties fall back on the default order: by
name where the name is plain, the others after them by identifier.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dangan.roster.engine import wheres
from dangan.roster.engine.axes import Axis
from dangan.roster.engine.columns import Comparable, Rows
from dangan.roster.engine.lens import Sight
from dangan.roster.engine.partition import Partition
from dangan.roster.engine.wheres import Where, both, opposite
from dangan.roster.pinyin import name_key
from dangan.roster.rules import NAME

OrderKey = tuple[Any, ...]

_CHUNK = 1 << 16
_SPARSE = 16
"""With less than one row in sixteen wanted, sorting those beats walking the whole order."""


@dataclass(frozen=True, slots=True)
class Backwards:
    """A sort key that compares the other way round."""

    key: Comparable

    def __lt__(self, other: Backwards) -> bool:
        return bool(other.key < self.key)


class Sorted(Protocol):
    """A list in order whose keys can be read one by one; what `merge_window` merges."""

    def __len__(self) -> int: ...

    def key(self, place: int) -> OrderKey: ...


class Ordered:
    """The first `first` of the wanted rows of a partition, in order."""

    def __init__(
        self, sight: Sight, wanted: Where, axis: Axis | None, *, descending: bool, first: int
    ) -> None:
        self._sight = sight
        self._part = sight.part
        self._axis = None if axis is not None and axis.path == NAME and not descending else axis
        self._descending = descending
        self.rows: Rows = self._find(wanted, first)

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, place: int) -> OrderKey:
        """Return a key that is the same for the same person in whatever partition they lie."""
        row = int(self.rows[place])
        name = None
        if wheres.one_row(self._plain_name, row):
            name = self._part.column(NAME).text(row)
        return (
            *self._axis_key(row),
            name is None,
            "" if name is None else name_key(name),
            self._part.subject(row).int,
        )

    def _axis_key(self, row: int) -> OrderKey:
        if self._axis is None:
            return (False, 0)
        text = None
        if wheres.one_row(self._sight.plain(self._axis), row):
            text = self._part.column(self._axis.source).text(row)
        label = None if text is None else self._axis.label(text)
        if label is None:
            return (True, 0)
        key = self._axis.key(label)
        return (False, Backwards(key) if self._descending else key)

    @cached_property
    def _name_axis(self) -> Axis:
        return self._sight.lens.axes.axis(NAME)

    @cached_property
    def _plain_name(self) -> Where:
        return self._sight.plain(self._name_axis)

    def _find(self, wanted: Where, first: int) -> Rows:
        if wanted is False or first <= 0:
            return np.arange(0)
        if self._plain_name is not True:
            return self._sorted_outright(wanted)[:first]
        if self._axis is None:
            return wheres.rows_of(wanted, len(self._part))[:first]
        return self._by_axis(self._axis, wanted, first)

    def _by_axis(self, axis: Axis, wanted: Where, first: int) -> Rows:
        plain = self._sight.plain(axis)
        if plain is True:
            return self._walk(axis, wanted, first)
        filled = both(
            plain, ranks(self._part, axis, self._descending).take(self._codes(axis)) != _LAST
        )
        found = self._walk(axis, both(wanted, filled), first)
        if len(found) < first:
            rest = wheres.rows_of(both(wanted, opposite(filled)), len(self._part))
            found = np.concatenate([found, rest[: first - len(found)]])
        return found

    def _walk(self, axis: Axis, wanted: Where, first: int) -> Rows:
        """Take the wanted rows in the order of an axis that is plain in all of them."""
        length = len(self._part)
        if wanted is False:
            return np.arange(0)
        if wanted is not True and wheres.count(wanted, length) * _SPARSE < length:
            rows = np.flatnonzero(wanted)
            keys = ranks(self._part, axis, self._descending).take(self._codes(axis)[rows])
            return rows[np.argsort(keys, kind="stable")][:first]
        order = whole_order(self._part, axis, self._descending).rows
        if wanted is True:
            return order[:first].astype(np.int64)
        return _first_wanted(order, wanted, first)

    def _codes(self, axis: Axis) -> NDArray[np.unsignedinteger[Any]]:
        return self._part.column(axis.source).codes

    def _sorted_outright(self, wanted: Where) -> Rows:
        """Sort the wanted rows by everything at once: for those who see only some names."""
        rows = wheres.rows_of(wanted, len(self._part))
        named = wheres.at(self._plain_name, rows) & (self._part.column(NAME).codes[rows] != 0)
        names = np.where(named, rows, len(self._part))
        subjects = self._part.subject_ranks()[rows]
        if self._axis is None:
            return rows[np.lexsort((subjects, names))]
        keys = ranks(self._part, self._axis, self._descending).take(self._codes(self._axis)[rows])
        keys = np.where(wheres.at(self._sight.plain(self._axis), rows), keys, _LAST)
        return rows[np.lexsort((subjects, names, keys))]


_LAST = np.uint32(0xFFFFFFFF)
_SHORT_LAST = 0xFFFF


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """All rows of a partition in the order of an axis; made once, then every page is a slice."""

    axis: Axis
    descending: bool
    rows: NDArray[np.uint32]


def whole_order(part: Partition, axis: Axis, descending: bool) -> WholeOrder:
    """Return the order of a partition, made when first asked for."""

    def make() -> WholeOrder:
        by_code: NDArray[np.unsignedinteger[Any]] = ranks(part, axis, descending)
        if len(by_code) < _SHORT_LAST:  # sixteen bits sort ten times as fast
            by_code = np.minimum(by_code, _SHORT_LAST).astype(np.uint16)
        keys = by_code.take(part.column(axis.source).codes)
        return WholeOrder(axis, descending, np.argsort(keys, kind="stable").astype(np.uint32))

    return part.kept(("order", axis.identity, descending), make)


def ranks(part: Partition, axis: Axis, descending: bool) -> NDArray[np.uint32]:
    """Return, by column code, what to sort by; `_LAST` for empty."""
    if axis.as_it_stands:
        length = len(part.column(axis.source).values)
        number = np.arange(length + 1, dtype=np.uint32)
    else:
        table = axis.table(part)
        length, number = len(table.labels), table.number
    if not descending:
        return number - np.uint32(1)
    return np.where(number == 0, _LAST, np.uint32(length) - number)


def _first_wanted(order: NDArray[np.uint32], wanted: NDArray[np.bool_], first: int) -> Rows:
    pieces, found = [], 0
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        piece = chunk[wanted[chunk]]
        pieces.append(piece)
        found += len(piece)
        if found >= first:
            break
    return np.concatenate(pieces)[:first].astype(np.int64)


# --- one order over many ---------------------------------------------------------------------


def merge_window(lists: Sequence[Sorted], offset: int, limit: int) -> list[tuple[int, int]]:
    """Return places `offset` to `offset + limit` of the merged lists as (list, place) pairs.

    Each list must hold at least its first `offset + limit` members, or all it has. Equal keys
    do not occur: every key ends in the person's identifier.
    """
    filled = [number for number, one in enumerate(lists) if len(one)]
    if len(filled) == 1:  # as a rule: nothing to compare, no keys to make
        (number,) = filled
        end = min(offset + limit, len(lists[number]))
        return [(number, place) for place in range(offset, end)]
    starts = _skip(lists, offset)
    window = heapq.merge(*(_from(lists[n], n, start) for n, start in enumerate(starts)))
    return [(number, place) for (_, number, place), _ in zip(window, range(limit), strict=False)]


def _from(one: Sorted, number: int, start: int) -> Iterator[tuple[OrderKey, int, int]]:
    for place in range(start, len(one)):
        yield one.key(place), number, place


def _skip(lists: Sequence[Sorted], offset: int) -> list[int]:
    """Return where each list stands when the first `offset` of the merged order are passed.

    With k lists left, the smallest key found n/k ahead in any of them has fewer than n before
    it: everything up to there can be passed at once.
    """
    starts = [0] * len(lists)
    left = offset
    while left > 0:
        open_lists = [n for n, one in enumerate(lists) if starts[n] < len(one)]
        if not open_lists:
            break
        if len(open_lists) == 1:
            starts[open_lists[0]] += min(left, len(lists[open_lists[0]]) - starts[open_lists[0]])
            break
        step = max(1, left // len(open_lists))
        number, passed = _smallest_ahead(lists, starts, open_lists, step)
        starts[number] += passed
        left -= passed
    return starts


def _smallest_ahead(
    lists: Sequence[Sorted], starts: Sequence[int], open_lists: Sequence[int], step: int
) -> tuple[int, int]:
    def ahead(number: int) -> tuple[OrderKey, int, int]:
        passed = min(step, len(lists[number]) - starts[number])
        return lists[number].key(starts[number] + passed - 1), number, passed

    _, number, passed = min(map(ahead, open_lists))
    return number, passed
