"""One spelling for search: full width and half width, capitals, traditional characters and blanks
make no difference."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import opencc


@lru_cache(maxsize=1)
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


class _Table(dict[int, str]):
    """Each character's spelling, worked out once: by itself, so that a phrase folds as its
    characters do and the place of a find in the original text is known."""

    def __missing__(self, code: int) -> str:
        spelled = unicodedata.normalize("NFKC", chr(code)).casefold()
        spelled = "".join(spelled.split())
        self[code] = str(_simplified().convert(spelled)) if spelled else ""
        return self[code]


_TABLE = _Table()


def fold(text: str) -> str:
    """``text`` as it is compared: without blanks, small, half width, simplified."""
    return text.translate(_TABLE)


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the index of the one it came from."""
    folded = text.translate(_TABLE)
    if all(len(_TABLE[ord(character)]) == 1 for character in set(text)):
        return folded, range(len(text))
    return folded, [index for index, character in enumerate(text) for _ in _TABLE[ord(character)]]
