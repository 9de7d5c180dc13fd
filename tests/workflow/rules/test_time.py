"""Limits, effective dates, effects, and people who leave."""

from __future__ import annotations

from datetime import date, timedelta

from tests.workflow.rules.office import ACT, NOW, Office, Story, approve
from tests.workflow.rules.test_going_back import lanes

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


def test_a_reminder_is_sent_only_before_the_limit_and_none_is_planned_without_one() -> None:
    case = Story([approve("head", HEAD)])
    assert (engine.due_at(case.state), engine.next_look(case.state)) == (None, None)
    assert case.no("overdue", step="head") == "这一步还没有到期。"
    case = Story([approve("head", HEAD, days=3)])
    assert engine.next_look(case.state) == engine.due_at(case.state) == NOW + timedelta(days=3)
    case = Story([approve("head", HEAD, days=3, remind_days_before=3)])
    assert engine.next_look(case.state) == NOW + timedelta(days=3)
    case = Story([approve("head", HEAD, days=3, remind_days_before=1)])
    case.now = NOW + timedelta(days=2)
    case.do("overdue", step="head")
    assert engine.next_look(case.state) == NOW + timedelta(days=3)
    case.do("agree", "沈", "head")
    assert (engine.due_at(case.state), engine.next_look(case.state)) == (None, None)


def test_the_nearest_limit_of_what_is_open_counts() -> None:
    beside = lanes([approve("a", "陶", days=5)], [approve("b", "金", days=2)])
    case = Story([beside])
    assert engine.due_at(case.state) == engine.next_look(case.state) == NOW + timedelta(days=2)
    case.do("agree", "金", "b")
    assert engine.due_at(case.state) == engine.next_look(case.state) == NOW + timedelta(days=5)
    case.do("return", "陶", "a")
    assert (engine.due_at(case.state), engine.next_look(case.state)) == (None, None)


def test_going_up_is_counted_and_comes_again_after_a_day_at_least() -> None:
    office = Office.usual()
    for days, rest in ((0.5, 1), (2, 2)):
        case = Story([approve("head", HEAD, days=days, on_overdue="escalate")], office=office)
        case.now = NOW + timedelta(days=days)
        case.do("overdue", step="head")
        assert case.effects("overdue")[0].accounts == ("沈",), "who let it pass"
        at = case.state.steps["head"]
        assert (at.escalations, at.next_at) == (1, case.now + timedelta(days=rest))
        assert at.parties[0].why == "escalated"
    case.now += timedelta(days=2)
    case.do("overdue", step="head")
    case.now += timedelta(days=2)
    case.do("overdue", step="head")
    case.now += timedelta(days=2)
    case.do("overdue", step="head")
    assert case.state.steps["head"].escalations == 4
    assert case.effects("escalated") == [], "nobody is left above"


def test_only_the_step_that_is_named_is_asked_again() -> None:
    office = Office.usual()
    case = Story(
        [lanes([approve("a", HEAD)], [approve("b", HEAD, "陶", mode="all")])], office=office
    )
    office.gone.add("沈")
    case.do("reassign", step="b")
    assert (case.todo("a"), case.todo("b")) == ({"沈"}, {"高", "陶"})
    case.do("reassign")
    assert case.todo("a") == {"高"}


