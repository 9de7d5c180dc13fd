"""What the checker refuses, each with a sentence, and what it only remarks on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.workflow.rules.kinds import ROLES
from tests.workflow.rules.office import ACT, approve, flow

from dangan.workflow.handling import Fact
from dangan.workflow.rules.checking import check, errors

FACTS = (
    Fact("urgent", "加急", "", "flag"),
    Fact("rows", "行数", "", "number"),
    Fact("level", "层级", "", "choice", (("a", "", ""), ("b", "", ""))),
    Fact("owners", "主管部门", "", "set", (("hr", "", ""), ("finance", "", ""))),
    Fact("unit", "新部门", "", "unit"),
    Fact("effective", "生效日期", "", "date"),
)
HEAD = approve("head", {"rule": "head"})


def role(key: str, **more: object) -> dict[str, object]:
    return {"rule": "role", "role": key, **more}


def found(*steps: Mapping[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    findings = check(flow(*steps, **more), facts=FACTS, acts={"apply"}, parts={"pay"}, roles=ROLES)
    return [(one.step, one.severity, str(one.message)) for one in findings]


def branch(*when: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A branch with one condition an arm; nothing otherwise."""
    arms = [{"when": [one], "steps": [approve(f"a{n}", "陶")]} for n, one in enumerate(when)]
    return {"type": "branch", "key": "way", "label": "分支", "arms": arms, "otherwise": [], **more}


def is_(fact: str, value: Any, op: str = "is") -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


FILL = {**approve("pay", role("finance")), "type": "fill", "part": "pay"}


def test_a_sound_flow_has_no_findings() -> None:
    assert found(HEAD, branch(is_("urgent", True)), FILL, {**ACT, "on": "effective"}) == []


@pytest.mark.parametrize(
    ("steps", "step", "sentence"),
    [
        ([], "", "流程没有步骤"),
        ([HEAD], "", "流程没有生效步骤"),
        ([ACT], "act", "生效之前有的路线没有任何人审批"),
        ([FILL, ACT], "act", "生效之前有的路线没有任何人审批"),
        ([branch(is_("urgent", True)), ACT], "act", "生效之前有的路线没有任何人审批"),
        ([approve("own", {"rule": "subject"}), ACT], "act", "生效之前有的路线没有任何人审批"),
        ([approve("own", {"rule": "initiator"}, {"rule": "head"}), ACT], "act", "生效之前有的"),
        ([HEAD, ACT, FILL], "pay", "生效之后只能抄送"),
        ([HEAD, ACT, {**ACT, "key": "again"}], "again", "一个流程只能有一个生效步骤"),
        ([HEAD, HEAD, ACT], "head", "有 2 个步骤的代号都是“head”"),
        ([HEAD, {**ACT, "act": "vanish"}], "act", "这类事项没有“vanish”这个动作"),
        ([HEAD, {**FILL, "part": "shoe"}, ACT], "pay", "这类事项没有“shoe”可以填写"),
        ([approve("x", role("king")), ACT], "x", "没有“king”这个角色"),
        ([approve("x", role("employee")), ACT], "x", "“员工”是所有人自动拥有的角色"),
        ([approve("x"), ACT], "x", "没有设置由谁处理"),
        ([approve("x", {"rule": "person"}), ACT], "x", "没有选定具体人员"),
        ([approve("x", {"rule": "fact_head", "fact": "rows"}), ACT], "x", "“rows”不是这类事项"),
        ([approve("x", {"rule": "head", "up": 11}), ACT], "x", "向上的级数应在 0 至 10 之间"),
        ([approve("x", "陶", days=-1), ACT], "x", "时限不能是负数"),
        ([approve("x", "陶", days=1000), ACT], "x", "时限太长"),
        ([approve("x", "陶", days=2, remind_days_before=2), ACT], "x", "提前提醒的天数"),
        ([approve("x", "陶", "金", mode="ratio", ratio=1.5), ACT], "x", "会签比例应大于 0"),
        ([approve("x", "陶", "金", mode="ratio", ratio=0), ACT], "x", "会签比例应大于 0"),
        ([approve("start", "陶"), ACT], "start", "步骤代号“start”不能用"),
        ([approve("X Y", "陶"), ACT], "X Y", "步骤代号“X Y”不能用"),
        ([{**HEAD, "label": " "}, ACT], "head", "请填写步骤名称"),
        ([HEAD, branch(), ACT], "way", "分支没有条件"),
        ([HEAD, branch(is_("urgent", True), arms=[{"when": [], "steps": [FILL]}]), ACT],
         "way", "分支的第 1 个条件是空的"),
        ([HEAD, branch(arms=[{"when": [is_("urgent", True)], "steps": []}]), ACT],
         "way", "分支的第 1 个条件下没有步骤"),
        ([HEAD, branch(is_("urgent", True), is_("urgent", True)), ACT],
         "way", "分支的第 2 个条件与前面的相同"),
        ([HEAD, branch(is_("mood", True)), ACT], "way", "这类事项没有“mood”"),
        ([HEAD, {"type": "parallel", "key": "p", "label": "并行", "lanes": []}, ACT],
         "p", "并行没有路线"),
        ([HEAD, {"type": "parallel", "key": "p", "label": "并行",
                 "lanes": [{"steps": [FILL]}, {"steps": []}]}, ACT],
         "p", "并行的第 2 条路线是空的"),
        ([HEAD, {"type": "parallel", "key": "p", "label": "并行",
                 "lanes": [{"steps": [FILL]}, {"steps": [ACT]}]}],
         "act", "生效步骤不能放在并行里"),
        ([approve(f"s{n}", "陶") for n in range(60)] + [ACT], "", "步骤太多（61 个）"),
    ],
)  # fmt: skip
def test_dead_ends_are_refused(steps: list[Any], step: str, sentence: str) -> None:
    assert any(
        where == step and severity == "error" and text.startswith(sentence)
        for where, severity, text in found(*steps)
    ), found(*steps)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (is_("urgent", True), True),
        (is_("urgent", "yes"), False),
        (is_("urgent", 1), False),
        (is_("urgent", True, "over"), False),
        (is_("rows", 3, "at_least"), True),
        (is_("rows", True), False),
        (is_("rows", "3", "over"), False),
        (is_("level", "a"), True),
        (is_("level", "c"), False),
        (is_("level", ["a", "b"], "any_of"), True),
        (is_("level", ["a", "c"], "any_of"), False),
        (is_("level", [], "any_of"), False),
        (is_("owners", "hr", "has"), True),
        (is_("owners", "hr"), False),
        (is_("owners", "it", "has"), False),
        (is_("effective", "2026-05-01", "over"), True),
        (is_("effective", "1.5.2026", "over"), False),
        (is_("unit", "7f", "not"), True),
    ],
)
def test_a_comparison_must_fit_its_fact(condition: dict[str, Any], fits: bool) -> None:
    assert (found(HEAD, branch(condition), ACT) == []) == fits


