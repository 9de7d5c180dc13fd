"""Buttons, progress and the diagram."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.workflow.rules.office import ACT, NOW, Office, Story, approve, flow
from tests.workflow.rules.test_going_back import lanes, long_case

from dangan.workflow.rules import engine
from dangan.workflow.rules.definitions import BadDefinition, parse
from dangan.workflow.rules.showing import removable


def test_buttons_are_those_of_whose_turn_it_is() -> None:
    case = long_case()
    allowed = engine.allowed(case.definition, case.state, "沈")
    assert allowed == {"head": ("agree", "refuse", "return", "transfer", "delegate", "add_signers")}
    assert engine.allowed(case.definition, case.state, "何") == {"": ("withdraw", "urge")}
    assert engine.allowed(case.definition, case.state, "陶") == {}
    case.do("add_signers", "沈", "head", who="戚", place="before")
    assert engine.allowed(case.definition, case.state, "沈") == {"head": ("remove_signer",)}
    assert engine.allowed(case.definition, case.state, "戚", by="何") == {}, "deputy is initiator"
    case.do("agree", "戚", "head")
    case.do("delegate", "沈", "head", who="姜")
    assert engine.allowed(case.definition, case.state, "姜") == {"head": ("opine",)}
    case.do("return", "沈", "head", to="start")
    assert engine.allowed(case.definition, case.state, "何") == {"": ("resubmit", "withdraw")}
    case.do("withdraw", "何")
    assert engine.allowed(case.definition, case.state, "何") == {}


def test_every_button_works_and_no_other_verb_does() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    for account in ("陶", "金", "邹", "沈"):
        buttons = engine.allowed(case.definition, case.state, account)
        for step in ("head", "legal", "finance", "leader"):
            if "agree" not in buttons.get(step, ()):
                case.no("agree", account, step)


def test_where_a_step_can_be_returned_to() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    assert engine.return_targets(case.definition, case.state, "legal") == ["head"]


def test_progress_counts_the_way_the_case_takes() -> None:
    branch = {
        "type": "branch", "key": "way", "label": "分支", "otherwise": [],
        "arms": [{"when": [{"fact": "deletes", "op": "is"}],
                  "steps": [approve("a", "陶"), approve("b", "金")]}],
    }  # fmt: skip
    case = Story([approve("head", {"rule": "head"}), branch, approve("c", "邹"), ACT])
    assert engine.progress(case.definition, case.state, case.facts) == (0, 1, 3)
    assert engine.progress(case.definition, case.state) == (0, 1, 5)
    case.do("agree", "沈", "head")
    assert engine.progress(case.definition, case.state) == (1, 1, 3)


def test_the_diagram_shows_done_present_and_to_come_with_lanes_and_added_signers() -> None:
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("add_signers", "陶", "legal", who="戚", place="before")
    head, beside, leader, act = engine.diagram(case.definition, case.state)
    assert (head.state, beside.state, leader.state, act.state) == (
        "done", "now", "to_come", "to_come",
    )  # fmt: skip
    assert head.signers[0].by == "沈" and head.done_at is not None
    legal = beside.lanes[0].nodes[0]
    assert [(one.who, one.state, one.added) for one in legal.signers] == [
        (("戚",), "now", "before"), (("陶",), "to_come", ""),
    ]  # fmt: skip
    case.do("refuse", "金", "finance")
    _, beside, leader, _ = engine.diagram(case.definition, case.state)
    assert beside.lanes[1].nodes[0].state == "refused"
    assert beside.lanes[0].nodes[0].state == "skipped"
    assert leader.state == "skipped"


def test_the_diagram_greys_the_arm_not_taken() -> None:
    branch = {
        "type": "branch", "key": "way", "label": "分支",
        "arms": [{"when": [{"fact": "deletes", "op": "is"}], "steps": [approve("a", "陶")]}],
        "otherwise": [approve("b", "金")],
    }  # fmt: skip
    case = Story([branch])
    (way,) = engine.diagram(case.definition, case.state)
    assert [(lane.taken, lane.otherwise) for lane in way.lanes] == [(False, False), (True, True)]
    assert [lane.nodes[0].state for lane in way.lanes] == ["skipped", "now"]
    (bare,) = engine.diagram(case.definition)
    assert [lane.taken for lane in bare.lanes] == [None, None]


def test_a_returned_case_marks_who_returned_it() -> None:
    case = Story([approve("head", {"rule": "head"}), lanes([approve("a", "陶")])])
    case.do("return", "沈", "head", to="start")
    head, beside = engine.diagram(case.definition, case.state)
    assert (head.state, beside.state) == ("returned", "to_come")
    case = long_case()
    case.do("agree", "沈", "head")
    case.do("return", "陶", "legal")
    _, beside, _, _ = engine.diagram(case.definition, case.state)
    assert [lane.nodes[0].state for lane in beside.lanes] == ["returned", "to_come"]


def test_who_would_decide() -> None:
    branch = {
        "type": "branch", "key": "way", "label": "分支", "otherwise": [],
        "arms": [{"when": [{"fact": "deletes", "op": "is"}], "steps": [approve("a", "陶")]}],
    }  # fmt: skip
    definition = flow(approve("head", {"rule": "head"}), branch, ACT)
    case = Story(definition)
    foreseen = engine.foresee(
        definition, facts={"deletes": True}, initiator="沈", subject="周", directory=case.office
    )
    assert [(step.key, [(p.who, p.why) for p in step.parties]) for step in foreseen] == [
        ("head", [(("高",), "above")]), ("a", [(("陶",), "person")]), ("act", []),
    ]  # fmt: skip


def test_a_definition_that_cannot_be_read_says_where() -> None:
    body = {"key": "x", "label": "X", "kind": "change", "prefix": "XG"}
    for steps, sentence in (
        ([approve("head", {"rule": "boss"})], "步骤“head”的“rule”不能是“boss”，请改选。"),
        ([approve("head", "陶", day=3)], "步骤“head”有不认识的项“day”，请删去或改正。"),
        ([{"type": "act", "key": "act", "label": "生效"}], "步骤“生效”缺少“act”，请补上。"),
        ([approve("head", "陶", days="三")], "步骤“head”的“days”的类型不对，应为数字。"),
        ([{"type": "jump", "key": "j"}], "步骤“j”的“type”不能是“jump”，请改选。"),
    ):
        try:
            parse({**body, "steps": steps})
        except BadDefinition as error:
            assert str(error.message) == sentence
        else:
            raise AssertionError(sentence)


def test_buttons_of_one_who_fills_keeps_or_started_the_case() -> None:
    fill = {**approve("pay", {"rule": "role", "role": "finance"}), "type": "fill", "part": "pay"}
    case = Story([{**fill, "may": []}, ACT])
    assert engine.allowed(case.definition, case.state, "金") == {"pay": ("fill",)}
    assert engine.allowed(case.definition, case.state, "何", by="何") == {"": ("withdraw", "urge")}
    assert engine.allowed(case.definition, case.state, "何", by="戚") == {}, "no deputy withdraws"
    case.do("fill", "金", "pay")
    assert engine.allowed(case.definition, case.state, "何") == {"": ("urge",)}
    assert engine.allowed(case.definition, case.state, "金") == {}


def test_a_deputy_has_the_buttons_of_the_signer() -> None:
    case = Story([approve("legal", "陶", may=["return", "remove_signer"])])
    assert engine.allowed(case.definition, case.state, "陶", by="戚") == {
        "legal": ("agree", "refuse", "return")
    }
    assert engine.allowed(case.definition, case.state, "陶", by="周") == {}, "whom it concerns"
    case.do("return", "陶", "legal")
    assert engine.allowed(case.definition, case.state, "陶") == {}


def test_only_silent_signers_of_ones_own_can_be_taken_out() -> None:
    case = Story([approve("all", "陶", "金", mode="all")])
    case.do("add_signers", "陶", "all", who=["戚", "姜", "谢"], place="before")
    case.do("agree", "戚", "all")
    case.do("remove_signer", "陶", "all", who="姜")
    at = case.state.steps["all"]
    assert removable(at, "陶") == ["谢"]
    assert removable(at, "金") == []
    assert engine.allowed(case.definition, case.state, "陶") == {"all": ("remove_signer",)}


def test_an_opinion_can_be_given_while_it_is_waited_for() -> None:
    case = Story([approve("legal", "陶"), approve("c", "邹")])
    case.do("delegate", "陶", "legal", who="姜")
    case.do("delegate", "陶", "legal", who="戚")
    case.do("opine", "姜", "legal")
    for who, buttons in (("姜", {}), ("戚", {"legal": ("opine",)}), ("谢", {})):
        assert engine.allowed(case.definition, case.state, who) == buttons
    case.do("agree", "陶", "legal")
    assert engine.allowed(case.definition, case.state, "戚") == {}


def test_progress_counts_lanes_and_acts_and_no_copies() -> None:
    tell = {"type": "notify", "key": "tell", "label": "抄送", "who": [{"rule": "subject"}]}
    case = Story([tell, lanes([approve("a", "陶")], [approve("b", "金")]), ACT])
    assert engine.progress(case.definition, case.state) == (0, 2, 3)
    case.do("agree", "陶", "a")
    case.do("agree", "金", "b")
    assert engine.progress(case.definition, case.state) == (2, 1, 3)
    case.do("acted", step="act")
    assert engine.progress(case.definition, case.state) == (3, 0, 3)


def test_the_diagram_tells_of_each_step_what_is_known() -> None:
    tell = {"type": "notify", "key": "tell", "label": "抄送", "who": [{"rule": "subject"}]}
    first = approve("all", "陶", "金", mode="all", days=2, label_en="All")
    case = Story([tell, first, {**ACT, "on": "effective"}], effective="2026-03-10")
    case.do("delegate", "陶", "all", who="戚")
    case.do("agree", "姜", "all", on_behalf_of="金")
    told, all_, act = engine.diagram(case.definition, case.state)
    assert (told.kind, told.state, told.label_en, told.signers) == ("notify", "done", "抄送", ())
    assert (all_.kind, all_.mode, all_.label, all_.label_en) == ("approve", "all", "all", "All")
    assert (all_.since, all_.due_at, all_.done_at) == (NOW, NOW + timedelta(days=2), None)
    assert all_.asked == ("戚",)
    assert [(one.state, one.why, one.by, one.on_behalf_of, one.at) for one in all_.signers] == [
        ("now", "person", "", "", None),
        ("done", "person", "姜", "金", NOW),
    ]
    assert (act.kind, act.state, act.mode, act.since) == ("act", "to_come", "", None)
    case.do("opine", "戚", "all")
    assert engine.diagram(case.definition, case.state)[1].asked == ()
    case.do("agree", "陶", "all")
    assert engine.diagram(case.definition, case.state)[2].state == "waiting"
    case.now += timedelta(days=8)
    case.do("wake")
    assert engine.diagram(case.definition, case.state)[2].state == "now"
    case.do("act_failed", step="act")
    assert engine.diagram(case.definition, case.state)[2].state == "failed"
    bare = engine.diagram(case.definition)
    assert [(node.state, node.signers, node.asked, node.since) for node in bare] == [
        ("to_come", (), (), None)
    ] * 3


def test_voices_that_were_not_needed_or_refused_or_dropped() -> None:
    case = Story([approve("vote", "陶", "金", "姜", mode="ratio", ratio=0.5), approve("c", "邹")])
    case.do("add_signers", "姜", "vote", who="戚", place="after")
    case.do("remove_signer", "姜", "vote", who="戚")
    case.do("add_signers", "姜", "vote", who="谢", place="before")
    case.do("refuse", "陶", "vote")
    vote = engine.diagram(case.definition, case.state)[0]
    assert vote.state == "now"
    assert [(one.who[0], one.state, one.added, one.added_by) for one in vote.signers] == [
        ("陶", "refused", "", ""),
        ("金", "now", "", ""),
        ("谢", "now", "before", "姜"),
        ("姜", "to_come", "", ""),
        ("戚", "dropped", "after", "姜"),
    ]
    case.do("agree", "谢", "vote")
    case.do("agree", "金", "vote")
    case.do("agree", "姜", "vote")
    turn = Story([approve("turn", "陶", "金", mode="in_turn"), approve("c", "邹")])
    turn.do("refuse", "陶", "turn")
    node, last = engine.diagram(turn.definition, turn.state)
    assert (node.state, last.state) == ("refused", "skipped")
    assert [one.state for one in node.signers] == ["refused", "not_needed"]
    gone = Story([approve("c", "邹")])
    gone.do("withdraw", "何")
    (node,) = engine.diagram(gone.definition, gone.state)
    assert (node.state, node.signers[0].state) == ("skipped", "not_needed")


def test_lanes_and_arms_have_their_labels() -> None:
    way = {
        "type": "branch", "key": "way", "label": "分支",
        "arms": [{"when": [{"fact": "deletes", "op": "is"}], "label": "删", "label_en": "Deletes",
                  "steps": [lanes([approve("a", "陶")])]}],
        "otherwise": [],
    }  # fmt: skip
    lane = {"steps": [approve("b", "金")], "label": "财", "label_en": "Money"}
    side = {"type": "parallel", "key": "side", "label": "并行", "lanes": [lane]}
    case = Story([way, side])
    branch, parallel = engine.diagram(case.definition, case.state)
    assert [(one.label, one.label_en, one.otherwise, one.taken) for one in branch.lanes] == [
        ("删", "Deletes", False, False), ("", "", True, True),
    ]  # fmt: skip
    (inside,) = branch.lanes[0].nodes
    assert (inside.state, inside.lanes[0].nodes[0].state) == ("skipped", "skipped")
    assert [(one.label, one.label_en, one.otherwise, one.taken) for one in parallel.lanes] == [
        ("财", "Money", False, None)
    ]
    later = Story([approve("head", {"rule": "head"}), way])
    _, branch = engine.diagram(later.definition, later.state)
    assert [one.taken for one in branch.lanes] == [None, None]
    assert branch.lanes[0].nodes[0].state == "to_come"


def test_who_would_decide_in_lanes_and_who_would_get_a_copy() -> None:
    tell = {"type": "notify", "key": "tell", "label": "抄送",
            "who": [{"rule": "subject"}, {"rule": "role", "role": "legal"}]}  # fmt: skip
    way = {
        "type": "branch", "key": "way", "label": "分支",
        "arms": [{"when": [{"fact": "deletes", "op": "is"}], "steps": [approve("a", "陶")]}],
        "otherwise": [approve("b", "周", days=2)],
    }  # fmt: skip
    definition = flow(lanes([tell], [way], [approve("c", {"rule": "head"})]), ACT)
    office = Office.usual()
    for subject, people in (("周", {"b": "沈", "c": "沈"}), ("", {"b": "周", "c": "高"})):
        foreseen = engine.foresee(
            definition, facts={}, initiator="何", subject=subject, directory=office
        )
        assert [step.key for step in foreseen] == ["tell", "b", "c", "act"]
        assert foreseen[0].copied == (("周", "陶") if subject else ("陶",))
        assert {step.key: step.parties[0].who[0] for step in foreseen[1:3]} == people


def test_a_definition_keeps_what_it_does_not_know_out() -> None:
    body = {"key": "x", "label": "X", "kind": "change", "prefix": "XG", "steps": []}
    for change, sentence in (
        ({"colour": 1}, "流程有不认识的项“colour”，请删去或改正。"),
        ({"label": 7}, "流程的“label”的类型不对，应为文字。"),
        ({"steps": "all"}, "流程的“steps”的类型不对，应为列表。"),
        ({"steps": [7]}, "流程的“steps”的类型不对，应为表。"),
    ):
        with pytest.raises(BadDefinition) as refused:
            parse({**body, **change})
        assert str(refused.value.message) == sentence
    with pytest.raises(BadDefinition, match="缺少"):
        parse({})
    with pytest.raises(BadDefinition) as refused:
        parse({"label": "X"})
    assert str(refused.value.message) == "流程缺少“key”，请补上。"
