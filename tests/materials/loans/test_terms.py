"""Terms in working days, reminders told once, one longer term, a borrower who leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.materials.loans.conftest import lent, ready
from tests.materials.office import Office

from dangan.access import leaving
from dangan.access.rules import Absent
from dangan.materials.loans import actions, queries
from dangan.materials.loans.models import Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.terms import due_day, is_overdue, overdue_days, reminders
from dangan.notices.models import Notice
from dangan.organization.calendar.rules import Calendar, SpecialDay

NATIONAL_DAY = Calendar.of(
    [
        *(SpecialDay(date(2026, 10, day), "holiday") for day in range(1, 8)),
        SpecialDay(date(2026, 10, 10), "workday"),
    ]
)
DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 30))


def test_three_days_before_the_national_day_end_after_it() -> None:
    assert due_day(NATIONAL_DAY, date(2026, 9, 29), 3) == date(2026, 10, 9)
    assert due_day(NATIONAL_DAY, date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_a_holiday_makes_nobody_late() -> None:
    due = date(2026, 9, 30)
    assert overdue_days(NATIONAL_DAY, due, date(2026, 10, 7)) == 0
    assert overdue_days(NATIONAL_DAY, due, date(2026, 10, 8)) == 1
    assert list(reminders(NATIONAL_DAY, due, date(2026, 10, 5))) == []
    assert list(reminders(NATIONAL_DAY, due, date(2026, 10, 8))) == [("overdue", date(2026, 10, 8))]


@given(handed=DAYS, days=st.integers(1, 15), later=st.integers(0, 40))
def test_late_days_are_the_working_days_after_the_last(handed: date, days: int, later: int) -> None:
    due = due_day(NATIONAL_DAY, handed, days)
    today = due + timedelta(days=later)
    counted = sum(NATIONAL_DAY.is_working_day(due + timedelta(days=n)) for n in range(1, later + 1))
    assert NATIONAL_DAY.is_working_day(due)
    assert overdue_days(NATIONAL_DAY, due, today) == counted
    assert is_overdue(due, today) == (today > due)


@given(due=DAYS, today=DAYS)
def test_at_most_one_reminder_a_day(due: date, today: date) -> None:
    assert len(list(reminders(NATIONAL_DAY, due, today))) <= 1


def test_borrower_and_archivists_are_told_once_each_time(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    Notice.objects.all().delete()
    due = date(2026, 11, 26)  # a Thursday
    Loan.objects.filter(pk=loan.pk).update(due=due)

    def told(day: date) -> list[str]:
        Notice.objects.all().delete()
        actions.remind(day)
        actions.remind(day)
        return sorted(Notice.objects.values_list("topic", flat=True))

    assert told(date(2026, 11, 24)) == []
    assert told(date(2026, 11, 25)) == ["loan.before"]
    assert told(due) == ["loan.due", "loan.due_list", "loan.due_list"]
    assert told(date(2026, 11, 27)) == ["loan.overdue", *["loan.overdue_list"] * 2]
    assert told(date(2026, 11, 28)) == []  # Saturday
    assert told(date(2026, 11, 30)) == ["loan.overdue", *["loan.overdue_list"] * 2]


def test_after_downtime_what_still_holds_is_told(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    Notice.objects.all().delete()
    Loan.objects.filter(pk=loan.pk).update(due=date(2026, 11, 20))
    assert actions.remind(date(2026, 11, 25)) == 1
    topics = set(Notice.objects.values_list("topic", flat=True))
    assert topics == {"loan.overdue", "loan.overdue_list"}


def test_a_longer_term_once_and_decided_by_an_archivist(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    with pytest.raises(Absent):
        actions.ask_extension(office.actor("liang"), loan=loan.pk, days=2, reason="还没核对完")
    with pytest.raises(LoanProblem):
        actions.ask_extension(office.actor("he"), loan=loan.pk, days=13, reason="还没核对完")
    actions.ask_extension(office.actor("he"), loan=loan.pk, days=2, reason="还没核对完")
    row = actions.decide_extension(office.actor("keeper"), loan=loan.pk, agree=True)
    assert loan.due is not None
    assert row.due is not None
    assert row.due > loan.due
    with pytest.raises(LoanProblem, match="一次"):
        actions.ask_extension(office.actor("he"), loan=loan.pk, days=2, reason="还没核对完")


def test_what_is_overdue_is_not_extended(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    Loan.objects.filter(pk=loan.pk).update(due=date(2026, 1, 5))
    with pytest.raises(LoanProblem, match="逾期"):
        actions.ask_extension(office.actor("he"), loan=loan.pk, days=2, reason="还没核对完")


def test_archivists_hear_at_once_that_a_borrower_leaves(office: Office) -> None:
    out = lent(office, office.archive.volume("沈知微"))
    waiting = ready(office, office.archive.volume("陆怀瑾"))
    Notice.objects.all().delete()
    leaving.tell(office.actor("keeper"), office["he"], "departure")
    assert Notice.objects.filter(topic="loan.leaver").count() == 2
    assert Loan.objects.get(pk=waiting.pk).state == "cancelled"
    assert [loan.pk for loan in queries.open_of(account=office["he"])] == [out.pk]
