"""检查: findings, how bad they are, and when the next one is due. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date

from dangan.dictionary.rules import Message

DEFECTS = {
    "faded": Message("褪色"),
    "torn": Message("破损"),
    "damp": Message("受潮"),
    "insects": Message("虫蛀"),
    "mould": Message("霉变"),
    "missing": Message("缺页"),
    "brittle": Message("脆化"),
    "loose": Message("脱线散页"),
    "stained": Message("污损"),
    "cover": Message("卷皮损坏"),
    "other": Message("其他"),
}
SEVERITIES = {
    "slight": Message("轻微"),
    "medium": Message("中等"),
    "severe": Message("严重"),
}
CONDITIONS = {"good": Message("完好")} | SEVERITIES
_ORDER = tuple(CONDITIONS)


def worst(severities: Iterable[str]) -> str:
    """The condition of what has such findings; ``good`` without any."""
    return max(severities, key=_ORDER.index, default="good")


def next_due(last: date | None, months: int, opened: date) -> date:
    """When the next check is due: so many months after the last, or after it was opened."""
    return months_after(last or opened, months)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the month's last when it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
