"""A definition's body in words: who decides a step, when an arm is taken, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import registry
from dangan.ui.languages import label as in_language
from dangan.workflow.forms.editing import walk
from dangan.workflow.handling import CaseKind, Fact

Body = Mapping[str, Any]

TYPES: dict[str, str | Promise] = {
    "approve": gettext_lazy("审批"),
    "fill": gettext_lazy("填写"),
    "notify": gettext_lazy("抄送"),
    "branch": gettext_lazy("按条件分支"),
    "parallel": gettext_lazy("同时进行"),
    "act": gettext_lazy("生效"),
}
MODES: dict[str, str | Promise] = {
    "any": gettext_lazy("或签：任一人"),
    "all": gettext_lazy("会签：全部同意"),
    "ratio": gettext_lazy("会签：按比例"),
    "in_turn": gettext_lazy("依次办理"),
}
RULES: dict[str, str | Promise] = {
    "head": gettext_lazy("部门负责人"),
    "supervisor": gettext_lazy("直接上级"),
    "role": gettext_lazy("某个角色"),
    "person": gettext_lazy("指定的人"),
    "fact_head": gettext_lazy("事项所指部门的负责人"),
    "initiator": gettext_lazy("发起人"),
    "subject": gettext_lazy("当事人"),
}
OPS: dict[str, str | Promise] = {
    "is": gettext_lazy("是"),
    "not": gettext_lazy("不是"),
    "any_of": gettext_lazy("是其中之一"),
    "has": gettext_lazy("包含"),
    "over": gettext_lazy("大于"),
    "under": gettext_lazy("小于"),
    "at_least": gettext_lazy("不小于"),
}
OPS_OF: dict[str, tuple[str, ...]] = {
    "flag": ("is",),
    "number": ("over", "at_least", "under", "is", "not"),
    "choice": ("is", "not", "any_of"),
    "set": ("has",),
    "unit": ("is", "not"),
    "date": ("over", "under", "at_least"),
}
MAY: dict[str, str | Promise] = {
    "return": gettext_lazy("退回"),
    "transfer": gettext_lazy("转交"),
    "delegate": gettext_lazy("委派"),
    "add_signer": gettext_lazy("加签"),
    "remove_signer": gettext_lazy("减签"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words, ``depth`` levels inside branches and forks."""

    key: str
    label: str
    kind: str
    text: str
    depth: int


def every(body: Body) -> Iterator[Mapping[str, Any]]:
    """All steps of a body."""
    return walk(_list(body, "steps"))


def _list(owner: Body, key: str) -> list[Any]:
    found = owner.get(key)
    return list(found) if isinstance(found, Sequence) and not isinstance(found, str) else []


def who(step: Body) -> str:
    """The people of a step, in the words of its rules."""
    return _("、").join(rule(item) for item in _list(step, "who"))


def rule(item: Body) -> str:
    """部门负责人（上两级）, 角色：法务, …"""
    key, up = str(item.get("rule", "")), item.get("up") or 0
    if key == "role":
        text = role_label(str(item.get("role", "")))
        return _("{role}（每人）").format(role=text) if item.get("everyone") else text
    text = str(RULES.get(key, key))
    return _("{rule}（再上 {n} 级）").format(rule=text, n=up) if up else text


def role_label(key: str) -> str:
    """The role's name; its key while no such role is known."""
    role = registry.matrix().roles.get(key)
    return in_language(role.label, role.label_en) if role else key


def steps(body: Body, kind: CaseKind | None) -> list[StepLine]:
    """Every step as a line."""
    return list(_lines(_list(body, "steps"), kind, 0))


def _lines(items: Sequence[Body], kind: CaseKind | None, depth: int) -> Iterator[StepLine]:
    for step in items:
        yield StepLine(
            str(step.get("key", "")),
            label_of(step) or _("（未命名）"),
            str(TYPES.get(str(step.get("type")), "")),
            _text(step, kind),
            depth,
        )
        for arm in _list(step, "arms"):
            told = conditions(_list(arm, "when"), kind)
            yield StepLine("", label_of(arm) or _("条件"), "", told, depth + 1)
            yield from _lines(_list(arm, "steps"), kind, depth + 2)
        if "otherwise" in step:
            inner = _list(step, "otherwise")
            yield StepLine("", _("其余情况"), "", "" if inner else _("直接往下走"), depth + 1)
            yield from _lines(inner, kind, depth + 2)
        for number, lane in enumerate(_list(step, "lanes"), 1):
            yield StepLine("", label_of(lane) or _("第 {n} 路").format(n=number), "", "", depth + 1)
            yield from _lines(_list(lane, "steps"), kind, depth + 2)


