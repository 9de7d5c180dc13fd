"""One spelling for search: full width and half width, capitals, traditional characters and blanks
make no difference."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import opencc


@lru_cache(maxsize=1)
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=32768)
def _folded(character: str) -> str:
    """One character's spelling; by itself, so that a phrase folds as its characters do and the
    place of a find in the original text is known."""
    spelled = unicodedata.normalize("NFKC", character).casefold()
    spelled = "".join(spelled.split())
    return str(_simplified().convert(spelled)) if spelled else ""


def fold(text: str) -> str:
    """``text`` as it is compared: without blanks, small, half width, simplified."""
    return "".join(map(_folded, text))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index of the one it came from."""
    parts = [_folded(character) for character in text]
    places = [index for index, part in enumerate(parts) for _ in part]
    return "".join(parts), places
