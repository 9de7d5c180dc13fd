"""新员工建档 (C1) with the checks before it (F1), and somebody who comes back."""

from __future__ import annotations

import pytest
from tests.lifecycle.conftest import Firm, account_of, draft, in_days, today
from tests.lifecycle.test_departure import leaves_today, to_its_end

from dangan.access.models import Account, AccountState
from dangan.access.rules import Refused
from dangan.dossiers.models import Subject
from dangan.lifecycle.problems import BadMovement
from dangan.lifecycle.rules.checks import NEEDED
from dangan.workflow import queries as workflow_queries
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case
from dangan.workflow.problems import BadPart


def checks(**worse: str) -> list[dict[str, object]]:
    """All items clear but those named ``item_N``."""
    return [
        {"item": code, "result": worse.get(f"item_{code}", "1"), "checked": today().isoformat()}
        for code in NEEDED
    ]


def enter(firm: Firm, by: str = "梁慎行", whom: str = "秦语桐", **form: object) -> Case:
    post = {"unit": firm.unit("销售部"), "position": "销售助理"} | form.pop("post", {})
    return firm.start(by, "newcomer", whom, today(), post=post, **form)


def agreed(firm: Firm, case: Case) -> Case:
    firm.agree("罗文博", case, "head")
    return firm.agree("领导", case, "leader")


def test_a_draft_becomes_filed_and_its_papers_are_told(firm: Firm) -> None:
    draft(firm)
    case = enter(firm, checks=checks(), post={"probation_end": in_days(90).isoformat()})
    assert firm.desks(case) == {"head"}
    case = agreed(firm, case)
    assert case.state == "agreed" and firm.state("秦语桐") == "filed"
    post = firm.post("秦语桐")
    assert post["joined"] == today().isoformat() and post["status"] == "2"
    assert len(firm.rows("秦语桐", "post")) == 1
    assert len(firm.rows("秦语桐", "background_check")) == 5
    duties = {(i.department, i.item) for i in firm.movement(case).items.filter(after=True)}
    assert duties == {("administration", "paper"), ("it", "account"), ("hr", "contract")}
    copied = workflow_queries.desk(firm.actor("行政"), "copied")
    assert [line.number for line in copied.lines] == [case.number]


def test_a_result_that_does_not_match_blocks_hiring(firm: Firm) -> None:
    draft(firm)
    with pytest.raises(BadMovement) as bad:
        enter(firm, checks=checks(item_2="3"))
    assert str(bad.value.problems[0].message) == "录用核查没有通过，不能录用。"
    assert firm.state("秦语桐") == "draft" and not Case.objects.exists()


def test_a_doubtful_one_needs_somebody_to_answer_for_it(firm: Firm) -> None:
    draft(firm)
    with pytest.raises(BadMovement):
        enter(firm, checks=checks(item_3="2"))
    case = enter(firm, checks=checks(item_3="2"), details={"exception": "原单位已注销，领导批准"})
    assert agreed(firm, case).state == "agreed"


def test_missing_checks_are_asked_of_the_hr_manager_first(firm: Firm) -> None:
    draft(firm)
    case = enter(firm, by="何雨桐")
    assert firm.desks(case) == {"checks"}
    given = {f"result-{code}": "1" for code in NEEDED}
    with pytest.raises(BadPart):
        firm.fill("梁慎行", case, "checks", given | {"result-5": ""})
    firm.fill("梁慎行", case, "checks", given | {"result-4": "0"})
    assert firm.desks(case) == {"head"}
    assert agreed(firm, case).state == "agreed"
    assert len(firm.rows("秦语桐", "background_check")) == 4


def test_a_bad_result_found_meanwhile_stops_the_last_decision(firm: Firm) -> None:
    draft(firm)
    case = enter(firm, by="何雨桐")
    given = {f"result-{code}": "1" for code in NEEDED} | {"result-1": "3"}
    firm.fill("梁慎行", case, "checks", given)
    firm.agree("罗文博", case, "head")
    with pytest.raises(CannotTakeEffect, match="录用核查没有通过"):
        firm.agree("领导", case, "leader")
    assert firm.state("秦语桐") == "draft"


def test_a_specialist_does_not_write_down_checks(firm: Firm) -> None:
    draft(firm)
    with pytest.raises(Refused):
        enter(firm, by="何雨桐", checks=checks())


def test_somebody_who_comes_back_goes_on_with_the_old_dossier(firm: Firm) -> None:
    to_its_end(firm, leaves_today(firm))
    before = Subject.objects.count()
    case = firm.start(
        "梁慎行",
        "newcomer",
        "沈知微",
        in_days(0),
        post={"unit": firm.unit("销售部"), "position": "售前工程师"},
        checks=checks(),
    )
    agreed(firm, case)
    assert Subject.objects.count() == before
    assert firm.state("沈知微") == "changed"
    old, new = firm.rows("沈知微", "post")
    assert old.values["position"] == "高级工程师" and old.values["left"]
    assert new.values["position"] == "售前工程师" and "left" not in new.values
    assert firm.post("沈知微")["position"] == "售前工程师"
    account = Account.objects.get(pk=account_of(firm, "沈知微"))
    assert account.state == AccountState.ENDED
    duties = set(firm.movement(case).items.filter(after=True).values_list("item", flat=True))
    assert "reset" in duties and "account" not in duties


def test_a_filed_person_is_no_newcomer(firm: Firm) -> None:
    draft(firm)
    agreed(firm, enter(firm, checks=checks()))
    with pytest.raises(BadMovement):
        enter(firm, checks=checks())
