"""Checking candidates, ranking finds, cutting snippets. On folded texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dangan.materials.reading.rules.grams import SHORTEST

LONGEST = 64
"""Characters of a search that count; more is cut off."""

MOST_WORDS = 8

TITLE = 100
"""What a find in a title is worth, beside the number of times a page says the words."""

_MOST_TIMES = 20
AROUND = 24
"""Characters of a snippet before and after the first find."""


def words_of(text: str, fold: Callable[[str], str]) -> tuple[str, ...]:
    """The folded words of a search, each once, in the order they were typed."""
    folded = (fold(word) for word in text[:LONGEST].split())
    return tuple(dict.fromkeys(word for word in folded if word))[:MOST_WORDS]


def searchable(words: Sequence[str]) -> bool:
    """Whether the index can answer: at least one word of two characters."""
    return any(len(word) >= SHORTEST for word in words)


def holds(folded: str, words: Sequence[str]) -> bool:
    """Whether the text has every word."""
    return all(word in folded for word in words)


def rank(folded: str, words: Sequence[str], *, title: bool) -> int:
    """How good a find is: titles before pages, pages by how often they say the words, and
    words that stand close together before those far apart."""
    if title:
        return TITLE + 10 * sum(map(len, words)) // max(len(folded), 1)
    times = sum(min(folded.count(word), _MOST_TIMES) for word in words)
    places = [folded.find(word) for word in words]
    near = len(words) > 1 and max(places) - min(places) <= AROUND
    return min(times, TITLE // 2) + (10 if near else 0)


def spans(folded: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand, merged where they overlap, in order."""
    found = []
    for word in words:
        start = folded.find(word)
        while start >= 0:
            found.append((start, start + len(word)))
            start = folded.find(word, start + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def pieces(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text cut at its marks: (stretch, whether it is marked)."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        if start > at:
            cut.append((text[at:start], False))
        cut.append((text[start:end], True))
        at = end
    if at < len(text):
        cut.append((text[at:], False))
    return cut


def window(length: int, marks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The stretch of a text that a snippet shows: around the first find."""
    if not marks:
        return 0, min(length, 2 * AROUND)
    first = marks[0]
    return max(0, first[0] - AROUND), min(length, first[1] + 2 * AROUND)