def label_of(item: Body) -> str:
    """The label in the reader's language."""
    return in_language(str(item.get("label", "")), str(item.get("label_en", "")))


def _text(step: Body, kind: CaseKind | None) -> str:
    parts = [who(step)] if "who" in step else []
    if step.get("type") == "approve":
        parts.append(_mode(step))
    if step.get("type") == "fill":
        parts.append(_named(kind.parts if kind else (), str(step.get("part", ""))))
    if step.get("type") == "act":
        parts.append(_named(kind.acts if kind else (), str(step.get("act", ""))))
        if step.get("on") == "effective":
            parts.append(_("在生效日期"))
    if step.get("days"):
        late = _("逾期上报") if step.get("on_overdue") == "escalate" else _("逾期提醒")
        parts.append(_("{days:g} 个工作日，{late}").format(days=float(step["days"]), late=late))
    return _("，").join(part for part in parts if part)


def _mode(step: Body) -> str:
    mode = str(step.get("mode", "any"))
    if mode == "ratio":
        return _("会签：{n:.0%} 同意").format(n=float(step.get("ratio") or 1))
    return str(MODES.get(mode, mode))


def _named(names: Sequence[Any], key: str) -> str:
    for name in names:
        if name.key == key:
            return in_language(name.label, name.label_en)
    return key


def conditions(items: Sequence[Body], kind: CaseKind | None) -> str:
    """An arm's conditions in one line."""
    facts = {fact.key: fact for fact in (kind.facts if kind else ())}
    return _("，且").join(_condition(item, facts) for item in items) or _("没有条件")


def _condition(item: Body, facts: Mapping[str, Fact]) -> str:
    key, value = str(item.get("fact", "")), item.get("value", True)
    fact = facts.get(key)
    name = in_language(fact.label, fact.label_en) if fact else key
    if isinstance(value, bool):
        return name if value else _("不{name}").format(name=name)
    choices = fact.choices if fact else ()
    labels = {one: in_language(text, english) for one, text, english in choices}
    given = value if isinstance(value, list | tuple) else [value]
    told = _("、").join(labels.get(str(one), str(one)) for one in given)
    return f"{name} {OPS.get(str(item.get('op', 'is')), '')} {told}".strip()


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two versions, in words; an empty side was not there."""

    label: str
    old: str
    new: str


_HEAD: dict[str, str | Promise] = {
    "label": gettext_lazy("名称"),
    "label_en": gettext_lazy("英文名称"),
    "prefix": gettext_lazy("编号前缀"),
    "keeper": gettext_lazy("兜底角色"),
    "start": gettext_lazy("发起权限"),
    "resubmit": gettext_lazy("退回后重新提交"),
    "help": gettext_lazy("说明"),
}


def changes(old: Body, new: Body, kind: CaseKind | None) -> list[Change]:
    """Head fields and steps that differ, by key; a step that moved says where it stands."""
    found = [
        Change(str(label), str(old.get(key, "")), str(new.get(key, "")))
        for key, label in _HEAD.items()
        if str(old.get(key, "")) != str(new.get(key, ""))
    ]
    before, after = _placed(old, kind), _placed(new, kind)
    for key in dict.fromkeys([*before, *after]):
        a, b = before.get(key, ("", "")), after.get(key, ("", ""))
        if a != b:
            found.append(Change(b[0] or a[0], a[1], b[1]))
    return found


def _placed(body: Body, kind: CaseKind | None) -> dict[str, tuple[str, str]]:
    """Label and full wording of each step by key, with what it stands behind."""
    found: dict[str, tuple[str, str]] = {}
    behind = ""
    for step in every(body):
        key = str(step.get("key", ""))
        inner = "；".join(
            f"{label_of(arm) or '条件'}：{conditions(_list(arm, 'when'), kind)}"
            for arm in _list(step, "arms")
        )
        type_label = str(TYPES.get(str(step.get("type")), ""))
        told = (type_label, label_of(step), _text(step, kind), inner)
        text = _("，").join(part for part in told if part)
        place = _("在“{step}”之后").format(step=behind) if behind else _("最先")
        found[key] = (label_of(step) or key, f"{text}（{place}）")
        behind = label_of(step) or key
    return found
