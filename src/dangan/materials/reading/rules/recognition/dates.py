"""Dates as certificates write them: 1991年6月12日, 一九九一年六月十二日, 1991.06.12."""

from __future__ import annotations

import re

_DIGIT = "0-9〇○零一二三四五六七八九oO"
_TENS = "0-9一二三四五六七八九十廿卅"

YEAR = f"[{_DIGIT}]{{4}}"
MONTH_DATE = f"{YEAR}年[{_TENS}]{{1,3}}月"
DAY_DATE = f"(?:{MONTH_DATE}[{_TENS}]{{1,4}}日|[0-9]{{4}}[.-][0-9]{{1,2}}[.-][0-9]{{1,2}})"
"""Patterns for the searches of this folder."""

_PARTS = re.compile(
    f"^(?P<year>{YEAR})(?:年|[.-])(?P<month>[{_TENS}]{{1,3}})(?:月|[.-]|$)(?P<day>[{_TENS}]{{1,4}})?"
)
_PLAIN = {
    **{sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")},
    **dict.fromkeys("○零oO", "0"),
}


def iso(text: str) -> str:
    """``1991-06-12`` or ``1991-06``; empty for what is no date."""
    found = _PARTS.match(text)
    if found is None:
        return ""
    year = "".join(_PLAIN.get(sign, sign) for sign in found["year"])
    month = number(found["month"])
    day = number(found["day"] or "")
    if not 1 <= month <= 12:
        return ""
    if found["day"] and not 1 <= day <= 31:
        return ""
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")


def number(text: str) -> int:
    """A number under a hundred: ``12``, ``十二``, ``二十``, ``廿三``, ``三〇``."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        plain = "".join(_PLAIN.get(sign, sign) for sign in text)
        return int(plain) if plain.isdecimal() else 0
    tens, _ten, ones = text.partition("十")
    return 10 * (number(tens) if tens else 1) + (number(ones) if ones else 0)
