"""Agree, refuse, and who must: 或签, 会签, 依次, and nobody on their own request."""

from __future__ import annotations

import pytest
from tests.workflow.rules.office import ACT, Office, Story, approve

HEAD = {"rule": "head"}
LEGAL = {"rule": "role", "role": "legal"}


def role(key: str, **more: object) -> dict[str, object]:
    return {"rule": "role", "role": key, **more}


def test_any_one_of_several_suffices_and_the_others_are_released() -> None:
    case = Story([approve("hr", role("hr_manager")), ACT])
    assert case.todo() == {"曹", "严"}
    case.do("agree", "严", "hr")
    assert case.todo() == set()
    assert [effect.act for effect in case.effects("perform")] == ["apply"]
    assert (
        case.no("agree", "曹", "hr")
        == "这一步现在不需要处理，可能已经由别人办完。请刷新页面查看进展。"
    )


def test_all_must_agree() -> None:
    case = Story([approve("all", "陶", "金", "姜", mode="all")])
    case.do("agree", "金", "all")
    case.do("agree", "姜", "all")
    assert case.todo() == {"陶"}
    case.do("agree", "陶", "all")
    assert case.state.status == "agreed"


def test_each_holder_of_a_role_is_a_voice() -> None:
    case = Story([approve("all", role("hr_manager", everyone=True), mode="all")])
    case.do("agree", "曹", "all")
    assert case.todo() == {"严"}


def test_a_ratio_is_enough_and_ends_the_case_when_out_of_reach() -> None:
    steps = [approve("vote", "陶", "金", "姜", mode="ratio", ratio=2 / 3)]
    case = Story(steps)
    case.do("refuse", "陶", "vote")
    assert case.state.status == "open"
    case.do("agree", "金", "vote")
    case.do("agree", "姜", "vote")
    assert case.state.status == "agreed"

    lost = Story(steps)
    lost.do("refuse", "陶", "vote")
    lost.do("refuse", "金", "vote")
    assert lost.state.status == "refused"
    assert lost.effects("ended")[0].outcome == "refused"


def test_in_turn_asks_one_after_the_other() -> None:
    case = Story([approve("turn", "陶", "金", mode="in_turn")])
    assert case.todo() == {"陶"}
    assert case.no("agree", "金", "turn") == "还没有轮到你：请等前面的人处理完。"
    case.do("agree", "陶", "turn")
    assert case.todo() == {"金"}


def test_one_refusal_ends_the_case() -> None:
    case = Story([approve("all", "陶", "金", mode="all"), ACT])
    case.do("refuse", "陶", "all")
    assert case.state.status == "refused"
    assert case.no("agree", "金", "all") == "这件事已被拒绝，不能再操作。"


def test_nobody_decides_twice() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("agree", "陶", "all")
    assert case.no("agree", "陶", "all") == "你已经处理过这一步，不能再次处理。"


def test_somebody_not_asked_is_told_so() -> None:
    case = Story([approve("head", HEAD)])
    assert case.no("agree", "戚", "head").startswith("这一步没有轮到你处理。")


@pytest.mark.parametrize(
    ("initiator", "subject", "asked"),
    [
        ("何", "周", {"沈"}),  # the head of the unit
        ("沈", "周", {"高"}),  # the head asked for it: next level up
        ("何", "沈", {"高"}),  # it is about the head: next level up
        ("高", "沈", {"邹"}),  # both: the leader
    ],
)
def test_nobody_decides_on_their_own_request_or_about_themselves(
    initiator: str, subject: str, asked: set[str]
) -> None:
    case = Story([approve("head", HEAD)], initiator=initiator, subject=subject)
    assert case.todo() == asked
    for one in (initiator, subject):
        assert case.no("agree", one, "head") == "你是发起人或当事人，不能审批这件事。"


def test_a_rule_that_finds_nobody_goes_to_the_next_in_charge_never_to_agreement() -> None:
    office = Office.usual()
    office.roles["legal"] = []
    case = Story([approve("legal", LEGAL), ACT], office=office)
    assert case.todo() == {"沈"}
    office.gone = {"沈", "高", "邹"}
    case = Story([approve("legal", LEGAL), ACT], office=office)
    assert case.todo() == {"曹", "严"}, "the keepers of the flow"


def test_a_case_that_nobody_could_decide_does_not_begin() -> None:
    office = Office.usual()
    office.head, office.roles = {}, {}
    with pytest.raises(Exception, match="找不到可以审批的人"):
        Story([approve("head", HEAD)], office=office)


def test_superiors_and_heads_levels_up() -> None:
    assert Story([approve("boss", {"rule": "supervisor"})]).todo() == {"吴"}
    assert Story([approve("boss", {"rule": "supervisor", "up": 1})]).todo() == {"沈"}
    assert Story([approve("boss", {"rule": "supervisor", "up": 5})]).todo() == {"沈"}
    assert Story([approve("boss", {"rule": "head", "up": 1})]).todo() == {"高"}


def test_the_head_of_a_unit_that_a_fact_names() -> None:
    step = approve("new", {"rule": "fact_head", "fact": "new_unit"})
    assert Story([step], new_unit="市场部").todo() == {"林"}


def test_two_rules_that_find_the_same_person_are_one_voice() -> None:
    case = Story([approve("all", "沈", HEAD, mode="all")])
    case.do("agree", "沈", "all")
    assert case.state.status == "agreed"


def test_where_a_rule_names_them_initiator_and_subject_may_act() -> None:
    sign = approve("sign", {"rule": "subject"})
    case = Story([sign, approve("head", HEAD)])
    assert case.todo() == {"周"}
    case.do("agree", "周", "sign")
    assert case.todo() == {"沈"}


def test_a_deputy_acts_for_the_signer_and_the_signer_no_more() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("agree", "戚", "all", on_behalf_of="陶")
    party = case.state.steps["all"].parties[0]
    assert (party.by, party.on_behalf_of) == ("戚", "陶")
    assert case.no("agree", "陶", "all") == "你已经处理过这一步，不能再次处理。"


def test_a_deputy_cannot_be_the_initiator_or_the_person_concerned() -> None:
    case = Story([approve("legal", LEGAL)])
    for one in ("何", "周"):
        assert case.no("agree", one, "legal", on_behalf_of="陶") == (
            "你是发起人或当事人，不能代理别人处理这件事。"
        )


def test_a_fill_step_is_filled_not_agreed() -> None:
    fill = {**approve("pay", role("finance")), "type": "fill", "part": "pay"}
    case = Story([fill, approve("leader", role("leader"))])
    assert case.no("agree", "金", "pay") == "这一步需要填写内容。请填写后提交。"
    assert case.no("refuse", "金", "pay") == "填写内容的步骤不能拒绝。内容有问题时请退回。"
    case.do("fill", "金", "pay")
    assert case.no("fill", "邹", "leader").startswith("这一步不需要填写内容。")


def test_a_branch_asks_the_facts_and_keeps_the_answer() -> None:
    branch = {
        "type": "branch", "key": "way", "label": "分支",
        "arms": [{"when": [{"fact": "top_class", "op": "at_least", "value": 4},
                           {"fact": "owners", "op": "has", "value": "finance"}],
                  "steps": [approve("finance", role("finance"))]}],
        "otherwise": [approve("hr", role("hr_manager"))],
    }  # fmt: skip
    assert Story([branch], top_class=4, owners=["finance"]).open() == ["finance"]
    assert Story([branch], top_class=3, owners=["finance"]).open() == ["hr"]
    assert Story([branch]).open() == ["hr"]
