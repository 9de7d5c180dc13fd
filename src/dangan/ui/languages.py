"""Traditional Chinese made from Simplified, by OpenCC.

Only wording is converted: labels, messages, names of codes. Names of persons and anything else a
person wrote are data and stay as they were written (钟 may be 鐘 or 鍾; only its bearer knows).
Profile ``s2twp``: Django's own ``zh-hant`` texts use Taiwan's vocabulary, so ours does too.
"""

from __future__ import annotations

from functools import lru_cache

import opencc
from django.utils.translation import get_language

PROFILE = "s2twp"


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC(PROFILE)


@lru_cache(maxsize=8192)
def traditional(text: str) -> str:
    """``text`` in Traditional characters with Taiwan's vocabulary."""
    return str(_converter().convert(text))


def label(chinese: str, english: str = "", language: str | None = None) -> str:
    """A dictionary label in ``language`` (default: the active one).

    Labels that the organisation adds may lack English; then the Chinese one serves.
    """
    language = language or get_language() or "zh-hans"
    if language.startswith("en"):
        return english or chinese
    if language == "zh-hant":
        return traditional(chinese)
    return chinese
