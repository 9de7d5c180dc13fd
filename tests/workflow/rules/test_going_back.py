"""退回, 撤回, submitting again."""

from __future__ import annotations

from datetime import date, timedelta

from tests.workflow.rules.office import ACT, Office, Story, approve, flow

from dangan.workflow.rules import engine


def lanes(*sequences: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "parallel", "key": "beside", "label": "并行",
            "lanes": [{"steps": steps} for steps in sequences]}  # fmt: skip


def long_case(**more: object) -> Story:
    steps = [
        approve("head", {"rule": "head"}),
        lanes([approve("legal", "陶"), approve("legal_two", "喻")], [approve("finance", "金")]),
        approve("leader", "邹"),
        ACT,
    ]
    return Story(flow(*steps, **more))


def test_back_to_the_initiator_who_changes_it_and_begins_again() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("return", "陶", "legal", to="start")
    assert case.state.status == "returned"
    assert case.todo() == {"何"}
    assert case.no("agree", "金", "finance").startswith("这件事已退回给发起人修改")
    assert case.no("resubmit", "周") == "只有发起人可以重新提交。"
    case.do("resubmit", "何")
    assert case.todo() == {"沈"}


def test_resume_goes_straight_to_who_returned_it_and_keeps_what_was_agreed() -> None:
    case = long_case(resubmit="resume")
    case.do("agree", "沈", "head")
    case.do("agree", "金", "finance")
    case.do("return", "陶", "legal", to="start")
    case.do("resubmit", "何")
    assert case.open() == ["legal"]


def test_resume_begins_again_when_the_changed_facts_lead_another_way() -> None:
    branch = {
        "type": "branch", "key": "way", "label": "分支", "otherwise": [],
        "arms": [{"when": [{"fact": "top_class", "op": "at_least", "value": 4}],
                  "steps": [approve("privacy", "喻")]}],
    }  # fmt: skip
    case = Story(flow(branch, approve("hr", "曹"), resubmit="resume"), top_class=1)
    case.do("return", "曹", "hr", to="start")
    case.facts["top_class"] = 5
    case.do("resubmit", "何")
    assert case.open() == ["privacy"], "nobody who must decide is passed over"


def test_back_to_an_earlier_step_forgets_what_came_after() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("agree", "金", "finance")
    case.do("delegate", "陶", "legal", who="戚")
    case.do("return", "陶", "legal", to="head")
    assert [(one.step, one.accounts) for one in case.effects("released")] == [
        ("legal", ("陶",)), ("legal", ("戚",)),
    ]  # fmt: skip
    assert case.open() == ["head"]
    case.do("agree", "沈", "head")
    assert case.open() == ["legal", "finance"], "both lanes decide again"


def test_back_within_a_lane_leaves_the_other_lane_alone() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("agree", "金", "finance")
    case.do("agree", "陶", "legal")
    case.do("return", "喻", "legal_two", to="legal")
    assert case.open() == ["legal"]
    assert case.state.steps["finance"].status == "done"


def test_back_into_one_lane_from_after_it_leaves_the_other_lane_done() -> None:
    case = long_case()
    for who, step in (("沈", "head"), ("金", "finance"), ("陶", "legal"), ("喻", "legal_two")):
        case.do("agree", who, step)
    case.do("return", "邹", "leader", to="legal_two")
    assert case.open() == ["legal_two"]
    case.do("agree", "喻", "legal_two")
    assert case.open() == ["leader"]


def test_not_back_to_a_lane_beside_or_to_a_step_that_was_not_done() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("agree", "金", "finance")
    for target in ("finance", "leader", "legal", "nothing", "act"):
        assert case.no("return", "陶", "legal", to=target).startswith("不能退回到这一步")


def test_a_step_that_may_not_return() -> None:
    case = Story([approve("head", {"rule": "head"}, may=["transfer"])])
    assert case.no("return", "沈", "head") == "这一步的流程设置不允许这样处理。"


def test_withdrawn_while_nobody_has_decided() -> None:
    case = long_case()
    assert case.no("withdraw", "沈") == "只有发起人可以撤回。"
    case.do("withdraw", "何")
    assert case.state.status == "withdrawn"
    assert case.todo() == set()
    assert case.no("agree", "沈", "head") == "这件事已撤回，不能再操作。"


def test_not_withdrawn_after_a_decision_but_again_after_submitting_anew() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    assert case.no("withdraw", "何").startswith("已经有人处理，不能撤回了。")
    case.do("return", "陶", "legal", to="start")
    case.do("resubmit", "何")
    case.do("withdraw", "何")


def test_a_returned_case_may_be_given_up() -> None:
    case = long_case()
    case.do("return", "沈", "head", to="start")
    case.do("withdraw", "何")
    assert case.state.status == "withdrawn"


def test_a_returned_case_whose_initiator_left_goes_to_the_keeper_who_then_decides_nothing() -> None:
    office = Office.usual()
    case = Story([approve("hr", {"rule": "role", "role": "hr_manager"})], office=office)
    case.do("return", "曹", "hr", to="start")
    office.gone.add("何")
    case.do("reassign")
    assert case.todo() == {"曹", "严"}
    assert [one.accounts for one in case.effects("released")] == [("何",)]
    assert [one.accounts for one in case.effects("assigned")] == [("曹", "严")]
    case.do("resubmit", "严")
    assert case.todo() == {"曹"}
    assert case.no("agree", "严", "hr").startswith("你是发起人或当事人")


def test_a_returned_case_that_nobody_is_left_for_is_said() -> None:
    office = Office.usual()
    case = Story([approve("hr", {"rule": "role", "role": "hr_manager"})], office=office)
    case.do("return", "曹", "hr")
    office.gone |= {"何", "曹", "严", "沈", "高", "邹"}
    case.do("reassign")
    assert [effect.step for effect in case.effects("stranded")] == [""]


