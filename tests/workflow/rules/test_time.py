"""Limits, effective dates, effects, and people who leave."""

from __future__ import annotations

from datetime import timedelta

from tests.workflow.rules.office import ACT, NOW, Office, Story, approve

from dangan.workflow.rules import engine

LATER = {**ACT, "on": "effective"}
HEAD = {"rule": "head"}


def test_reminded_before_and_on_every_working_day_after_the_limit() -> None:
    case = Story([approve("head", HEAD, days=3, remind_days_before=1)])
    assert engine.due_at(case.state) == NOW + timedelta(days=3)
    assert engine.next_look(case.state) == NOW + timedelta(days=2)
    assert case.no("overdue", step="head") == "这一步还没有到期。"
    case.now = NOW + timedelta(days=2)
    case.do("overdue", step="head")
    assert case.effects("reminded")[0].accounts == ("沈",)
    case.now = NOW + timedelta(days=3)
    case.do("overdue", step="head")
    assert case.effects("overdue")[0].accounts == ("沈",)
    assert engine.next_look(case.state) == NOW + timedelta(days=4)
    assert case.state.status == "open", "time never agrees"


def test_overdue_goes_up_and_either_may_decide() -> None:
    case = Story([approve("head", HEAD, days=2, on_overdue="escalate")])
    case.now = NOW + timedelta(days=2)
    case.do("overdue", step="head")
    assert case.effects("escalated")[0].accounts == ("高",)
    assert case.todo() == {"沈", "高"}
    case.now += timedelta(days=2)
    case.do("overdue", step="head")
    assert case.todo() == {"沈", "高", "邹"}
    case.do("agree", "高", "head")
    assert case.state.status == "agreed"


def test_a_case_waits_for_its_day_and_takes_effect_once() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-10")
    case.do("agree", "沈", "head")
    assert case.state.status == "waiting"
    assert case.effects("perform") == []
    assert case.no("wake") == "还没有到生效日期。"
    case.now += timedelta(days=8)
    case.do("wake")
    assert len(case.effects("perform")) == 1
    assert case.no("wake") == "还没有到生效日期。"
    case.do("acted", step="act")
    assert case.state.status == "agreed"
    assert case.no("acted", step="act") == "这件事已经办结，不能再操作。"


def test_a_day_that_has_come_does_not_wait() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-02")
    case.do("agree", "沈", "head")
    assert len(case.effects("perform")) == 1


def test_a_failed_effect_goes_to_the_keepers_who_retry_or_return_it() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-10")
    case.do("agree", "沈", "head")
    case.now += timedelta(days=8)
    case.do("wake")
    case.do("act_failed", step="act")
    assert case.todo() == {"曹", "严"}
    assert case.no("retry", "沈", "act").startswith("这一步没有轮到你处理")
    case.do("retry", "曹", "act")
    assert len(case.effects("perform")) == 1
    case.do("act_failed", step="act")
    case.do("return", "严", "act", to="head")
    assert case.todo() == {"沈"}


def test_a_waiting_case_may_be_returned_by_its_keepers_only() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-10")
    case.do("agree", "沈", "head")
    assert case.no("return", "沈", "act").startswith("这一步没有轮到你处理")
    assert case.no("withdraw", "何").startswith("已经有人处理")
    case.do("return", "曹", "act")
    assert case.state.status == "returned"
    case.do("resubmit", "何")
    assert case.open() == ["head"]


def test_who_leaves_is_replaced_and_who_takes_over_is_asked() -> None:
    office = Office.usual()
    case = Story([approve("all", HEAD, "陶", mode="all")], office=office)
    office.gone.add("沈")
    case.do("reassign")
    assert case.todo() == {"高", "陶"}
    office.head["研发部"] = "吴"
    case.do("reassign")
    assert case.todo() == {"吴", "陶"}
    office.gone.add("陶")
    case.do("reassign")
    assert case.todo() == {"吴"}, "one decision stands for both voices"
    case.do("agree", "吴", "all")
    assert case.state.status == "agreed"


def test_nothing_changes_while_everybody_is_there() -> None:
    case = Story([approve("all", HEAD, "陶", mode="all")])
    before = case.state
    case.do("reassign")
    assert case.state == before
    assert case.last.effects == ()


def test_hand_overs_and_added_signers_stay_until_those_leave() -> None:
    office = Office.usual()
    case = Story([approve("legal", "陶")], office=office)
    case.do("transfer", "陶", "legal", who="戚")
    case.do("add_signers", "戚", "legal", who="姜", place="before")
    case.do("reassign")
    assert case.todo() == {"姜"}
    office.gone.add("姜")
    case.do("reassign")
    assert case.todo() == {"沈"}, "whoever is next in charge signs in the place of the added one"
    case.do("agree", "沈", "legal")
    office.gone.add("戚")
    case.do("reassign")
    assert case.todo() == {"陶"}, "the rule's own person again"


def test_a_dissolved_unit_hands_its_cases_to_what_stands_above() -> None:
    office = Office.usual()
    case = Story([approve("head", HEAD)], office=office)
    del office.head["研发部"]
    case.do("reassign")
    assert case.todo() == {"高"}


def test_an_opinion_from_somebody_who_left_is_waited_for_no_longer() -> None:
    office = Office.usual()
    case = Story([approve("legal", "陶")], office=office)
    case.do("delegate", "陶", "legal", who="戚")
    office.gone.add("戚")
    case.do("reassign")
    assert case.todo() == {"陶"}


def test_what_the_system_does_nobody_else_may_claim() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-10")
    case.do("agree", "沈", "head")
    case.now += timedelta(days=8)
    for verb in ("wake", "acted", "act_failed", "reassign", "overdue"):
        assert case.no(verb, "沈", "act") == "这一步由系统处理，不能由人操作。"


def test_when_nobody_at_all_is_left_it_is_said_of_which_step_and_mended_later() -> None:
    office = Office.usual()
    case = Story([approve("legal", "陶")], office=office)
    everybody = {"陶", "沈", "高", "邹", "曹", "严"}
    office.gone |= everybody
    case.do("reassign")
    assert [effect.step for effect in case.effects("stranded")] == ["legal"]
    office.gone -= {"严"}
    case.do("reassign")
    assert case.todo() == {"严"}
