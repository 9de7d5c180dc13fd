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


def parallel(*lanes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "parallel", "key": "p", "label": "并行",
            "lanes": [{"steps": steps} for steps in lanes]}  # fmt: skip


TELL = {"type": "notify", "key": "tell", "label": "抄送", "who": [{"rule": "subject"}]}
OWN = {"rule": "subject"}
WAY = branch(is_("urgent", True), otherwise=[approve("b", "金")])
NESTED = branch(is_("urgent", True), arms=[{"when": [is_("urgent", True)], "steps": [ACT]}])


@pytest.mark.parametrize(
    "steps",
    [
        [*(approve(f"s{n}", "陶") for n in range(59)), ACT],
        [approve("x", {"rule": "head", "up": 10}), ACT],
        [approve("x", {"rule": "fact_head", "fact": "unit"}), ACT],
        [approve("x", "陶", days=365, remind_days_before=364), ACT],
        [approve("x", "陶", days=0.5, on_overdue="escalate"), ACT],
        [approve("x", "陶", "金", mode="ratio", ratio=1), ACT],
        [approve("x", "陶", "金", mode="ratio", ratio=0.01), ACT],
        [approve("x", role("legal", everyone=True), mode="all"), ACT],
        [approve("x", OWN, "陶", mode="all"), ACT],
        [approve("x", OWN, "陶", mode="in_turn"), ACT],
        [WAY, ACT],
        [parallel([FILL], [HEAD]), ACT],
        [HEAD, NESTED],
        [HEAD, ACT, TELL],
        [HEAD, {**NESTED, "arms": [{"when": [is_("urgent", True)], "steps": [ACT]}]}, TELL],
    ],
)
def test_what_stands_just_within_the_bounds_serves(steps: list[Any]) -> None:
    assert found(*steps) == []


@pytest.mark.parametrize(
    ("steps", "findings"),
    [
        ([approve("x"), ACT], ["x error 没有设置", "act error 生效之前"]),
        ([NESTED, TELL], ["act error 生效之前"]),
        ([HEAD, NESTED, {**HEAD, "key": "late"}], ["late error 生效之后"]),
        ([approve("x", OWN, "陶", mode="ratio"), ACT], ["act error 生效之前"]),
        ([parallel([FILL], [TELL]), ACT], ["act error 生效之前"]),
        ([approve("x", {"rule": "head", "up": -1}), ACT], ["x error 向上的级"]),
        ([approve("x", {"rule": "fact_head", "fact": "none"}), ACT], ["x error “non"]),
        ([{**TELL, "who": []}, HEAD, ACT], ["tell error 没有设置"]),
        (
            [{**FILL, "who": [], "days": -1}, HEAD, ACT],
            ["pay error 没有设置", "pay error 时限不能"],
        ),
        ([approve("x", "陶", remind_days_before=-1), ACT], ["x error 时限不能"]),
        ([approve("x", "陶", days=366), ACT], ["x error 时限太长"]),
        ([approve("x", "陶", days=3, remind_days_before=4), ACT], ["x error 提前提醒"]),
        ([approve("x", "陶", remind_days_before=1), ACT], ["x warning 没有设置"]),
        ([approve("x", "陶", ratio=0.5), ACT], ["x warning 只有按比"]),
        ([approve("x", "陶", mode="ratio"), ACT], ["x warning 只有一方"]),
        ([HEAD, {**FILL, "ratio": 0.5}, ACT], ["pay warning 填写步骤"]),
        ([HEAD, {**branch(), "otherwise": None}, ACT], ["way error 分支没有"]),
        ([HEAD, {**ACT, "key": "one"}, ACT], ["act error 一个流程", "act error 生效之后"]),
        ([HEAD, parallel([FILL], [WAY, ACT])], ["act error 生效步骤"]),
        ([HEAD, {**parallel([FILL], [TELL]), "label": ""}, ACT], ["p error 请填写步"]),
        ([approve("a" * 41, "陶"), ACT], [f"{'a' * 41} error 步骤代号"]),
    ],
)
def test_each_mistake_is_told_once(steps: list[Any], findings: list[str]) -> None:
    told = [f"{where} {severity} {text[:4]}" for where, severity, text in found(*steps)]
    assert sorted(told) == sorted(findings)


def test_a_kind_without_an_effect_still_needs_somebody_to_decide() -> None:
    def texts(*steps: Mapping[str, Any]) -> list[str]:
        findings = check(flow(*steps), facts=FACTS, acts=(), parts={"pay"}, roles=ROLES)
        return [f"{one.step} {one.severity} {str(one.message)[:4]}" for one in findings]

    assert texts(HEAD) == []
    assert texts(FILL) == [" error 有的路线"]
    assert texts() == [" error 流程没有"]


def test_numbers_in_the_sentences() -> None:
    way = branch(
        is_("urgent", True),
        arms=[
            {"when": [is_("urgent", True)], "steps": [approve("a", "陶")]},
            {"when": [], "steps": []},
            {"when": [is_("urgent", True)], "steps": [approve("b", "陶")]},
        ],
    )
    assert [
        text.partition("，")[0] for _, _, text in found(HEAD, way, parallel([], [FILL]), ACT)
    ] == [
        "分支的第 2 个条件下没有步骤",
        "分支的第 2 个条件是空的",
        "分支的第 3 个条件与前面的相同",
        "并行的第 1 条路线是空的",
    ]
    again = [text for _, _, text in found(HEAD, HEAD, HEAD, ACT)]
    assert again == ["有 3 个步骤的代号都是“head”，请改成不同的。"]


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
        (is_("effective", "20260501", "over"), False),
        (is_("effective", "2026-05-01", "any_of"), False),
        (is_("unit", "7f", "not"), True),
        (is_("unit", ""), False),
        (is_("unit", 7), False),
        (is_("rows", 3.5, "under"), True),
        (is_("rows", [3, 4], "any_of"), True),
        (is_("rows", 3, "any_of"), False),
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
    assert texts(is_("level", "a"), is_("level", "a", "not")) == []
    assert texts(is_("rows", 3, "any_of"), is_("mood", True))[-1].startswith("条件没有包括")
    assert texts(is_("unit", "7f"), is_("unit", "7f", "not")) != []


def test_arms_of_several_conditions_take_no_value_for_certain() -> None:
    urgent, calm = is_("urgent", True), is_("urgent", False)
    few = is_("rows", 3, "under")

    def way(*arms: list[dict[str, Any]]) -> dict[str, Any]:
        steps = [{"when": when, "steps": [approve(f"a{n}", "陶")]} for n, when in enumerate(arms)]
        return {"type": "branch", "key": "way", "label": "分支", "arms": steps}

    assert found(HEAD, way([urgent], [calm, few]), ACT) != []
    assert found(HEAD, way([calm, few], [urgent], [calm]), ACT) == []
    assert found(HEAD, way([few], [urgent], [calm]), ACT) == []


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
    ((where, severity, text),) = found(HEAD, step, ACT)
    assert (where, severity) == ("", "error") and "套得太深" in text
    (inside,) = step["arms"][0]["steps"]
    assert found(HEAD, inside, ACT) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"prefix": "xg1"}, "编号前缀应为 2 至 4 个大写字母"),
        ({"key": "Flow!"}, "流程代号只能用小写字母"),
        ({"prefix": "X"}, "编号前缀应为 2 至 4 个大写字母"),
        ({"key": "f" * 41}, "流程代号只能用小写字母"),
        ({"label": " "}, "请填写流程名称"),
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
