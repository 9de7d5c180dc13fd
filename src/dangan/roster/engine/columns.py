"""A column: every row holds the number of its value in a list of the different values.

The list is sorted, so numbers compare as values do: sorting, ranges and grouping work on small
integers. Number 0 means empty. A million people with thirty columns stay below 300 MB, and most
questions touch two or four bytes a person.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dangan.roster.pinyin import name_key, sort_key
from dangan.roster.rules import JSON

Codes: TypeAlias = NDArray[np.unsignedinteger[Any]]
Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.int64]
Comparable: TypeAlias = Any

_FEW = 256
"""Below this many rows plain Python builds a column faster than polars does."""


class Kind(StrEnum):
    """How the values of a column compare and what they are in JSON."""

    NAME = "name"
    TEXT = "text"
    PLAIN = "plain"  # codes, dates, identifiers: compared as they stand
    NUMBER = "number"
    WHOLE = "whole"
    BOOLEAN = "boolean"

    @property
    def key(self) -> Callable[[str], Comparable]:
        """Turn a stored text into what it sorts by; different texts give different keys."""
        return _KEYS[self]

    def json(self, text: str) -> JSON:
        """Turn a stored text back into its JSON value."""
        if self is Kind.WHOLE:
            return int(text)
        return text == "true" if self is Kind.BOOLEAN else text


_KINDS = {
    "integer": Kind.WHOLE,
    "decimal": Kind.NUMBER,
    "money": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "text": Kind.TEXT,
    "long_text": Kind.TEXT,
}


def kind_of(field_type: str, *, is_name: bool = False) -> Kind:
    """Return the kind of column that a dictionary field type makes."""
    return Kind.NAME if is_name else _KINDS.get(field_type, Kind.PLAIN)


def text_of(value: JSON) -> str | None:
    """Return the stored text of a JSON value, None for an empty one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def number_key(text: str) -> tuple[Decimal, str]:
    """Order numbers by size; the text itself keeps 1.0 and 1.00 apart."""
    try:
        return Decimal(text), text
    except InvalidOperation:
        return Decimal("Infinity"), text


def _as_it_stands(text: str) -> str:
    return text


_KEYS: dict[Kind, Callable[[str], Comparable]] = {
    Kind.NAME: name_key,
    Kind.TEXT: sort_key,
    Kind.PLAIN: _as_it_stands,
    Kind.NUMBER: number_key,
    Kind.WHOLE: number_key,
    Kind.BOOLEAN: _as_it_stands,
}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """`codes`: one per row, 0 = empty, else 1 + the place in `values` (String, sorted by key)."""

    kind: Kind
    codes: Codes
    values: pl.Series

    def __len__(self) -> int:
        return len(self.codes)

    def text(self, row: int) -> str | None:
        """Return the stored text of a row."""
        code = int(self.codes[row])
        return None if code == 0 else str(self.values[code - 1])

    def texts(self) -> list[str | None]:
        """Return the stored text of every row."""
        values: list[str | None] = [None, *self.values.to_list()]
        return [values[code] for code in self.codes.tolist()]

    def code_of(self, text: str) -> int:
        """Return the number of a value, 0 if no row ever had it."""
        place = self.below(self.kind.key(text))
        if place < len(self.values) and self.values[place] == text:
            return place + 1
        return 0

    def below(self, key: Comparable) -> int:
        """Return how many values sort below `key`."""
        return bisect_left(self.values, key, key=self.kind.key)

    def up_to(self, key: Comparable) -> int:
        """Return how many values sort at or below `key`."""
        return bisect_right(self.values, key, key=self.kind.key)

    def where(self, of_value: Mask) -> Mask:
        """Return the rows whose value is marked; `of_value` is indexed by number, 0 included."""
        found: Mask = of_value.take(self.codes)
        return found

    def take(self, rows: Rows) -> Column:
        """Return these rows only, values and all; values that no row has any more are gone."""
        return _compact(self.kind, self.codes[rows], self.values)


