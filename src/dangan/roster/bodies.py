"""The sealed body of a roster entry: one line of texts, whose paths stand in a layout.

A layout is the ordered tuple of paths of all bodies written under one dictionary; it is kept once,
in clear, for it names fields and nobody. A body is the layout's number (4 bytes, big-endian) and
UTF-8 texts separated by U+001F: unit, state, then one text per path, empty where there is no
value. That parses in polars at the speed of memory, and unit and state inside the seal make an
entry that was moved to another unit by hand detectable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from dangan.dictionary.rules import Dictionary
from dangan.roster.engine.columns import text_of
from dangan.roster.rules import STATE, UNIT, RosterEntry
from dangan.vault.rules import Place, Tampered

Layout = tuple[str, ...]
Bodies = Sequence[bytes]

SEPARATOR = "\x1f"
KIND = "roster"
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", SEPARATOR: "\\u", "\0": "\\0"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_HEAD = 4
_FIXED = (UNIT, STATE)


def place_of(subject: UUID) -> Place:
    """Return the place that entries are sealed for."""
    return Place(kind=KIND, subject=subject)


def layout_of(dictionary: Dictionary) -> Layout:
    """Return the layout that entries are written in under a dictionary."""
    return tuple(field.path for field in dictionary.roster_fields if field.path != UNIT)


def encode(entry: RosterEntry, number: int, layout: Layout) -> bytes:
    """Return the body of an entry, to be sealed; `number` is the layout's."""
    unit = "" if entry.unit is None else str(entry.unit)
    texts = [unit, entry.state, *(_escaped(text_of(entry.values.get(p))) for p in layout)]
    return number.to_bytes(_HEAD, "big") + SEPARATOR.join(texts).encode()


def layout_number(body: bytes) -> int:
    """Return the number of the layout a body was written in."""
    return int.from_bytes(body[:_HEAD], "big")


def beginning(unit: UUID | None, state: str) -> bytes:
    """Return how the body of an entry with this unit and state begins, after its number."""
    return f"{unit or ''}{SEPARATOR}{state}{SEPARATOR}".encode()


def check(body: bytes, beside: bytes) -> None:
    """Raise Tampered unless unit and state inside the seal are those beside it."""
    if not body.startswith(beside, _HEAD):
        raise Tampered


@dataclass(frozen=True, slots=True)
class Table:
    """Opened bodies as columns of texts by path, in the order given; absent values are null."""

    length: int
    columns: Mapping[str, pl.Series]

    def column(self, path: str) -> pl.Series:
        found = self.columns.get(path)
        return pl.Series([None] * self.length, dtype=pl.String) if found is None else found


def decode(bodies: Bodies, layouts: Mapping[int, Layout]) -> Table:
    """Parse opened bodies; the rows come in the order of `bodies`."""
    by_layout: dict[int, list[int]] = defaultdict(list)
    for place, body in enumerate(bodies):
        by_layout[layout_number(body)].append(place)
    pieces, places, escaped = [], [], False
    for number, members in by_layout.items():
        text = b"\n".join([bodies[place][_HEAD:] for place in members])
        escaped = escaped or b"\\" in text
        pieces.append(_parse(text, layouts[number]))
        places += members
    if not pieces:
        return Table(0, {})
    frame = pl.concat(pieces, how="diagonal")
    if len(pieces) > 1:
        frame = frame.gather(pl.Series(places).arg_sort())
    texts = {name: frame[name] for name in frame.columns}
    if escaped:
        texts = {name: _unescaped(column) for name, column in texts.items()}
    return Table(len(bodies), texts)


def _parse(lines: bytes, layout: Layout) -> pl.DataFrame:
    return pl.read_csv(
        lines + b"\n",
        has_header=False,
        new_columns=[*_FIXED, *layout],
        schema={path: pl.String() for path in (*_FIXED, *layout)},
        separator=SEPARATOR,
        quote_char=None,
    )


def _escaped(text: str | None) -> str:
    if text is None:
        return ""
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_ESCAPE_TABLE)


def _unescaped(texts: pl.Series) -> pl.Series:
    marked = texts.str.contains("\\", literal=True).fill_null(False)
    if not marked.any():
        return texts
    plain = [_unescape(text) if mark else text for text, mark in _pairs(texts, marked)]
    return pl.Series(plain, dtype=pl.String)


def _pairs(texts: pl.Series, marked: pl.Series) -> Iterator[tuple[str, bool]]:
    yield from zip(texts.to_list(), marked.to_list(), strict=True)


def _unescape(text: str) -> str:
    back = {escaped[1]: plain for plain, escaped in _ESCAPES.items()}
    pieces = iter(text)
    return "".join(back[next(pieces)] if piece == "\\" else piece for piece in pieces)
