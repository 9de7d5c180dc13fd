"""Statistics: people counted by one or two axes, with means; parts of several processes add up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dangan.roster.engine import wheres
from dangan.roster.engine.axes import Axes, Axis
from dangan.roster.engine.columns import Rows
from dangan.roster.engine.lens import Sight
from dangan.roster.engine.matching import Needle
from dangan.roster.engine.paging import selected
from dangan.roster.engine.wheres import Where
from dangan.roster.rules import JSON, Group, GroupQuery, Measure

_DENSE = 1 << 22
"""Up to this many possible groups are counted in one array; more are sorted first."""

_FITS = 1 << 31

Values = tuple[JSON, ...]
Numbers = NDArray[np.signedinteger[Any]]


@dataclass(slots=True)
class Tally:
    """`sums`: per measure the sum of the values and how many there were."""

    count: int
    sums: list[tuple[float, int]]

    def add(self, other: Tally) -> None:
        self.count += other.count
        self.sums = [
            (total + more, known + others)
            for (total, known), (more, others) in zip(self.sums, other.sums, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class GroupPart:
    """What one process counted."""

    tallies: Mapping[Values, Tally] = field(default_factory=dict)


def axes_of(axes: Axes, query: GroupQuery) -> list[Axis]:
    """Return the axes a query groups by."""
    return [
        axes.axis(path, fold=path in query.fold, unit_depth=query.unit_depth) for path in query.by
    ]


def group_part(sights: Sequence[Sight], query: GroupQuery, needle: Needle) -> GroupPart:
    """Count in these partitions."""
    return merge_parts([_count(sight, query, needle) for sight in sights])


def merge_parts(parts: Sequence[GroupPart]) -> GroupPart:
    """Add up what several partitions or processes counted."""
    if len(parts) == 1:
        return parts[0]
    total: dict[Values, Tally] = {}
    for part in parts:
        for values, tally in part.tallies.items():
            if values in total:
                total[values].add(tally)
            else:
                total[values] = Tally(tally.count, list(tally.sums))
    return GroupPart(total)


def groups(axes: Axes, query: GroupQuery, part: GroupPart) -> list[Group]:
    """Turn tallies into an answer: in the order of the axes, empty last, small ones suppressed."""
    places = [
        _places(axis, values)
        for axis, values in zip(axes_of(axes, query), zip(*part.tallies, strict=True), strict=False)
    ]

    def order(values: Values) -> tuple[int, ...]:
        return tuple([place[value] for place, value in zip(places, values, strict=True)])

    hidden = suppressed({v: tally.count for v, tally in part.tallies.items()}, query.suppress)
    return [
        _group(values, part.tallies[values], query.measures, hide=values in hidden)
        for values in sorted(part.tallies, key=order)
    ]


def _places(axis: Axis, values: Iterable[JSON]) -> dict[JSON, int]:
    """Return the place of each value in the order of an axis, empty last."""
    different = set(values)
    ordered = sorted((v for v in different if v is not None), key=axis.key)
    return {value: place for place, value in enumerate([*ordered, None])}


def suppressed(counts: Mapping[Values, int], smallest: int) -> frozenset[Values]:
    """Return the groups to hide: all below `smallest`, and never just one.

    A single hidden group could be worked out from the total, so the next smallest goes with it.
    """
    small = {values for values, count in counts.items() if count < smallest}
    if len(small) == 1 and len(counts) > 1:
        others = [(count, repr(values), values) for values, count in counts.items()]
        small |= {min(item for item in others if item[2] not in small)[2]}
    return frozenset(small)


def _group(values: Values, tally: Tally, measures: Sequence[Measure], *, hide: bool) -> Group:
    means = {
        measure.path: None if hide or not known else total / known
        for measure, (total, known) in zip(measures, tally.sums, strict=True)
    }
    return Group(values, None if hide else tally.count, means)


def _count(sight: Sight, query: GroupQuery, needle: Needle) -> GroupPart:
    wanted = selected(sight, query, needle)
    if wanted is False:
        return GroupPart()
    by = axes_of(sight.lens.axes, query)
    numbers, sizes = [], []
    for axis in by:
        numbers.append(_numbers(sight, axis, wanted))
        sizes.append(len(axis.table(sight.part).labels) + 1)
    cells, names = _cells(numbers, sizes)
    counts = np.bincount(cells, minlength=len(names))
    sums = [_sums(sight, m, wanted, cells, len(names)) for m in query.measures]
    filled = np.flatnonzero(counts)
    values = _values([axis.table(sight.part).labels for axis in by], names[filled])
    per_measure = [
        list(zip(total[filled].tolist(), known[filled].tolist(), strict=True))
        for total, known in sums
    ]
    per_group = list(zip(*per_measure, strict=True)) or [()] * len(filled)
    tallies = zip(counts[filled].tolist(), per_group, strict=True)
    return GroupPart(
        {
            value: Tally(count, list(measured))
            for value, (count, measured) in zip(values, tallies, strict=True)
        }
    )


def _numbers(sight: Sight, axis: Axis, wanted: Where) -> Numbers:
    """Return each wanted row's number on an axis, 0 where it is empty or not plain."""
    column, plain = sight.part.column(axis.source), sight.plain(axis)
    if plain is False:
        return np.zeros(wheres.count(wanted, len(column)), np.int32)
    codes = column.codes if isinstance(wanted, bool) else column.codes[wanted]
    found = axis.table(sight.part).number.astype(np.int32).take(codes)
    if plain is not True:
        found *= plain if isinstance(wanted, bool) else plain[wanted]
    return found


