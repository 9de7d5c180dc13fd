"""Who may witness and execute, how far a destruction reaches. Without a database."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

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
