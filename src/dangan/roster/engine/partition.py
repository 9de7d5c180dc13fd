"""A partition: some of the people, in columns, never changed once made.

Rows lie in *default order*: by name (as Chinese sounds), people without name last, then by
identifier. A stable sort of anything else therefore breaks ties the same way in every partition,
and people sorted by name need no sorting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dangan.roster.engine import columns
from dangan.roster.engine.columns import Column, Kind, Mask, Rows
from dangan.roster.pinyin import pinyin_of_name
from dangan.roster.rules import NAME, STATE, UNIT

Halves = NDArray[np.uint64]
Made = TypeVar("Made")

_KEPT = 24
"""Sort orders and the like kept per partition; the least recently used go first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person as read from the database: texts by path, state and unit apart."""

    subject: UUID
    unit: UUID | None
    state: str
    texts: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Partition:
    """`high` and `low` are the halves of the subjects' UUIDs; `columns` all have their length."""

    high: Halves
    low: Halves
    columns: Mapping[str, Column]
    _cache: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __len__(self) -> int:
        return len(self.high)

    def column(self, path: str) -> Column:
        """Return the column of a field; all empty where the field came after the people."""
        found = self.columns.get(path)
        if found is not None:
            return found
        return self.kept(("blank", path), lambda: columns.blank(Kind.PLAIN, len(self)))

    def subject(self, row: int) -> UUID:
        return UUID(int=(int(self.high[row]) << 64) | int(self.low[row]))

    def subjects(self) -> list[UUID]:
        """Return the subject of every row."""
        halves = zip(self.high.tolist(), self.low.tolist(), strict=True)
        return [UUID(int=(high << 64) | low) for high, low in halves]

    def unit(self, row: int) -> UUID | None:
        text = self.column(UNIT).text(row)
        return None if text is None else UUID(text)

    def state(self, row: int) -> str:
        return self.column(STATE).text(row) or ""

    def row_of(self, subject: UUID) -> int | None:
        """Return the row of a person, None if they are not in this partition."""
        found = self.rows_of([subject])
        return int(found[0]) if found[0] >= 0 else None

    def rows_of(self, subjects: Sequence[UUID]) -> Rows:
        """Return the rows of people, -1 for those who are not in this partition."""
        high = np.array([subject.int >> 64 for subject in subjects], np.uint64)
        low = np.array([subject.int & _LOW_HALF for subject in subjects], np.uint64)
        order, ordered = self._by_subject
        places = np.searchsorted(ordered, high)
        rows = np.full(len(subjects), -1, np.int64)
        if not len(self):
            return rows
        same = np.flatnonzero(ordered.take(places, mode="clip") == high)
        for index in same.tolist():
            place = int(places[index])
            while place < len(ordered) and ordered[place] == high[index]:
                if self.low[order[place]] == low[index]:
                    rows[index] = order[place]
                    break
                place += 1  # two people may share the upper half
        return rows

    def subject_ranks(self) -> NDArray[np.uint32]:
        """Return each row's place in the order of identifiers."""

        def make() -> NDArray[np.uint32]:
            order, _ = self._by_subject
            ranks = np.empty(len(self), np.uint32)
            ranks[order] = np.arange(len(self), dtype=np.uint32)
            return ranks

        return self.kept("subject ranks", make)

    @cached_property
    def pinyin(self) -> pl.DataFrame:
        """Return, per different name: ``full`` (wang xiao ming), ``search``, ``initials``.

        ``search`` holds the name's endings, each after a semicolon (;wangxiaoming;xiaoming;ming),
        so that what starts at a syllable is found by one look.
        """
        return _pinyin_table(self.column(NAME).values)

    def kept(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made before under `key`, or make and keep it."""
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                found: Made = self._cache[key]
                return found
        made = make()
        with self._lock:
            self._cache[key] = made
            while len(self._cache) > _KEPT:
                self._cache.popitem(last=False)
        return made

    def kept_now(self) -> list[Any]:
        """Return what is kept at the moment, the latest used last."""
        with self._lock:
            return list(self._cache.values())

    @cached_property
    def _by_subject(self) -> tuple[NDArray[np.uint32], Halves]:
        # Not through `kept`: every change looks people up, and this must never be dropped.
        order = np.lexsort((self.low, self.high)).astype(np.uint32)
        return order, self.high[order]


_LOW_HALF = (1 << 64) - 1


def from_entries(entries: Iterable[Entry], kinds: Mapping[str, Kind]) -> Partition:
    """Make a partition of a few people."""
    rows = list(entries)
    made = {
        path: columns.build(kind, [_text(row, path) for row in rows])
        for path, kind in kinds.items()
    }
    high = np.array([row.subject.int >> 64 for row in rows], np.uint64)
    low = np.array([row.subject.int & _LOW_HALF for row in rows], np.uint64)
    return arranged(high, low, made)


def arranged(high: Halves, low: Halves, made: Mapping[str, Column]) -> Partition:
    """Bring rows into default order."""
    names = made[NAME].codes if NAME in made else np.zeros(len(high), np.uint8)
    order = np.lexsort((low, high, names.astype(np.uint32) - np.uint32(1)))
    return Partition(
        high[order],
        low[order],
        {path: Column(c.kind, c.codes[order], c.values) for path, c in made.items()},
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """People on the way into a partition, in no order."""

    high: Halves
    low: Halves
    columns: Mapping[str, Column]


def piece(subjects: Sequence[bytes], made: Mapping[str, Column]) -> Piece:
    """Make a piece of the subjects' 16 bytes; columns may be unsorted."""
    halves = np.frombuffer(b"".join(subjects), ">u8")
    high, low = halves.reshape(-1, 2).T.astype(np.uint64)
    return Piece(high, low, made)


def joined(pieces: Sequence[Piece]) -> Partition:
    """Make one partition of pieces that have the same columns."""
    made = {
        path: columns.concat([each.columns[path] for each in pieces]) for path in pieces[0].columns
    }
    return arranged(
        np.concatenate([each.high for each in pieces]),
        np.concatenate([each.low for each in pieces]),
        made,
    )


def merge(parts: Sequence[tuple[Partition, Mask | None]], kinds: Mapping[str, Kind]) -> Partition:
    """Make one partition of the living rows of several."""
    living = [
        (part, np.arange(len(part)) if alive is None else np.flatnonzero(alive))
        for part, alive in parts
    ]
    return joined(
        [
            Piece(
                part.high[rows],
                part.low[rows],
                {path: _living_column(part, rows, path, kind) for path, kind in kinds.items()},
            )
            for part, rows in living
        ]
    )


def _living_column(part: Partition, rows: Rows, path: str, kind: Kind) -> Column:
    found = part.columns.get(path)
    if found is None:
        return columns.blank(kind, len(rows))
    return found if len(rows) == len(part) else found.take(rows)


def _text(entry: Entry, path: str) -> str | None:
    if path == STATE:
        return entry.state
    if path == UNIT:
        return None if entry.unit is None else str(entry.unit)
    return entry.texts.get(path)


def _pinyin_table(names: pl.Series) -> pl.DataFrame:
    full, search, initials = [], [], []
    for name in names.to_list():
        ending, endings, first = "", "", ""
        for word in reversed(pinyin_of_name(name).split()):
            ending = word + ending
            endings = f";{ending}{endings}"
            first = word[0] + first
        full.append(ending)
        search.append(endings)
        initials.append(first)
    columns_of = {"full": full, "search": search, "initials": initials}
    return pl.DataFrame(columns_of, schema=dict.fromkeys(columns_of, pl.String))
