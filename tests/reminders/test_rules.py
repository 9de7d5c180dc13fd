"""What falls due when, and that each reminder is told once, on time, or made good later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary import queries as dictionary_queries
from dangan.lifecycle.reminders.rules import (
    GRACE,
    BadKinds,
    Held,
    Item,
    Settings,
    base_age,
    checked_leads,
    firing,
    held,
    items_of,
    next_anniversary,
    retirement_month,
)
from dangan.lifecycle.reminders.settings import shipped

TODAY = date(2026, 11, 21)
WHO = uuid4()


@dataclass(frozen=True)
class Line:
    values: dict[str, Any]
    row: UUID = field(default_factory=uuid4)


def rows(**sets: Any) -> dict[str, list[Line]]:
    return {
        key: [Line(values) for values in (given if isinstance(given, list) else [given])]
        for key, given in sets.items()
    }


def due(given: Held, today: date = TODAY, **changed: Any) -> list[tuple[str, str]]:
    settings = Settings(shipped(), **changed)
    return [(item.kind, item.day.isoformat()) for item in items_of(WHO, given, settings, today)]


# --- the official examples of the retirement reform -------------------------------------------


@pytest.mark.parametrize(
    ("birth", "base", "month"),
    [
        ("1964-12", 60, "2024-12"),  # before the reform
        ("1965-01", 60, "2025-02"),
        ("1965-04", 60, "2025-05"),
        ("1965-05", 60, "2025-07"),
        ("1976-09", 60, "2039-09"),  # 63 from here on
        ("1976-08", 60, "2039-07"),
        ("1990-01", 60, "2053-01"),
        ("1969-12", 55, "2024-12"),
        ("1970-01", 55, "2025-02"),
        ("1981-09", 55, "2039-09"),  # 58 from here on
        ("1974-12", 50, "2024-12"),
        ("1975-01", 50, "2025-02"),
        ("1975-03", 50, "2025-05"),
        ("1984-11", 50, "2039-11"),  # 55 from here on
        ("1990-06", 50, "2045-06"),
    ],
)
def test_the_month_of_retirement(birth: str, base: int, month: str):
    found = retirement_month(date.fromisoformat(f"{birth}-01"), base)
    assert f"{found:%Y-%m}" == month


@given(
    st.dates(date(1950, 1, 1), date(2005, 12, 31)), st.sampled_from([(60, 63), (55, 58), (50, 55)])
)
def test_later_born_never_retire_earlier_and_nobody_beyond_the_cap(birth: date, ages):
    base, most = ages
    first = birth.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    month = retirement_month(first, base)
    assert month <= retirement_month(following, base)
    assert base <= month.year - first.year <= most + 1
    assert month <= date(first.year + most, first.month, 1)


def test_the_age_depends_on_sex_and_status():
    assert base_age("1", worker=True, women=55) == 60
    assert base_age("2", worker=False, women=55) == 55
    assert base_age("2", worker=False, women=50) == 50
    assert base_age("2", worker=True, women=55) == 50
    assert base_age("9", worker=False, women=55) is None


# --- what is told when --------------------------------------------------------------------------

LEADS = (60, 30, 7, 0)


def item(days: int) -> Item:
    return Item(WHO, "contract", TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "lead"),
    [(61, None), (60, 60), (59, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 0), (-30, 0)],
)
def test_the_shortest_lead_that_has_come_is_told(days: int, lead: int | None):
    found = firing(item(days), LEADS, TODAY)
    assert (found.lead if found else None) == lead


def test_what_was_over_long_before_is_not_told_but_what_a_standstill_hid_is():
    assert firing(item(-31), LEADS, TODAY) is None
    back_after_a_quarter = TODAY - timedelta(days=90)
    assert firing(item(-31), LEADS, TODAY, back_after_a_quarter) is not None
    assert firing(item(-121), LEADS, TODAY, back_after_a_quarter) is None


@given(
    st.integers(-20, 200),
    st.lists(st.integers(0, 200), min_size=1, max_size=5),
    st.lists(st.integers(0, 320), min_size=1, max_size=40, unique=True),
)
def test_whatever_days_it_runs_on_nothing_is_told_twice_or_left_out(ahead, leads, runs):
    """Runs on any days at all: each lead is told once, or with a shorter one, once it has come."""
    leads = checked_leads(leads)
    start = TODAY
    one = Item(WHO, "contract", start + timedelta(days=ahead))
    told: set[str] = set()
    tellings: list[int] = []
    since: date | None = None
    for run in sorted(runs):
        today = start + timedelta(days=run)
        found = firing(one, leads, today, since)
        if found is not None and found.marks[-1] not in told:
            tellings.append(found.lead)
        if found is not None:
            told |= set(found.marks)
        since = today
    assert len(tellings) == len(set(tellings))
    assert tellings == sorted(tellings, reverse=True)
    last = start + timedelta(days=max(runs))
    first = start + timedelta(days=min(runs))
    come = [lead for lead in leads if one.day - timedelta(days=lead) <= last]
    if come and one.day >= first - GRACE:
        assert tellings
        assert tellings[-1] == min(come)


def test_a_prolonged_contract_is_another_reminder():
    row = uuid4()
    old = firing(Item(WHO, "contract", TODAY, row), LEADS, TODAY)
    new = firing(Item(WHO, "contract", TODAY + timedelta(days=7), row), LEADS, TODAY)
    assert old is not None
    assert new is not None
    assert not set(old.marks) & set(new.marks)


def test_leads_are_days_that_make_sense():
    assert checked_leads([7, 30, 7]) == (30, 7)
    for wrong in ([], [-1], [201]):
        with pytest.raises(BadKinds):
            checked_leads(wrong)


# --- what a dossier holds -----------------------------------------------------------------------


def test_the_contract_that_runs_longest_counts():
    contract = [{"end": "2026-12-01"}, {"end": "2027-01-10"}, {"end": "2020-01-01"}]
    assert due(held(rows(contract=contract))) == [("contract", "2027-01-10")]


@pytest.mark.parametrize(
    "second",
    [{"end": "9999"}, {"end": "9999-12-31"}],
)
def test_an_open_ended_contract_never_ends(second):
    assert due(held(rows(contract=[{"end": "2026-12-01"}, second]))) == []


@pytest.mark.parametrize("over", [{"state": "3"}, {"state": "5"}, {"ended": "2026-10-01"}])
def test_a_contract_that_is_over_is_history(over):
    assert due(held(rows(contract={"end": "2026-12-01"} | over))) == []


def test_probation_ends_until_the_post_says_it_has():
    post = {"probation_end": "2026-12-05", "status": "2"}
    assert due(held(rows(post=post))) == [("probation", "2026-12-05")]
    assert due(held(rows(post=post | {"status": "1"}))) == []
    from_contract = rows(post={"status": "2"}, contract={"probation_end": "2026-12-06"})
    assert due(held(from_contract)) == [("probation", "2026-12-06")]
    earlier = [post | {"end": "2026-11-01"}, {"position": "主任", "status": "1"}]
    assert due(held(rows(post=earlier))) == []


def test_a_renewed_certificate_replaces_the_old_one_and_reviews_count():
    qualification = [
        {"name": "电工", "valid_until": "2026-12-01"},
        {"name": "电工", "valid_until": "2027-02-01"},
        {"name": "驾驶证", "valid_until": "9999"},
        {"name": "焊工", "valid_until": "2030-01-01", "review_due": "2026-12-24"},
    ]
    assert due(held(rows(qualification=qualification))) == [
        ("certificate", "2027-02-01"), ("certificate", "2026-12-24"),
    ]  # fmt: skip


def test_agreements_in_force_end():
    agreement = [{"end": "2026-12-09"}, {"end": "2026-12-10", "state": "3"}, {"end": "9999"}]
    assert due(held(rows(secrecy_agreement=agreement))) == [("secrecy", "2026-12-09")]


@pytest.mark.parametrize("gone", [{"status": "7"}, {"status": "6"}, {"left": "2026-01-01"}])
def test_who_has_gone_is_reminded_of_nothing(gone):
    identity = {"birth_date": "1966-10-01", "sex": "1"}
    assert not held(rows(identity=identity, post=gone, contract={"end": "2026-12-01"}))


def test_retirement_comes_into_the_list_in_time_and_not_for_the_rehired():
    identity = {"birth_date": "1966-06", "sex": "1"}
    assert due(held(rows(identity=identity))) == [("retirement", "2026-11-01")]
    assert due(held(rows(identity=identity, post={"employment_form": "4"}))) == []
    assert due(held(rows(identity={"birth_date": "1966", "sex": "1"}))) == []
    woman = rows(identity={"birth_date": "1976-05", "sex": "2"})
    assert due(held(woman)) == []
    assert due(held(woman), women=50) == [("retirement", "2027-02-01")]
    worker = rows(identity={"birth_date": "1976-05", "sex": "2", "personal_status": "24"})
    assert due(held(worker)) == [("retirement", "2027-02-01")]


def test_birthdays_only_where_they_are_switched_on():
    given = held(rows(identity={"birth_date": "1990-11-30", "sex": "1"}))
    assert due(given) == []
    on = Settings(shipped()).with_kind("birthday", on=True, leads=[3])
    found = list(items_of(WHO, given, on, TODAY))
    assert [(one.kind, one.day) for one in found] == [("birthday", date(2026, 11, 30))]


def test_a_birthday_on_the_29th_of_february_is_kept_on_the_28th():
    assert next_anniversary(2, 29, date(2026, 3, 1)) == date(2027, 2, 28)
    assert next_anniversary(2, 29, date(2028, 2, 1)) == date(2028, 2, 29)
    assert next_anniversary(11, 21, TODAY) == TODAY


@given(
    st.dictionaries(
        st.sampled_from(["end", "probation_end", "state", "ended", "valid_until", "review_due"]),
        st.text(min_size=9, max_size=11),
    )
)
def test_odd_values_are_left_out_and_never_stop_the_work(values):
    given = held(rows(contract=values, qualification=values, identity={"birth_date": "19"}))
    assert not list(items_of(WHO, given, Settings(shipped()), TODAY)) or given.items


@pytest.mark.django_db
def test_every_kind_names_a_field_that_exists():
    dictionary = dictionary_queries.current()
    for kind in shipped().values():
        info_set, _, key = kind.field.partition(".")
        assert key in {item.key for item in dictionary.sets[info_set].fields}, kind.key
        assert not kind.info_set or kind.info_set in dictionary.sets
