"""The rules of reviews and wishes, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.entitlements.rules import (
    checked_period,
    choose_reviewer,
    flags_of,
    halves_of,
    is_broad,
    remind_on,
)
from dangan.entitlements.rules.asking import BadWish

ACCOUNTS = [UUID(int=number) for number in range(1, 6)]
some = st.lists(st.sampled_from(ACCOUNTS), max_size=4)
TODAY = date(2026, 11, 23)


@given(st.sampled_from(ACCOUNTS), some, some, some, st.booleans())
def test_nobody_reviews_their_own_and_somebody_else_always_does_if_there_is_one(
    account, heads, leaders, keepers, sensitive
):
    chosen = choose_reviewer(
        account, heads=heads, leaders=leaders, keepers=keepers, sensitive=sensitive
    )
    others = {*leaders, *keepers, *([] if sensitive else heads)} - {account}
    assert (chosen is None) == (not others)
    if chosen is not None:
        assert chosen.reviewer in others
        if sensitive:
            assert chosen.why != "head"


@given(st.integers(-3, 120), st.integers(-3, 120))
def test_a_period_lies_ahead_and_is_no_longer_than_allowed(first, days):
    begins = TODAY + timedelta(days=first)
    until = begins + timedelta(days=days - 1)
    if first >= 0 and 1 <= days <= 90:
        assert checked_period(begins, until, TODAY) == days
    else:
        with pytest.raises(BadWish):
            checked_period(begins, until, TODAY)


def test_broad_means_many_more_people_than_the_own_unit():
    assert is_broad(51, 5)
    assert not is_broad(49, 1)
    assert not is_broad(100, 10)
    assert is_broad(60, 0)


def test_warnings_come_gravest_first():
    assert flags_of(conflicting=True, reached=900, own_unit=3, whole=True, used=False) == (
        "conflict",
        "broad",
        "company",
        "unused",
    )
    assert flags_of(conflicting=False, reached=9, own_unit=3, whole=False, used=True) == ()


def test_reminders_come_three_working_days_before_the_end_and_on_the_last():
    due = TODAY + timedelta(days=10)
    assert remind_on(TODAY, due, 3, None)
    assert remind_on(TODAY, due, 1, TODAY - timedelta(days=2))
    assert not remind_on(TODAY, due, 3, TODAY)
    assert not remind_on(TODAY, due, 2, None)


def test_a_code_is_its_two_halves():
    first, second = halves_of("ABCDEFGHJKMNPQRS")
    assert first + second == "ABCDEFGHJKMNPQRS"
    assert len(first) == len(second)
