"""Who may witness and execute, how far a destruction reaches. Without a database."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.disposal.rules.lists import (
    EpochLife,
    ListedItem,
    Standing,
    digest_of,
    execution_refusal,
    horizon,
    keep_until,
    total,
    witness_refusal,
)

PEOPLE = [UUID(int=n) for n in range(1, 6)]
STANDINGS = st.builds(
    Standing,
    st.sampled_from(["draft", "open", "approved", "executing", "done"]),
    st.sampled_from(PEOPLE),
    st.lists(st.sampled_from(PEOPLE), max_size=3).map(tuple),
)


@given(STANDINGS, st.sampled_from(PEOPLE), st.booleans())
def test_a_witness_is_new_not_concerned_and_not_the_proposer(
    list_: Standing, who: UUID, avoids: bool
) -> None:
    if witness_refusal(list_, who, avoids=avoids) is None:
        assert list_.state == "approved" and who != list_.proposer
        assert who not in list_.witnesses and len(list_.witnesses) < 2 and not avoids


@given(STANDINGS, st.sampled_from(PEOPLE), st.booleans())
def test_nothing_is_executed_without_two_different_witnesses(
    list_: Standing, who: UUID, avoids: bool
) -> None:
    if execution_refusal(list_, who, avoids=avoids) is None:
        assert list_.state == "approved" and len(set(list_.witnesses)) >= 2
        assert who not in list_.witnesses and not avoids


def epoch(number: int, closed: date | None = None, destroyed: date | None = None) -> EpochLife:
    return EpochLife(number, date(2026, number, 1), closed, destroyed)


def test_the_horizon_is_the_end_of_the_last_epoch_concerned() -> None:
    one = epoch(1, date(2026, 2, 1), date(2026, 5, 3))
    two = epoch(2, date(2026, 3, 1))
    three = epoch(3)
    found = horizon(2, [one, two, three], backup_days=90)
    assert (found.on, found.sure) == (date(2026, 3, 1) + timedelta(days=91), False)
    gone = epoch(2, date(2026, 3, 1), date(2026, 6, 1))
    assert horizon(2, [one, gone, three], backup_days=90).sure
    foreseen = horizon(3, [one, gone, three], backup_days=90)
    assert foreseen.on == date(2026, 3, 1) + timedelta(days=31 + 91)
    assert horizon(9, [], backup_days=90).on is None


@given(st.dates(date(2000, 1, 1), date(2200, 1, 1)), st.integers(0, 100))
def test_the_ledger_is_kept_three_years_at_least(done: date, years: int) -> None:
    assert keep_until(done, years).year >= done.year + max(3, years)


@given(st.integers(1, 9), st.sampled_from(["destroy", "keep"]))
def test_the_digest_tells_any_change(position: int, opinion: str) -> None:
    item = ListedItem(position, "volume", uuid4(), "HD-Y-00001", opinion, 0)
    other = ListedItem(position, "volume", item.target, "HD-Y-00001", "extend", 2)
    assert digest_of("XH-2026-001", [item]) != digest_of("XH-2026-001", [other])
    assert digest_of("XH-2026-001", [item]) != digest_of("XH-2026-002", [item])


PROPOSER, ONE, OTHER, THIRD = PEOPLE[:4]


@pytest.mark.parametrize(
    ("state", "witnesses", "who", "avoids", "why"),
    [
        ("approved", (), ONE, False, None),
        ("approved", (ONE,), OTHER, False, None),
        ("open", (), ONE, False, "state"),
        ("executing", (ONE, OTHER), THIRD, False, "state"),
        ("approved", (), PROPOSER, False, "proposer"),
        ("approved", (ONE,), ONE, False, "again"),
        ("approved", (ONE,), OTHER, True, "relative"),
        ("approved", (ONE, OTHER), THIRD, False, "full"),
        # The first reason is told, so that a page says the one that matters.
        ("approved", (ONE, OTHER), PROPOSER, True, "proposer"),
        ("approved", (ONE, OTHER), ONE, True, "again"),
        ("approved", (ONE, OTHER), THIRD, True, "relative"),
    ],
)
def test_who_may_not_witness_is_told_why(
    state: str, witnesses: tuple[UUID, ...], who: UUID, avoids: bool, why: str | None
) -> None:
    assert witness_refusal(Standing(state, PROPOSER, witnesses), who, avoids=avoids) == why


@pytest.mark.parametrize(
    ("state", "witnesses", "who", "avoids", "why"),
    [
        ("approved", (ONE, OTHER), PROPOSER, False, None),
        ("approved", (ONE, OTHER), THIRD, False, None),
        ("draft", (ONE, OTHER), THIRD, False, "state"),
        ("done", (ONE, OTHER), THIRD, True, "state"),
        ("approved", (), THIRD, False, "missing"),
        ("approved", (ONE,), THIRD, False, "missing"),
        ("approved", (ONE, ONE), THIRD, False, "missing"),
        ("approved", (ONE, OTHER), ONE, True, "executor"),
        ("approved", (ONE, OTHER), THIRD, True, "relative"),
    ],
)
def test_who_may_not_execute_is_told_why(
    state: str, witnesses: tuple[UUID, ...], who: UUID, avoids: bool, why: str | None
) -> None:
    assert execution_refusal(Standing(state, PROPOSER, witnesses), who, avoids=avoids) == why


def test_nobody_foresees_a_day_without_epochs() -> None:
    found = horizon(1, [epoch(2)], backup_days=90)
    assert (found.on, found.sure) == (None, False)


def test_the_ledger_is_kept_to_the_day() -> None:
    assert keep_until(date(2026, 11, 22), 0) == date(2029, 11, 22)
    assert keep_until(date(2026, 11, 22), 10) == date(2036, 11, 22)
    assert keep_until(date(2024, 2, 29), 3) == date(2027, 3, 1)
    assert keep_until(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_the_digest_is_of_lines_in_the_order_of_the_list_whoever_sorts_them() -> None:
    first = ListedItem(1, "volume", UUID(int=7), "HD-Y-00001", "destroy", 0)
    second = ListedItem(2, "material", UUID(int=8), "HD-Y-00002", "extend", 5)
    text = (
        "XH-2026-001\n"
        "1\tvolume\t00000000-0000-0000-0000-000000000007\tHD-Y-00001\tdestroy\t0\n"
        "2\tmaterial\t00000000-0000-0000-0000-000000000008\tHD-Y-00002\textend\t5"
    )
    assert digest_of("XH-2026-001", [second, first]) == sha256(text.encode()).digest()


def test_counts_of_items_add_up() -> None:
    assert total([{"files": 2, "keys": 1}, {"files": 3}, {}]) == {"files": 5, "keys": 1}
    assert total([]) == {}