def test_keepers_who_leave_are_replaced_while_a_case_waits_or_has_failed() -> None:
    office = Office.usual()
    case = Story([approve("head", HEAD), LATER], office=office, effective="2026-03-10")
    case.do("agree", "沈", "head")
    assert case.effects("waiting")[0].on == date(2026, 3, 10)
    assert case.state.wake_on == date(2026, 3, 10)
    assert case.last.recorded.answers["fact effective"] == "2026-03-10"
    assert [(one.who, one.why) for one in case.state.steps["act"].parties] == [
        (("曹", "严"), "keeper")
    ]
    assert case.todo() == set(), "who keeps a waiting case has no task"
    assert engine.allowed(case.definition, case.state, "曹") == {"act": ("return",)}
    assert engine.allowed(case.definition, case.state, "沈") == {}
    office.gone.add("曹")
    case.do("reassign")
    assert case.state.steps["act"].parties[0].who == ("严",)
    case.now += timedelta(days=8)
    case.do("wake")
    assert (case.state.status, case.state.wake_on) == ("open", None)
    assert engine.allowed(case.definition, case.state, "严") == {}
    case.do("act_failed", step="act")
    assert engine.allowed(case.definition, case.state, "严") == {"act": ("retry", "return")}
    assert [task.kind for task in engine.tasks(case.definition, case.state)] == ["keep"]
    office.gone |= {"严", "沈", "高", "邹"}
    case.do("reassign")
    assert case.todo() == set()
    assert case.no("retry", "曹", "head").startswith("只有生效失败的事项")


def test_an_effect_that_fails_with_nobody_to_keep_it_is_said() -> None:
    office = Office.usual()
    case = Story([approve("head", HEAD), ACT], office=office)
    case.do("agree", "沈", "head")
    assert case.no("act_failed", step="head") == "这件事不在生效的时候，不能重复生效。"
    office.gone |= {"曹", "严", "沈", "高", "邹"}
    case.do("act_failed", step="act")
    assert [effect.step for effect in case.effects("stranded")] == ["act"]


def test_a_day_begins_in_china() -> None:
    case = Story([approve("head", HEAD), LATER], effective="2026-03-03")
    case.now = NOW.replace(hour=15, minute=59)
    case.do("agree", "沈", "head")
    assert case.no("wake") == "还没有到生效日期。"
    case.now = NOW.replace(hour=16, minute=0)
    case.do("wake")
    case.do("acted", step="act")
    at = case.state.steps["act"]
    assert (at.status, at.done_at, at.parties) == ("done", case.now, ())
    assert case.state.ended_at == case.now


def test_who_was_added_or_took_over_and_left_hands_on_to_who_is_in_charge() -> None:
    office = Office.usual()
    case = Story([approve("all", "陶", "金", mode="all")], office=office)
    case.do("transfer", "陶", "all", who="戚")
    case.do("delegate", "金", "all", who="谢")
    case.do("opine", "谢", "all")
    office.gone |= {"谢"}
    before = case.state
    case.do("reassign")
    assert case.state == before, "an opinion that was given stays"
    office.gone |= {"戚"}
    case.do("reassign")
    assert [(one.who, one.why) for one in case.state.steps["all"].parties] == [
        (("陶",), "person"),
        (("金",), "person"),
    ]


def test_each_holder_of_a_role_who_leaves_is_one_voice_less_or_goes_up() -> None:
    office = Office.usual()
    each = {"rule": "role", "role": "finance", "everyone": True}
    case = Story([approve("all", each, mode="all")], office=office)
    office.gone = {"金"}
    case.do("reassign")
    assert [(one.who, one.why) for one in case.state.steps["all"].parties] == [
        (("沈",), "above"),
        (("魏",), "role"),
    ]


def test_a_voice_of_several_rules_is_found_again_by_all_of_them() -> None:
    office = Office.usual()
    case = Story([approve("any", HEAD, "陶")], office=office)
    assert case.todo() == {"沈", "陶"}
    office.gone = {"陶"}
    case.do("reassign")
    assert case.todo() == {"沈"}
    office.head["研发部"] = "吴"
    case.do("reassign")
    assert case.todo() == {"吴"}


def test_whom_a_rule_names_stays_although_others_may_decide_by_now() -> None:
    case = Story([approve("sign", {"rule": "subject"}, days=2, on_overdue="escalate")])
    case.now += timedelta(days=2)
    case.do("overdue", step="sign")
    case.do("reassign")
    assert case.todo() == {"周", "沈"}
    case.do("agree", "周", "sign")
    assert case.state.status == "agreed"
