"""Agree, refuse, and who must: 或签, 会签, 依次, and nobody on their own request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from tests.workflow.rules.office import ACT, NOW, Office, Story, approve, due, flow

from dangan.workflow.rules import engine
from dangan.workflow.rules.conditions import holds
from dangan.workflow.rules.definitions import Condition

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
    assert Story([step]).todo() == Story([step], new_unit=None).todo() == {"沈"}


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


def test_a_case_about_nobody_belongs_to_the_unit_of_who_started_it() -> None:
    case = Story([approve("head", HEAD)], subject="")
    assert (case.state.unit, case.state.subject, case.state.subject_account) == ("公司", "", "")
    assert case.state.barred == ("何",)
    assert case.todo() == {"高"}
    assert Story([approve("boss", {"rule": "supervisor"})], subject="").todo() == {"高"}


def test_whoever_gains_by_a_case_is_barred_like_whoever_started_it() -> None:
    definition = flow(approve("all", "陶", "金", mode="all"), key="flow")
    for subject in ("周", ""):
        state = engine.start(
            definition, facts={}, initiator="何", subject=subject, now=NOW,
            directory=Office.usual(), calendar_due=due, barred=("陶",),
        ).state  # fmt: skip
        assert state.barred == tuple(one for one in ("何", subject, "陶") if one)
        who = [party.who for party in state.steps["all"].parties]
        assert ("金",) in who and ("陶",) not in who


def test_a_superior_who_is_barred_or_gone_gives_way_to_the_next() -> None:
    boss = approve("boss", {"rule": "supervisor"})
    office = Office.usual()
    assert Story([boss], office=office, initiator="吴").todo() == {"沈"}
    office.gone = {"吴"}
    assert Story([boss], office=office).todo() == {"沈"}
    office.superior = {}
    assert Story([boss], office=office).todo() == {"沈"}, "the head of the unit"


def test_how_each_was_found_is_kept() -> None:
    def found(*who: dict[str, object] | str, **more: Any) -> list[tuple[tuple[str, ...], str, int]]:
        case = Story([approve("x", *who, **more)], new_unit="市场部")
        return [(one.who, one.why, one.rule) for one in case.state.steps["x"].parties]

    assert found(HEAD) == [(("沈",), "head", 0)]
    assert found({"rule": "head", "up": 2}) == [(("邹",), "above", 0)]
    assert found(role("archivist"), "陶", mode="all") == [
        (("谢",), "role", 0),
        (("陶",), "person", 1),
    ]
    assert found(role("nobody"), HEAD, mode="all") == [(("沈",), "above", 0)], "twins"
    assert found(role("nobody"), "陶") == [(("陶",), "person", 0)], "who stands in drops out"
    assert found("周", "何") == [(("沈",), "above", 0)]
    assert found(role("nobody", everyone=True), mode="all") == [(("沈",), "above", 0)]
    assert found({"rule": "initiator"}) == [(("何",), "initiator", 0)]
    own = Story([approve("x", {"rule": "subject"}, "陶")]).state.steps["x"].parties
    assert [(one.who, one.own) for one in own] == [(("周", "陶"), True)]
    own = Story([approve("x", {"rule": "initiator"})]).state.steps["x"].parties
    assert [(one.who, one.own) for one in own] == [(("何",), True)]
    empty = Office(units={}, head={}, works_in={}, roles={})
    (party,) = Story([approve("x", role("nobody"), "陶")], office=empty).state.steps["x"].parties
    assert (party.who, party.why) == (("陶",), "person")


def test_a_role_goes_up_by_the_heads_the_leaders_and_the_keepers() -> None:
    office = Office.usual()
    step = approve("legal", LEGAL)
    office.roles["legal"] = ["何"]
    for leaves, asked, why in (
        (None, {"沈"}, "above"),
        ("沈", {"高"}, "above"),
        ("高", {"邹"}, "above"),
        ("邹", {"曹", "严"}, "keeper"),
    ):
        office.gone |= {leaves} - {None}  # type: ignore[arg-type]  # names only
        case = Story([step], office=office)
        assert case.todo() == asked
        assert case.state.steps["legal"].parties[0].why == why


def test_a_share_of_the_voices_is_counted_upward() -> None:
    for ratio, needed in ((0.5, 2), (0.34, 2), (1 / 3, 1), (0.01, 1), (1, 3)):
        case = Story([approve("vote", "陶", "金", "姜", mode="ratio", ratio=ratio)])
        for number, who in enumerate(("陶", "金", "姜"), 1):
            if case.state.status == "open":
                case.do("agree", who, "vote")
                assert (case.state.status == "agreed") == (number == needed), (ratio, number)


def test_one_refusal_by_an_added_signer_ends_a_vote_too() -> None:
    case = Story([approve("vote", "陶", "金", "姜", mode="ratio", ratio=0.5)])
    case.do("add_signers", "陶", "vote", who="戚", place="before")
    case.do("refuse", "戚", "vote")
    assert case.state.status == "refused"


def test_what_is_said_to_who_has_a_voice_in_a_step_already_left() -> None:
    case = Story([approve("one", "陶"), approve("two", "金")])
    case.do("agree", "陶", "one")
    assert case.no("agree", "陶", "one").startswith("这一步现在不需要处理")
    assert case.no("agree", "陶", "nothing").startswith("这一步现在不需要处理")
    party = case.state.steps["one"].parties[0]
    assert (party.verdict, party.by, party.on_behalf_of, party.at) == ("agreed", "陶", "", NOW)
    assert case.state.decided
    assert case.effects("assigned")[0].accounts == ("金",)
    assert case.effects("released")[0].accounts == ("陶",)


def test_a_branch_compares_as_its_line_says() -> None:
    facts = {"rows": 3, "day": "2026-05-01", "level": "a", "sets": ["pay"], "off": None}
    for fact, op, value, expected in (
        ("rows", "is", 3, True), ("rows", "is", 4, False), ("rows", "not", 4, True),
        ("rows", "not", 3, False), ("rows", "over", 3, False), ("rows", "over", 2, True),
        ("rows", "under", 3, False), ("rows", "under", 4, True), ("rows", "at_least", 3, True),
        ("rows", "at_least", 4, False), ("rows", "over", "2", False),
        ("day", "under", "2026-05-02", True), ("day", "over", "2026-05-01", False),
        ("level", "any_of", ("a", "b"), True), ("level", "any_of", ("b",), False),
        ("sets", "has", "pay", True), ("sets", "has", "health", False),
        ("off", "is", False, True), ("off", "is", True, False), ("off", "not", True, True),
        ("none", "not", "a", True), ("none", "over", 1, False), ("none", "is", "a", False),
    ):  # fmt: skip
        assert holds(Condition(fact, op, value), facts) is expected, (fact, op, value)  # type: ignore[arg-type]  # table above


def test_the_first_way_that_holds_in_all_its_lines_is_taken() -> None:
    lines = [{"fact": "rows", "op": "over", "value": 1}, {"fact": "deletes", "op": "is"}]
    way = {
        "type": "branch", "key": "way", "label": "分支",
        "arms": [{"when": lines, "steps": [approve("a", "陶")]},
                 {"when": lines[:1], "steps": [approve("b", "金")]}],
        "otherwise": [approve("c", "姜")],
    }  # fmt: skip
    assert Story([way], rows=2, deletes=True).open() == ["a"]
    assert Story([way], rows=2).open() == ["b"]
    assert Story([way], rows=1, deletes=True).open() == ["c"]


def test_the_directory_is_asked_once_and_its_answers_are_kept() -> None:
    class Counted(Office):
        asked = 0

        def heads(self, unit: str) -> Sequence[str]:
            self.asked += 1
            return super().heads(unit)

    office = Counted(**vars(Office.usual()))
    case = Story([approve("x", HEAD, {"rule": "head", "up": 1}, mode="all")], office=office)
    assert office.asked == 1
    assert case.last.recorded.answers["heads 研发部"] == ("沈", "高")
    with pytest.raises(ValueError, match="begins with"):
        engine.replay(case.definition, [])


def test_whoever_holds_a_role_for_the_whole_firm_stands_in_everywhere() -> None:
    class Narrow(Office):
        def holders(self, role: str, unit: str) -> Sequence[str]:
            return super().holders(role, unit) if unit == self.reach[role] else ()

        reach: ClassVar = {"leader": "", "hr_manager": "", "legal": "研发部"}

    office = Narrow(**vars(Office.usual()))
    office.gone = {"沈", "高", "陶"}
    assert Story([approve("legal", LEGAL)], office=office).todo() == {"邹"}
    office.gone.add("邹")
    case = Story(
        [approve("legal", LEGAL), {**ACT, "on": "effective"}], office=office, effective="2026-03-10"
    )
    assert case.todo() == {"曹", "严"}
    case.do("agree", "曹", "legal")
    assert case.state.steps["act"].parties[0].who == ("曹", "严")
    office.reach = {"leader": "研发部", "hr_manager": "研发部", "legal": ""}
    assert Story([approve("legal", LEGAL)], office=office).todo() == {"曹", "严"}