def test_a_case_returned_to_somebody_who_has_left_goes_to_the_keepers_at_once() -> None:
    office = Office.usual()
    case = Story([approve("hr", {"rule": "role", "role": "hr_manager"})], office=office)
    office.gone.add("何")
    case.do("return", "曹", "hr", to="start")
    assert case.todo() == {"曹", "严"}


def test_what_initiators_do_in_a_step_of_their_own_does_not_keep_them_from_withdrawing() -> None:
    case = Story([approve("sign", {"rule": "initiator"}), approve("legal", "陶")])
    case.do("agree", "何", "sign")
    case.do("withdraw", "何")
    assert case.state.status == "withdrawn"


def test_a_case_is_submitted_once() -> None:
    case = long_case()
    assert case.no("submit", "何") == "这件事已经提交，不能再次提交。"


def test_what_a_return_says_and_leaves_behind() -> None:
    case = long_case(resubmit="resume")
    case.do("agree", "沈", "head")
    case.do("transfer", "金", "finance", who="戚")
    case.do("return", "陶", "legal")
    assert [(one.step, one.accounts) for one in case.effects("returned")] == [("legal", ("何",))]
    assert (case.state.returned_from, case.state.decided) == ("legal", True)
    assert [(task.step, task.kind) for task in engine.tasks(case.definition, case.state)] == [
        ("", "change")
    ]
    case.now += timedelta(days=1)
    case.do("resubmit", "何")
    state = case.state
    assert (state.returned_from, state.decided, state.status) == ("", False, "open")
    assert (state.submitted_at, state.barred) == (case.now, ("何", "周"))
    assert state.steps["legal"].since == state.steps["finance"].since == case.now
    assert case.todo("finance") == {"戚"}, "who took over is asked again"
    assert case.no("resubmit", "何") == "这件事没有退回给你，不需要重新提交。"


def test_whoever_agreed_in_an_open_step_is_asked_anew_with_new_limits() -> None:
    step = approve("all", "陶", "金", "姜", mode="all", days=2)
    case = Story(flow(step, resubmit="resume"))
    case.do("agree", "戚", "all", on_behalf_of="陶")
    case.do("add_signers", "金", "all", who="谢", place="after")
    case.do("remove_signer", "金", "all", who="谢")
    case.do("return", "金", "all")
    case.now += timedelta(days=5)
    case.do("resubmit", "何")
    at = case.state.steps["all"]
    assert case.todo() == {"陶", "金", "姜"}
    assert [(one.verdict, one.by, one.on_behalf_of, one.at) for one in at.parties] == [
        ("", "", "", None)
    ] * 4
    assert [one.dropped for one in at.parties] == [False, False, False, True]
    assert at.due_at == case.now + timedelta(days=2)


def test_resume_keeps_the_way_when_the_facts_lead_the_same() -> None:
    way = {
        "type": "branch", "key": "way", "label": "分支", "otherwise": [],
        "arms": [{"when": [{"fact": "rows", "op": "over", "value": 1}],
                  "steps": [approve("a", "喻")]}],
    }  # fmt: skip
    for resubmit, opened in (("resume", ["hr"]), ("restart", ["a"])):
        case = Story(flow(way, approve("hr", "曹"), resubmit=resubmit), rows=2)
        case.do("agree", "喻", "a")
        case.do("return", "曹", "hr")
        case.facts["rows"] = 3
        case.do("resubmit", "何")
        assert case.open() == opened


def test_a_waiting_case_that_goes_back_waits_no_longer() -> None:
    later = {**ACT, "on": "effective"}
    for target, status in (("start", "returned"), ("head", "open")):
        steps = [approve("head", {"rule": "head"}), later]
        case = Story(flow(*steps, resubmit="resume"), effective="2026-03-10")
        case.do("agree", "沈", "head")
        assert case.no("return", "何", "act", to=target).startswith("这一步没有轮到你处理")
        assert case.no("return", "周", "act", on_behalf_of="曹").startswith("这一步没有轮到")
        case.do("return", "曹", "act", to=target)
        assert (case.state.status, case.state.wake_on) == (status, None)
        assert case.state.decided
        assert case.no("wake") == "还没有到生效日期。"
        if status == "returned":
            case.do("resubmit", "何")
            assert (case.state.status, case.state.wake_on) == ("waiting", date(2026, 3, 10))
        else:
            assert "act" not in case.state.steps


def test_back_into_a_lane_opens_what_stands_around_it() -> None:
    case = long_case()
    for who, step in (("沈", "head"), ("金", "finance"), ("陶", "legal"), ("喻", "legal_two")):
        case.do("agree", who, step)
    assert case.state.steps["beside"].status == "done"
    case.do("return", "邹", "leader", to="legal")
    beside = case.state.steps["beside"]
    assert (beside.status, beside.done_at) == ("open", None)
    assert {key for key, at in case.state.steps.items() if at.status == "done"} == {
        "head", "finance",
    }  # fmt: skip
    assert "leader" not in case.state.steps and "legal_two" not in case.state.steps


def test_a_case_that_is_over_says_how_and_when() -> None:
    for verb, who, outcome in (("agree", "沈", "agreed"), ("refuse", "沈", "refused"),
                               ("withdraw", "何", "withdrawn")):  # fmt: skip
        case = Story([approve("head", {"rule": "head"})])
        case.do(verb, who, "head")
        assert [one.outcome for one in case.effects("ended")] == [outcome]
        assert (case.state.status, case.state.ended_at) == (outcome, case.now)
        assert case.effects("released")[0].accounts == ("沈",)