def test_a_branch_says_what_happens_otherwise_unless_its_arms_take_every_value() -> None:
    def texts(*when: dict[str, Any]) -> list[str]:
        way = branch(*when)
        del way["otherwise"]
        return [text for _, _, text in found(HEAD, way, ACT)]

    assert texts(is_("urgent", True))[0].startswith("条件没有包括所有情况")
    assert texts(is_("rows", 3, "over"), is_("rows", 3, "under")) != []
    assert texts(is_("urgent", True), is_("urgent", False)) == []
    assert texts(is_("urgent", True), is_("urgent", True, "not")) == []
    assert texts(is_("level", "a"), is_("level", ["b"], "any_of")) == []
    assert texts(is_("level", "a")) != []


def test_an_effective_day_needs_a_fact_that_is_one() -> None:
    findings = check(
        flow(HEAD, {**ACT, "on": "effective"}), facts=(), acts={"apply"}, parts=(), roles=ROLES
    )
    assert [str(one.message) for one in errors(findings)] == [
        "这类事项没有生效日期，请改为立即生效。"
    ]


def test_nested_too_deep() -> None:
    step: dict[str, Any] = approve("x0", "陶")
    for depth in range(1, 7):
        step = {**branch(is_("urgent", True)), "key": f"b{depth}",
                "arms": [{"when": [is_("urgent", True)], "steps": [step]}]}  # fmt: skip
    assert any("套得太深" in text for _, _, text in found(HEAD, step, ACT))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"prefix": "xg1"}, "编号前缀应为 2 至 4 个大写字母"),
        ({"key": "Flow!"}, "流程代号只能用小写字母"),
        ({"label": ""}, "请填写流程名称"),
        ({"keeper": "nobody"}, "没有“nobody”这个角色"),
    ],
)
def test_the_definition_itself(more: dict[str, str], sentence: str) -> None:
    (only,) = found(HEAD, ACT, **more)
    assert only[0] == "" and only[2].startswith(sentence)


@pytest.mark.parametrize(
    "step",
    [
        approve("x", "陶", mode="in_turn"),
        approve("x", role("legal"), mode="all"),
        approve("x", role("legal", everyone=True)),
        approve("x", {"rule": "head", "everyone": True}, "陶", mode="all"),
        approve("x", "陶", "金", mode="all", ratio=0.5),
        approve("x", "陶", on_overdue="escalate"),
        {"type": "parallel", "key": "x", "label": "并行", "lanes": [{"steps": [FILL]}]},
        {**FILL, "key": "x", "mode": "all"},
    ],
)
def test_what_has_no_effect_is_remarked_on_but_serves(step: dict[str, Any]) -> None:
    findings = found(HEAD, step, ACT)
    assert [(where, severity) for where, severity, _ in findings] == [("x", "warning")]
