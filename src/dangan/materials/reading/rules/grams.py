"""Pairs of characters: what a text is found by."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST = 2
"""Of the words of a search at least one must be this long: a pair is the least the index knows,
and single characters would be guessed from their frequency (DESIGN § 3: 53 % of them)."""


def pairs(text: str) -> set[str]:
    """Every two neighbouring characters of a folded text."""
    return {text[index : index + 2] for index in range(len(text) - 1)}


def pairs_of_words(words: Iterable[str]) -> set[str]:
    """What a text must have to hold all the words."""
    return set().union(*(pairs(word) for word in words))


def cut(token: int) -> int:
    """The last 16 bits of a keyed number, signed as a ``smallint`` is."""
    low = token & 0xFFFF
    return low - 0x10000 if low >= 0x8000 else low
