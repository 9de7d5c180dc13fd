"""Stretches of time with the precision they were given in: days, months or years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dangan.dictionary.rules import OPEN_END
from dangan.dictionary.values.dates import first_day, last_day


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end`` (stored dates); ``end`` may be open."""

    start: str
    end: str


def certainly_before(earlier: str, later: str) -> bool:
    """Whether ``earlier`` lies before ``later`` however their missing days are filled in."""
    return last_day(earlier) < first_day(later)


def months(day: date) -> int:
    """Months since year 0, so that differences count months."""
    return day.year * 12 + day.month - 1


def silent_months(before: Span, after: Span) -> int:
    """Whole months surely uncovered between two spans; negative or 0 when there are none."""
    if before.end == OPEN_END:
        return 0
    return months(first_day(after.start)) - months(last_day(before.end)) - 1


def shared_months(before: Span, after: Span) -> int:
    """Months surely covered by both of two spans, of which ``before`` starts first."""
    end = min(_end_month(before), _end_month(after))
    return end - months(last_day(after.start))


def _end_month(span: Span) -> int:
    return months(first_day(span.end))


def covered(gap: Span, spans: Sequence[Span], *, slack: int) -> bool:
    """Whether one of ``spans`` fills the time from ``gap.start`` to ``gap.end`` but for ``slack``
    months at either side."""
    return any(
        months(first_day(span.start)) <= months(last_day(gap.start)) + slack
        and months(last_day(span.end)) >= months(first_day(gap.end)) - slack
        for span in spans
    )


def oldest_age(birth: str, when: str) -> int:
    """The greatest age in full years that ``birth`` and ``when`` allow."""
    born, then = first_day(birth), last_day(when)
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))


def months_between(start: str, end: str) -> int:
    """Full months of a term with both days counted: 2026-01-01 to 2026-06-30 is six."""
    first, after = first_day(start), last_day(end) + timedelta(days=1)
    return months(after) - months(first) - (after.day < first.day)