def build(kind: Kind, texts: Sequence[str | None] | pl.Series) -> Column:
    """Make a column of one text per row, None for empty."""
    if len(texts) < _FEW:
        return _build_few(kind, texts)
    series = texts if isinstance(texts, pl.Series) else pl.Series(texts, dtype=pl.String)
    return _sorted(kind, *_numbered(series))


def unsorted(kind: Kind, texts: pl.Series) -> Column:
    """Make a piece for `concat`, quickly: its values are in no order, so it answers nothing."""
    if len(texts) < _FEW:
        return _build_few(kind, texts)
    codes, values = _numbered(texts)
    return Column(kind, codes.astype(narrowest(len(values) + 1)), values)


def blank(kind: Kind, length: int) -> Column:
    """Return a column in which every row is empty."""
    return Column(kind, np.zeros(length, np.uint8), pl.Series([], dtype=pl.String))


def concat(columns: Sequence[Column]) -> Column:
    """Put columns of one kind under each other."""
    kind = columns[0].kind
    if sum(map(len, columns)) < _FEW:
        return _build_few(kind, [text for column in columns for text in column.texts()])
    merged = _sorted(kind, *_numbered(pl.concat([column.values for column in columns])))
    pieces, start = [], 0
    for column in columns:
        new = np.zeros(len(column.values) + 1, merged.codes.dtype)
        new[1:] = merged.codes[start : start + len(column.values)]
        pieces.append(new.take(column.codes))
        start += len(column.values)
    return Column(kind, np.concatenate(pieces), merged.values)


def _numbered(texts: pl.Series) -> tuple[Codes, pl.Series]:
    """Return each row's number, 0 for empty, and the different texts in no order."""
    own = pl.Categorical(pl.Categories.random())
    physical = texts.cast(own).to_physical().fill_null(_NONE).to_numpy()
    codes = physical + np.uint32(1)  # the highest number turns into 0
    first = np.zeros(int(codes.max(initial=0)) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes, texts.gather(first[1:])


_NONE = (1 << 32) - 1


def _sorted(kind: Kind, codes: Codes, values: pl.Series) -> Column:
    """Renumber so that numbers compare as values do."""
    order = _order(kind, values)
    place = np.zeros(len(values) + 1, narrowest(len(values) + 1))
    place[order + 1] = np.arange(1, len(values) + 1)
    return Column(kind, place.take(codes), values.gather(order))


def _order(kind: Kind, values: pl.Series) -> Rows:
    """Return the order of different values by the key of their kind."""
    if kind in {Kind.NUMBER, Kind.WHOLE}:
        keys = [kind.key(text) for text in values.to_list()]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)
    if kind in {Kind.NAME, Kind.TEXT}:
        values = pl.Series(list(map(kind.key, values.to_list())), dtype=pl.String)
    return values.arg_sort().to_numpy().astype(np.int64)


def narrowest(different: int) -> type[np.unsignedinteger[Any]]:
    """Return the smallest number type that tells this many values apart."""
    if different <= 1 << 8:
        return np.uint8
    return np.uint16 if different <= 1 << 16 else np.uint32


def _build_few(kind: Kind, texts: Iterable[str | None]) -> Column:
    rows = list(texts)
    values = sorted({text for text in rows if text is not None}, key=kind.key)
    number: dict[str | None, int] = {text: place for place, text in enumerate(values, 1)}
    number[None] = 0
    codes = np.array([number[text] for text in rows], narrowest(len(values) + 1))
    return Column(kind, codes, pl.Series(values, dtype=pl.String))


def _compact(kind: Kind, codes: Codes, values: pl.Series) -> Column:
    used = np.zeros(len(values) + 1, np.bool_)
    used[codes] = True
    used[0] = True
    if used.all():
        return Column(kind, np.ascontiguousarray(codes), values)
    kept = np.cumsum(used) - 1
    left = values.filter(pl.Series(used[1:]))
    return Column(kind, kept.astype(narrowest(len(left) + 1)).take(codes), left)
