"""Dates as people write them. Whole dates, months and years keep the precision they came with."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

from dangan.dictionary.rules import OPEN_END, BadValue, Message
from dangan.dictionary.values.words import NOTHING, squeezed, text_of

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SEPARATED = re.compile(
    r"^(\d{4})[-/.年、。](\d{1,2})(?:[-/.月、。](\d{1,2})?[日号]?|)(?:T?\d{1,2}:\d{2}.*)?$",
    re.ASCII,
)
_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})?$", re.ASCII)
_YEAR = re.compile(r"^(\d{4})年?$", re.ASCII)
_SHORT_YEAR = re.compile(r"^\d{2}[-/.年]\d{1,2}([-/.月]\d{1,2}日?|月)?$", re.ASCII)
_DAY_FIRST = re.compile(r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}$", re.ASCII)
_DASHES = str.maketrans({"—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-", "~": "-"})
_NOW = frozenset(
    {"至今", "现在", "今", "目前", "迄今", "到现在", "到今", "至现在", "present", "now", "9999"}
)
# Spreadsheets count days from here: they take 1900 for a leap year, hence the second day less.
_SERIAL_ZERO = date(1899, 12, 30)
_LAST_SERIAL = 73_050


def parse_date(raw: object) -> str | None:
    """A whole date as ``YYYY-MM-DD``; ``None`` for an empty cell."""
    value = _parse(raw)
    if value is not None and len(value) != 10:
        raise BadValue(Message("“{value}”没有写到日，请写成 2026-11-20 这样", value=value))
    return value


def parse_partial_date(raw: object) -> str | None:
    """A date, month or year as ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``."""
    return _parse(raw)


def parse_open_date(raw: object) -> str | None:
    """Like :func:`parse_partial_date`; 至今 and the like give :data:`OPEN_END`."""
    if isinstance(raw, str) and squeezed(raw).casefold() in _NOW:
        return OPEN_END
    return _parse(raw)


def parse_date_text(text: str) -> str | None:
    """A date, month or year from text; ``None`` when the text does not look like one.

    Raises ``BadValue`` when it looks like a date that does not exist (31 February).
    """
    match = _SEPARATED.match(text) or _DIGITS.match(text)
    if match:
        year, month, day = match.groups()
        return _checked(int(year), int(month), int(day) if day else None, text)
    match = _YEAR.match(text)
    if match:
        return _checked(int(match[1]), None, None, text)
    return None


def _parse(raw: object) -> str | None:
    if type(raw) is date and _FIRST_YEAR <= raw.year <= _LAST_YEAR:
        return raw.isoformat()
    if isinstance(raw, date):  # a datetime is one too; its time of day carries nothing here
        return _checked(raw.year, raw.month, raw.day, str(raw))
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _from_number(raw)
    text = squeezed(text_of(raw)).translate(_DASHES)
    if not text or text in NOTHING:
        return None
    value = parse_date_text(text)
    if value is None:
        raise BadValue(_why_not(text))
    return value


def _from_number(number: float) -> str:
    if not math.isfinite(number):
        raise BadValue(Message("这一格不是日期，请写成 2026-11-20 这样"))
    whole = int(number)
    if whole == number and whole > _FIRST_YEAR * 100:
        value = parse_date_text(str(whole))
        if value is not None:
            return value
    if _FIRST_YEAR <= whole <= _LAST_YEAR:
        return _year_and_month(number, whole)
    if 1 <= whole <= _LAST_SERIAL:
        return (_SERIAL_ZERO + timedelta(days=whole)).isoformat()
    raise _no_date(number)


def _no_date(number: float) -> BadValue:
    return BadValue(Message("数字 {value} 不是日期，请写成 2026-11-20 这样", value=f"{number:g}"))


def _year_and_month(number: float, year: int) -> str:
    if year == number:
        return f"{year:04d}"
    month = f"{number:.4f}".rstrip("0").partition(".")[2]
    if month == "1":
        raise BadValue(
            Message(
                "“{value}”看不出是 1 月还是 10 月，请写成 {year}-01 或 {year}-10",
                value=f"{number:g}",
                year=year,
            )
        )
    if len(month) > 2:
        raise _no_date(number)
    return _checked(year, int(month), None, f"{number:g}")


def _checked(year: int, month: int | None, day: int | None, text: str) -> str:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadValue(Message("“{value}”的年份不合理，请核对", value=text))
    if month is None:
        return f"{year:04d}"
    try:
        date(year, month, day or 1)
    except ValueError:
        raise BadValue(Message("“{value}”这个日期不存在，请核对", value=text)) from None
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"


def _why_not(text: str) -> Message:
    if _SHORT_YEAR.match(text):
        return Message("“{value}”的年份要写四位，例如 1985-03", value=text)
    if _DAY_FIRST.match(text):
        return Message("“{value}”请按年、月、日的顺序写，例如 2026-11-20", value=text)
    return Message("“{value}”不是日期，请写成 2026-11-20 这样", value=text)


def first_day(value: str) -> date:
    """The earliest day a stored date may mean. ``OPEN_END`` gives the last day of the calendar."""
    if value == OPEN_END:
        return date.max
    return date.fromisoformat((value + "-01-01")[:10])


def last_day(value: str) -> date:
    """The latest day a stored date may mean."""
    if value == OPEN_END:
        return date.max
    if len(value) == 10:
        return date.fromisoformat(value)
    year, month = int(value[:4]), int(value[5:7]) if len(value) == 7 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
