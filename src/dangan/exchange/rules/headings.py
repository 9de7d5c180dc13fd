"""Which row of a sheet holds the headings, and what each column is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_LOOK_AT = 40  # filled rows from the top; forms with longer preambles were not seen
_LONGEST = 60
_SPACES = re.compile(r"\s+")
_HINT = re.compile(r"[(\[【<《〔{].*?[)\]】>》〕}]")
_DECORATION = "*:;,.、。·-_#'\"“”?!/\\|"

Rows = Sequence[tuple[int, Sequence[object]]]
Merged = Sequence[tuple[int, int, int, int]]


def shown(text: object) -> str:
    """A heading as reports name it: without spaces and line breaks."""
    return _SPACES.sub("", str(text))


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """A heading as it is compared: NFKC, no spaces, hints in brackets or decoration, lower case."""
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()
    bare = _HINT.sub("", plain).strip(_DECORATION)
    return bare or plain.strip(_DECORATION)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with a heading. ``index`` counts from 0, ``group`` is the heading above, if any."""

    index: int
    heading: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """Headings of a sheet; ``row`` is the last row they take, as Excel counts."""

    row: int
    columns: tuple[Column, ...]
    score: float


def find_heading(rows: Rows, merged: Merged, knows: Callable[[str], float]) -> Heading | None:
    """The best row of headings, the first of equals; None when no row looks like one.

    ``knows`` says how sure a text is a heading (0 … 1). Rows with title lines, notes and blanks
    above do not matter; a heading may take two rows with merged cells.
    """
    best: Heading | None = None
    for candidate in _candidates(rows[:_LOOK_AT], merged):
        score = sum(knows(column.heading) for column in candidate.columns)
        if score < 1 or (score < 2 and len(candidate.columns) > 4):
            continue
        if best is None or score > best.score:
            best = Heading(candidate.row, candidate.columns, score)
    return best


def _candidates(rows: Rows, merged: Merged) -> Iterator[Heading]:
    for position, (number, cells) in enumerate(rows):
        columns = tuple(_columns(cells))
        if columns:
            yield Heading(number, columns, 0.0)
        tall = any(
            top <= number - 1 <= bottom and (bottom > top or right > left)
            for top, left, bottom, right in merged
        )
        if tall and position + 1 < len(rows) and rows[position + 1][0] == number + 1:
            yield Heading(number + 1, tuple(_two_rows(rows, position, merged)), 0.0)


def _columns(cells: Sequence[object]) -> Iterator[Column]:
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and 0 < len(text := shown(cell)) <= _LONGEST:
            yield Column(index, text)


def _two_rows(rows: Rows, position: int, merged: Merged) -> Iterator[Column]:
    """Headings over two rows: the lower text, or the upper one where it reaches down."""
    number, upper = rows[position]
    lower = rows[position + 1][1]
    spread = _spread(upper, number - 1, merged)
    for index in range(max(len(upper), len(lower))):
        above = spread.get(index, "")
        below = shown(lower[index]) if index < len(lower) and isinstance(lower[index], str) else ""
        text = below or above
        if text and len(text) <= _LONGEST:
            yield Column(index, text, above if below else "")


def _spread(cells: Sequence[object], row: int, merged: Merged) -> Mapping[int, str]:
    """Texts of a row by column, merged ones repeated over the columns they cover."""
    texts = {column.index: column.heading for column in _columns(cells)}
    for top, left, bottom, right in merged:
        if top <= row <= bottom and left in texts:
            for index in range(left, min(right, left + 200) + 1):
                texts.setdefault(index, texts[left])
    return texts
