"""What a movement writes, from its form and the rows as they are."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from dangan.dossiers.rules import Row
from dangan.lifecycle.rules.bodies import Body, decode, encode
from dangan.lifecycle.rules.checks import NEEDED, Verdict, assess
from dangan.lifecycle.rules.effects import (
    Impossible,
    Present,
    admit,
    depart,
    effective_problem,
    move,
    regularise,
)

TODAY = date(2026, 11, 21)
POST = Row(
    uuid4(),
    {"unit": "a", "position": "工程师", "joined": "2020-03-02", "document": "旧文号"},
    3,
    TODAY,
)
CONTRACT = Row(uuid4(), {"kind": "1", "start": "2020-03-02", "state": "1"}, 1, TODAY)


def here(post: Row | None = POST, contract: Row | None = CONTRACT) -> Present:
    return Present(post, contract, None)


def test_a_move_ends_one_post_the_day_before_the_other_begins() -> None:
    body = Body(post={"unit": "b", "position": "主任"})
    old, new = move(here(), body, TODAY, pay_reason="5", document="DG-1")
    assert (old.row, old.base_version, old.values) == (POST.row, 3, {"end": "2026-11-20"})
    assert new.row is None and new.values["start"] == "2026-11-21"
    assert new.values["unit"] == "b" and new.values["joined"] == "2020-03-02"
    assert new.values["document"] == "DG-1"


def test_a_move_cannot_begin_before_the_present_post() -> None:
    with pytest.raises(Impossible):
        move(here(), Body(post={"unit": "b"}), date(2020, 3, 2), pay_reason="5", document="")
    with pytest.raises(Impossible):
        move(here(post=None), Body(), TODAY, pay_reason="5", document="")


def test_pay_is_a_new_row_with_its_reason_and_day() -> None:
    body = Body(post={"position": "主任"}, pay={"base": "100.00"})
    pay = move(here(), body, TODAY, pay_reason="3", document="JS-1")[2]
    assert pay.info_set == "pay" and pay.row is None
    assert pay.values == {
        "base": "100.00",
        "effective": "2026-11-21",
        "reason": "3",
        "document": "JS-1",
    }


def test_not_passed_writes_nothing_yet() -> None:
    assert regularise(here(), Body(details={"outcome": "failed"}), TODAY, document="") == []


def test_who_departs_leaves_post_and_contract_on_the_last_day() -> None:
    body = Body(post={"leaving_reason": "40"}, details={"secrecy_signed": "2026-11-20"})
    post, contract, agreement = depart(here(), body, TODAY, document="LZ-1")
    assert post.values == {
        "end": "2026-11-21",
        "left": "2026-11-21",
        "leaving_reason": "40",
        "status": "7",
    }
    assert contract.values["state"] == "4"
    assert agreement.values["kind"] == "5" and agreement.values["end"] == "9999"


def test_who_comes_back_gets_a_row_of_their_own() -> None:
    body = Body(post={"unit": "b", "position": "主任", "probation_end": "2027-01-01"})
    [again] = admit(here(), body, TODAY, again=True, document="RZ-1")
    [first] = admit(here(), body, TODAY, again=False, document="RZ-1")
    assert again.row is None and first.row == POST.row
    assert again.values["status"] == "2" and again.values["joined"] == "2026-11-21"


def test_effective_dates_stay_within_a_month_back_and_a_year_ahead() -> None:
    assert effective_problem(TODAY - timedelta(days=31), TODAY) is None
    assert effective_problem(TODAY - timedelta(days=32), TODAY) is not None
    assert effective_problem(TODAY + timedelta(days=366), TODAY) is None
    assert effective_problem(TODAY + timedelta(days=367), TODAY) is not None
    assert effective_problem(TODAY, TODAY, TODAY) is not None


def test_a_form_survives_its_sealing() -> None:
    body = Body(reason="事由", post={"unit": "b"}, details={"changes_pay": True})
    assert decode(encode(body)) == body
    assert body.told(changes_pay=None, desk="B3").details == {"desk": "B3"}


CLEAR = [{"item": code, "result": "1", "checked": "2026-11-01"} for code in NEEDED]


def test_checks_say_whether_somebody_may_be_hired() -> None:
    assert assess(CLEAR).hires
    assert assess(CLEAR[1:]).verdict is Verdict.MISSING
    assert assess([*CLEAR, {"item": "2", "result": "3", "checked": "2026-11-02"}]).items == ("2",)
    older = {"item": "2", "result": "3", "checked": "2026-10-01"}
    assert assess([*CLEAR, older]).hires
    assert assess([*CLEAR, {"item": "7", "result": "2"}]).verdict is Verdict.DOUBTFUL
    spared = [row for row in CLEAR if row["item"] != "4"]
    assert assess(spared, spared=("4",)).hires