def _cells(numbers: Sequence[Numbers], sizes: Sequence[int]) -> tuple[Numbers, Rows]:
    """Return each row's group and, per group, the combined number it stands for."""
    possible = math.prod(sizes)
    cells = _combined(numbers, sizes)
    if possible <= _DENSE:
        return cells, np.arange(possible)
    names, dense = np.unique(cells, return_inverse=True)
    return dense, names


def _combined(numbers: Sequence[Numbers], sizes: Sequence[int]) -> Numbers:
    """Make one number of several, each below its size; in 32 bits where they suffice."""
    cells = numbers[0] if math.prod(sizes) < _FITS else numbers[0].astype(np.int64)
    for more, size in zip(numbers[1:], sizes[1:], strict=True):
        cells = cells * size + more
    return cells


def _values(labels: Sequence[Sequence[JSON]], combined: Rows) -> list[Values]:
    """Return the values that combined numbers stand for."""
    columns: list[list[JSON]] = []
    for names in reversed(labels):
        combined, number = np.divmod(combined, len(names) + 1)
        with_empty = [None, *names]
        columns.append([with_empty[place] for place in number.tolist()])
    return list(zip(*reversed(columns), strict=True))


def _sums(
    sight: Sight, measure: Measure, wanted: Where, cells: Numbers, groups: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return, per group, the sum of a measure and how many people have it.

    Counts how often each value occurs in each group, which is exact and faster than adding up.
    """
    axis = sight.lens.axes.axis(measure.path)
    labels = axis.table(sight.part).labels
    number = _numbers(sight, axis, wanted)
    width = len(labels) + 1
    size = np.array([0.0, *(_as_float(label) for label in labels)])
    known = np.array([False, *(_is_number(label) for label in labels)])
    if groups * width > _DENSE:
        weights = np.bincount(cells, weights=size.take(number), minlength=groups)
        counted = np.bincount(cells[known.take(number)], minlength=groups)
        return weights.astype(np.float64), counted.astype(np.int64)
    often = np.bincount(_combined([cells, number], [groups, width]), minlength=groups * width)
    table = often.reshape(groups, width)
    return table @ size, table @ known.astype(np.int64)


def _as_float(label: JSON) -> float:
    return float(label) if label is not None and _is_number(label) else 0.0


def _is_number(label: JSON) -> bool:
    if isinstance(label, int | float):
        return True
    try:
        float(str(label))
    except ValueError:
        return False
    return True
