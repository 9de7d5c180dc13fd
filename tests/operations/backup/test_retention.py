"""Which back-ups stay: some by day, week and month; none for longer than is promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dangan.operations.backup.rules.retention import Keep, Kept, expired

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def nightly(days: int) -> list[Kept]:
    return [Kept(f"n{day:03}", NOW - timedelta(days=day)) for day in range(days)]


def test_days_weeks_and_months_are_kept_and_the_rest_goes_oldest_first() -> None:
    gone = expired(nightly(200), now=NOW, keep=Keep(7, 4, 6), longest=timedelta(days=3660))
    kept = sorted({one.name for one in nightly(200)} - set(gone))
    assert kept[:7] == [f"n{day:03}" for day in range(7)]
    assert len(kept) <= 7 + 4 + 6
    assert gone == sorted(gone, reverse=True)


def test_nothing_is_kept_longer_than_the_certificates_promise() -> None:
    gone = expired(nightly(200), now=NOW, keep=Keep(7, 5, 12), longest=timedelta(days=90))
    assert {f"n{day:03}" for day in range(91, 200)} <= set(gone)


def test_the_last_proven_is_spared_the_thinning_but_not_the_limit() -> None:
    them = nightly(120)
    them[40] = Kept("n040", them[40].instant, NOW)
    them[10] = Kept("n010", them[10].instant, NOW - timedelta(days=3))
    gone = expired(them, now=NOW, keep=Keep(3, 0, 0), longest=timedelta(days=90))
    assert "n040" not in gone
    assert "n010" in gone
    assert "n040" in expired(them, now=NOW, keep=Keep(3, 0, 0), longest=timedelta(days=30))


def test_the_newest_stays_however_old_it_is() -> None:
    old = Kept("only", NOW - timedelta(days=400))
    assert expired([old], now=NOW, keep=Keep(7, 5, 12), longest=timedelta(days=90)) == []


@given(
    st.sets(st.integers(0, 400), min_size=1, max_size=60),
    st.integers(0, 10),
    st.integers(0, 10),
    st.integers(0, 10),
    st.integers(1, 400),
)
def test_whatever_there_is_the_newest_stays_and_nothing_else_is_too_old(
    ages: set[int], days: int, weeks: int, months: int, longest: int
) -> None:
    them = [Kept(str(age), NOW - timedelta(days=age)) for age in ages]
    keep = Keep(days, weeks, months)
    gone = set(expired(them, now=NOW, keep=keep, longest=timedelta(days=longest)))
    assert str(min(ages)) not in gone
    kept = [age for age in ages if str(age) not in gone]
    assert all(age <= longest for age in kept if age != min(ages))
    assert len(kept) <= 2 + days + weeks + months
