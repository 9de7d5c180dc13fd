"""Notice, probation and compensation as the labour contract law counts them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary.loading import builtin
from dangan.lifecycle.rules import law

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("kind", "end", "months"),
    [
        ("1", date(2026, 3, 30), 0),
        ("1", date(2026, 3, 31), 1),
        ("1", date(2026, 12, 30), 1),
        ("1", date(2026, 12, 31), 2),
        ("1", date(2028, 12, 30), 2),
        ("1", date(2028, 12, 31), 6),
        ("1", None, 6),
        ("2", None, 6),
        ("3", date(2030, 1, 1), 0),
    ],
)
def test_article_19_caps_probation_by_the_term(kind: str, end: date | None, months: int) -> None:
    assert law.probation_cap(kind, date(2026, 1, 1), end) == months


def test_an_extension_ends_where_the_cap_ends() -> None:
    start, end, present = date(2026, 1, 1), date(2027, 12, 31), date(2026, 1, 31)
    last = date(2026, 2, 28)
    assert law.extension_problem("1", start, end, present, last) is None
    beyond = law.extension_problem("1", start, end, present, last + timedelta(days=1))
    assert beyond is not None and "2026-02-28" in str(beyond)
    assert law.extension_problem("1", start, end, present, present) is not None
    assert law.extension_problem("3", start, end, present, last) is not None
    assert law.extension_problem("1", None, end, present, last) is not None


@given(start=DAYS, months=st.integers(0, 60))
def test_months_later_never_skips_a_month(start: date, months: int) -> None:
    later = law.months_after(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day <= start.day


@given(notified=DAYS, days=st.integers(0, 60), probation=st.booleans())
def test_notice_is_short_exactly_below_the_days_needed(
    notified: date, days: int, probation: bool
) -> None:
    last_day = notified + timedelta(days=days)
    needed = 3 if probation else 30
    assert law.is_short("11", notified, last_day, probation=probation) == (days < needed)
    assert not law.is_short("12", notified, last_day, probation=probation)
    assert not law.is_short("30", notified, last_day, probation=probation)


def test_every_reason_for_leaving_is_known() -> None:
    codes = {code.code for code in builtin().code_tables["leaving_reason"].codes}
    assert codes == set(law.ENDINGS)


def test_failing_probation_counts_only_in_probation() -> None:
    assert law.ending_problem("21", probation=True) is None
    assert law.ending_problem("21", probation=False) is not None


def test_the_contract_is_kept_two_years() -> None:
    assert law.kept_until(date(2026, 12, 21)) == date(2028, 12, 21)
