"""Nobody learns a hidden value by offering guesses to what compares with it."""

from __future__ import annotations

import pytest
from tests.cast import PEOPLE, Cast, with_check_digit
from tests.exchange.books import xlsx
from tests.security.conftest import Join, row_of

from dangan.access.queries import console_actor
from dangan.dossiers import actions
from dangan.dossiers.rules import RowPlan
from dangan.exchange.actions import run_import
from dangan.exchange.importing import File

WHO = "沈知微"
ID_NUMBER = with_check_digit(PEOPLE[WHO][2])
OTHER_ID_NUMBER = with_check_digit("330106199207152047")


def pay(cast: Cast) -> None:
    """What HR specialists do not see."""
    actions.save_row(
        console_actor(),
        subject=cast.people[WHO],
        info_set="pay",
        row=None,
        base_version=0,
        values={"base": "23000.00", "effective": "2025-01-01"},
    )


@pytest.mark.parametrize("guess", [ID_NUMBER, OTHER_ID_NUMBER])
def test_a_guess_is_refused_alike_whether_right_or_wrong(
    cast: Cast, join: Join, guess: str
) -> None:
    subject = cast.people[WHO]
    where = f"/subjects/{subject}/records/identity/{row_of(subject, 'identity')}"
    head = join("head", unit="研发中心")
    answer = head.call("PUT", where, {"values": {"id_number": guess}}, **{"If-Match": '"1"'})
    assert answer.status_code == 403
    assert guess not in answer.content.decode()


@pytest.mark.parametrize("guess", ["1991-06-12", "1992-06-12"])
def test_entry_checks_tell_nothing_to_those_who_may_not_write(
    cast: Cast, join: Join, guess: str
) -> None:
    subject = cast.people[WHO]
    where = f"/subjects/{subject}/records/identity/{row_of(subject, 'identity')}"
    legal = join("legal")
    answer = legal.call("PUT", where, {"values": {"birth_date": guess}}, **{"If-Match": '"1"'})
    assert answer.status_code == 403


def test_a_right_guess_at_the_version_is_refused_like_a_wrong_one(cast: Cast, join: Join) -> None:
    subject = cast.people[WHO]
    where = f"/subjects/{subject}/records/identity/{row_of(subject, 'identity')}"
    finance = join("finance")
    for version in ('"1"', '"7"'):
        answer = finance.call("PUT", where, {"values": {"sex": "1"}}, **{"If-Match": version})
        assert answer.status_code == 403


def test_adding_a_row_does_not_tell_whether_there_is_one(cast: Cast, join: Join) -> None:
    """A set of a single row answered 409 where it was filled and 403 where it was not."""
    bare = actions.create_subject(
        console_actor(),
        rows=[
            RowPlan("identity", {"name": "邱远", "employee_number": "N9"}),
            RowPlan("post", {"unit": str(cast.units["财务部"])}),
        ],
    ).subject
    finance = join("finance")
    for subject in (cast.people[WHO], bare):
        where = f"/subjects/{subject}/records/contact"
        answer = finance.call("POST", where, {"values": {"email": "a@example.com"}})
        assert answer.status_code == 403


def test_whoever_may_write_still_gets_conflicts_and_no_change(cast: Cast, join: Join) -> None:
    subject = cast.people[WHO]
    where = f"/subjects/{subject}/records/identity/{row_of(subject, 'identity')}"
    manager = join("hr_manager")
    same = manager.call("PUT", where, {"values": {"id_number": ID_NUMBER}}, **{"If-Match": '"1"'})
    assert same.status_code == 200 and same.json()["change"] == ""
    late = manager.call("PUT", where, {"values": {"sex": "1"}}, **{"If-Match": '"7"'})
    assert late.status_code == 409


@pytest.mark.parametrize("guess", ["23000", "24000"])
def test_an_import_cannot_guess_at_pay(cast: Cast, guess: str) -> None:
    pay(cast)
    book = xlsx(
        [["姓名", "工号", "生效日期", "基本工资"], [WHO, PEOPLE[WHO][0], "2025-01-01", guess]]
    )
    specialist = cast.actor("hr_specialist")
    report = run_import(specialist, [File("a.xlsx", book)], dry_run=True, mode="skip-bad")
    said = [finding.message.text for finding in report.errors]
    assert "你没有修改“{label}”的权限。" in said
    manager = cast.actor("hr_manager")
    report = run_import(manager, [File("a.xlsx", book)], dry_run=True, mode="skip-bad")
    assert not report.errors
