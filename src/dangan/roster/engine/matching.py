"""Which rows a filter keeps, and how well a search text fits each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from uuid import UUID

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dangan.dictionary.values import normal
from dangan.roster.engine.axes import Axes, Axis
from dangan.roster.engine.columns import Column, Comparable, Kind, Mask
from dangan.roster.engine.lens import Sight
from dangan.roster.engine.partition import Partition
from dangan.roster.engine.wheres import Where, both, either, opposite
from dangan.roster.rules import (
    DERIVED,
    MOBILE,
    NAME,
    NUMBER,
    STATE,
    UNIT,
    AnyOf,
    Between,
    Contains,
    Empty,
    Filter,
    UnknownPath,
)

EXACT, PREFIX, PART = 3, 2, 1
Scores = NDArray[np.uint8]

PHONE_END = 3
"""Fewer last digits of a telephone number find nobody: they would find everybody."""

_AFTER_ALL = "\U0010ffff"
DESTROYED = "destroyed"


# --- filters ---------------------------------------------------------------------------------


def matches(sight: Sight, path: str, given: Filter) -> Where:
    """Return the rows that pass a filter; rows where the field is not plain count as empty."""
    axis = sight.lens.axes.axis(path)
    plain = sight.plain(axis)
    column = sight.part.column(axis.source)
    if isinstance(given, Empty):
        filled = both(plain, _filled(axis, sight.part, column))
        return opposite(filled) if given.empty else filled
    if plain is False:
        return False
    return both(plain, _found(sight, axis, column, given))


def in_unit(sight: Sight, unit: UUID, subtree: bool) -> Where:
    """Return the people whose post is in a unit, or anywhere below it."""
    wanted = frozenset({str(unit)})
    return matches(sight, UNIT, AnyOf(wanted, children=subtree))


def in_states(sight: Sight, states: frozenset[str] | None) -> Where:
    """Return the people whose dossier is in one of these states; None: not destroyed."""
    column = sight.part.column(STATE)
    if states is None:
        return opposite(_equal(column, column.code_of(DESTROYED)))
    return _any_of_codes(column, [column.code_of(state) for state in states])


def _filled(axis: Axis, part: Partition, column: Column) -> Where:
    if axis.as_it_stands:
        return _not_empty(column)
    return column.where(axis.table(part).number != 0)


def _found(sight: Sight, axis: Axis, column: Column, given: Filter) -> Where:
    if axis.path in DERIVED:
        return _found_derived(axis, sight.part, column, given)
    match given:
        case AnyOf():
            return _any_of(sight, axis, column, given)
        case Contains():
            return _contains(sight, axis, column, normal(given.text))
        case Between():
            return _between(column, given)
    raise TypeError(f"not a roster filter: {type(given).__name__}")


def _any_of(sight: Sight, axis: Axis, column: Column, given: AnyOf) -> Where:
    if given.children and axis.field is not None and axis.field.type in {"code", "unit"}:
        axes = sight.lens.axes
        key = ("any of", axis.path, given, axes.dictionary.revision, axes.tree_identity)
        below = sight.part.kept(key, lambda: _below(axes, axis, column, given.values))
        return _where_any(column, below)
    return _any_of_codes(column, [column.code_of(value) for value in given.values])


def _below(axes: Axes, axis: Axis, column: Column, wanted: frozenset[str]) -> Mask:
    texts = column.values.to_list()
    if axis.field is not None and axis.field.type == "code":
        table = axes.dictionary.table_of(axis.field)
        answers = [not wanted.isdisjoint(table.ancestors(text)) for text in texts]
    else:
        tops = [unit for unit in axes.tree.nodes if str(unit) in wanted]
        below = wanted | {str(unit) for top in tops for unit in axes.tree.subtree(top)}
        answers = [text in below for text in texts]
    return np.array([False, *answers], np.bool_)


def _any_of_codes(column: Column, codes: Iterable[int]) -> Where:
    wanted = [code for code in codes if code]
    if len(wanted) <= 1:
        return _equal(column, wanted[0] if wanted else 0)
    marks = np.zeros(len(column.values) + 1, np.bool_)
    marks[wanted] = True
    return column.where(marks)


def _not_empty(column: Column) -> Mask:
    found: Mask = column.codes != 0
    return found


def _equal(column: Column, code: int) -> Where:
    if code == 0:
        return False
    found: Mask = column.codes == code
    return found


def _where_any(column: Column, marks: Mask) -> Where:
    return column.where(marks) if marks.any() else False


def _contains(sight: Sight, axis: Axis, column: Column, needle: str) -> Where:
    if not needle:
        return _not_empty(column)
    texts = column.values
    shown = _shown_texts(sight.lens.axes, axis, texts)
    hits = _holding(shown, needle)
    marks = np.zeros(len(texts) + 1, np.bool_)
    marks[1:] = hits.to_numpy()
    return _where_any(column, marks)


def _shown_texts(axes: Axes, axis: Axis, texts: pl.Series) -> pl.Series:
    """Codes and units are looked for by what they are called."""
    if axis.field is None:
        return texts
    if axis.field.type == "code":
        table = axes.dictionary.table_of(axis.field)
        return pl.Series([table.name_of(code) for code in texts.to_list()], dtype=pl.String)
    if axis.field.type == "unit":
        labels = [axes.tree.label(UUID(text)) for text in texts.to_list()]
        return pl.Series(labels, dtype=pl.String)
    return texts


def _holding(texts: pl.Series, needle: str) -> pl.Series:
    folded = needle.lower()
    if folded == needle.upper():
        return texts.str.contains(needle, literal=True)
    return texts.str.to_lowercase().str.contains(folded, literal=True)


def _between(column: Column, given: Between) -> Where:
    low, high = _bounds(column.kind, given)
    start = 0 if low is None else column.below(low)
    end = len(column.values) if high is None else column.up_to(high)
    if start >= end:
        return False
    return (column.codes > start) & (column.codes <= end)


def _bounds(kind: Kind, given: Between) -> tuple[Comparable, Comparable]:
    if kind in {Kind.NUMBER, Kind.WHOLE}:
        low, high = as_number(given.low), as_number(given.high)
        return (
            None if low is None else (low, ""),
            None if high is None else (high, _AFTER_ALL),
        )
    low_key = None if given.low in (None, "") else kind.key(str(given.low))
    high_key = None if given.high in (None, "") else kind.key(str(given.high)) + _AFTER_ALL
    return low_key, high_key


def as_number(bound: str | int | None) -> Decimal | None:
    """Read a bound; None for an open or unreadable one."""
    if bound is None or bound == "":
        return None
    try:
        return Decimal(str(bound))
    except InvalidOperation:
        return None


def _found_derived(axis: Axis, part: Partition, column: Column, given: Filter) -> Where:
    table = axis.table(part)
    marks = np.zeros(len(table.labels) + 1, np.bool_)
    marks[1:] = [_derived_fits(label, given) for label in table.labels]
    return _where_any(column, marks.take(table.number))


def _derived_fits(label: object, given: Filter) -> bool:
    match given:
        case AnyOf():
            return str(label) in given.values
        case Contains():
            return normal(given.text) in str(label)
        case Between() if isinstance(label, int):
            low, high = as_number(given.low), as_number(given.high)
            return (low is None or label >= low) and (high is None or label <= high)
    return False


# --- search ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Needle:
    """A search text. `exact`: people found in the database by a unique value, per path."""

    text: str
    exact: tuple[tuple[str, UUID], ...] = ()

    @cached_property
    def words(self) -> str:
        """As typed, width evened out."""
        return normal(self.text)

    @cached_property
    def letters(self) -> str:
        """What may be pinyin: lower-case letters without spaces and apostrophes, or ""."""
        joined = self.words.lower().replace(" ", "").replace("'", "").replace("ü", "v")
        return joined if joined.isascii() and joined.isalpha() else ""

    @cached_property
    def digits(self) -> str:
        """What may be the end of a telephone number, or ""."""
        joined = self.words.replace(" ", "").replace("-", "")
        return joined if joined.isascii() and joined.isdigit() else ""

    @cached_property
    def number(self) -> str:
        """What may be part of an employee number, or ""."""
        joined = self.words.replace(" ", "")
        return joined if joined.isascii() else ""


def scores(sight: Sight, needle: Needle) -> dict[str, Scores | None]:
    """Return, per searched path, how well each row fits (0: not at all); None: nobody fits."""
    found: dict[str, Scores | None] = {}
    if not needle.words:
        return found
    for path, score in (
        (NAME, _name_scores),
        (NUMBER, _number_scores),
        (MOBILE, _phone_scores),
    ):
        try:
            axis = sight.lens.axes.axis(path)
        except UnknownPath:
            continue
        found[path] = _cut(sight, axis, score(sight.part, sight.part.column(path), needle))
    for path, subject in needle.exact:
        found[path] = _exact_scores(sight, sight.lens.axes.axis(path), subject)
    return found


def text_matches(sight: Sight, needle: Needle) -> Where:
    """Return the rows that a search text fits at all."""
    where: Where = False
    for score in scores(sight, needle).values():
        if score is not None:
            where = either(where, score != 0)
    return where


def warm_search(part: Partition) -> None:
    """Make what the first search would otherwise wait for."""
    _ = part.pinyin
    _letters_in(part)


def _letters_in(part: Partition) -> frozenset[str]:
    return part.kept("number letters", lambda: _alphabet(part.column(NUMBER).values))


def _cut(sight: Sight, axis: Axis, by_value: Scores | None) -> Scores | None:
    plain = sight.plain(axis)
    if by_value is None or plain is False:
        return None
    found = by_value.take(sight.part.column(axis.source).codes)
    if plain is not True:
        found = found * plain
    return found


def _exact_scores(sight: Sight, axis: Axis, subject: UUID) -> Scores | None:
    row = sight.part.row_of(subject)
    plain = sight.plain(axis)
    if row is None or plain is False or (plain is not True and not plain[row]):
        return None
    found = np.zeros(len(sight.part), np.uint8)
    found[row] = EXACT
    return found


def _name_scores(part: Partition, column: Column, needle: Needle) -> Scores | None:
    if not len(column.values):
        return None
    if needle.letters:
        return _sound_scores(part, needle.letters)
    return _part_scores(column.values, needle.words)


def _number_scores(part: Partition, column: Column, needle: Needle) -> Scores | None:
    if not needle.number or not len(column.values):
        return None
    alphabet = _letters_in(part)
    spellings = {needle.number, needle.number.upper(), needle.number.lower()}
    possible = [word for word in spellings if _letters(word) <= alphabet]
    found: Scores | None = None
    for word in possible:
        more = _part_scores(column.values, word)
        if more is not None:
            found = more if found is None else np.maximum(found, more)
    return found


def _phone_scores(_: Partition, column: Column, needle: Needle) -> Scores | None:
    if len(needle.digits) < PHONE_END or not len(column.values):
        return None
    hits = column.values.str.ends_with(needle.digits).arg_true().to_numpy()
    found = np.zeros(len(column.values) + 1, np.uint8)
    found[hits + 1] = PREFIX
    found[column.code_of(needle.digits)] = EXACT
    found[0] = 0
    return found


def _sound_scores(part: Partition, letters: str) -> Scores:
    spelled = part.pinyin
    found = np.zeros(len(spelled) + 1, np.uint8)
    initials = spelled["initials"]
    by_initials = _part_scores(initials, letters)
    if by_initials is not None:
        found = by_initials
    starts = spelled["search"].str.contains(";" + letters, literal=True).arg_true()
    full = spelled["full"].gather(starts)
    better = np.where(full.str.starts_with(letters).to_numpy(), PREFIX, PART).astype(np.uint8)
    better[(full == letters).to_numpy()] = EXACT
    places = starts.to_numpy() + 1
    found[places] = np.maximum(found[places], better)
    return found


def _part_scores(texts: pl.Series, word: str) -> Scores | None:
    hits = texts.str.contains(word, literal=True).arg_true()
    if not len(hits):
        return None
    held = texts.gather(hits)
    fit = np.where(held.str.starts_with(word).to_numpy(), PREFIX, PART).astype(np.uint8)
    fit[(held == word).to_numpy()] = EXACT
    found = np.zeros(len(texts) + 1, np.uint8)
    found[hits.to_numpy() + 1] = fit
    return found


def _alphabet(values: pl.Series) -> frozenset[str]:
    return frozenset("".join(values.str.replace_all("[0-9]", "").unique().to_list()))


def _letters(word: str) -> frozenset[str]:
    return frozenset(letter for letter in word if not letter.isdigit())
