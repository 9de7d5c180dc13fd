"""Buttons, progress and the diagram."""

from __future__ import annotations

from tests.workflow.rules.office import ACT, Story, approve, flow
from tests.workflow.rules.test_going_back import lanes, long_case

from dangan.workflow.rules import engine
from dangan.workflow.rules.definitions import BadDefinition, parse


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
