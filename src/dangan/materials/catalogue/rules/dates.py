"""Dates of materials as people write them; several in one box: the last counts."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from dangan.dictionary.rules import BadValue, Message

Known = tuple[int, int, int]
EARLIEST = 1900

_DATE = re.compile(
    r"(?<!\d)(?:(\d{4})(\d{2})(\d{2})|(\d{4})(\d{2})"
    r"|(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|年)?)(?!\d)"
)
_BETWEEN = re.compile(r"^[\s、,;，；至到~\-—–]*$")
_BAD = Message("形成时间写成 2016-06-20、2016-06 或 2016 这样；有几个日期的填最后一个。")


def read_date(text: str, today: date) -> Known:
    """Year, month, day (0 for unknown) of ``2016-06-20``, ``2016.6``, ``2016年``, ``20160620``, or
    the last of several; ``(0, 0, 0)`` for an empty text.

    Raises :class:`BadValue` for what is no date, lies in the future or before 1900.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return (0, 0, 0)
    found = [_known(match) for match in _DATE.finditer(plain)]
    if not found or not _BETWEEN.match(_DATE.sub("", plain)):
        raise BadValue(_BAD)
    for known in found:
        check_date(known, today)
    return max(found)


def check_date(known: Known, today: date) -> None:
    """Raises :class:`BadValue` unless it is a day, month or year that has begun."""
    year, month, day = known
    if known == (0, 0, 0):
        return
    if not year or (day and not month) or year < EARLIEST:
        raise BadValue(_BAD)
    try:
        begins = date(year, month or 1, day or 1)
    except ValueError:
        raise BadValue(_BAD) from None
    if begins > today:
        raise BadValue(Message("形成时间在今天之后，请核对。"))


def _known(match: re.Match[str]) -> Known:
    parts = match.groups()
    for start, count in ((0, 3), (3, 2), (5, 3)):
        if parts[start]:
            given = [int(part or 0) for part in parts[start : start + count]]
            return (given[0], given[1] if count > 1 else 0, given[2] if count > 2 else 0)
    raise AssertionError("the pattern has one of three shapes")
