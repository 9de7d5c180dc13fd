"""What may serve: dead ends, unknown words and promises that cannot be kept are refused.

An ``error`` keeps a definition from serving. A ``warning`` is shown beside the step and left to
the administrator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from dangan.dictionary.rules import Message
from dangan.workflow.handling import Fact
from dangan.workflow.rules.definitions import (
    Act,
    Approve,
    Arm,
    Assignee,
    Branch,
    Condition,
    Definition,
    Fill,
    Notify,
    Parallel,
    Step,
    children,
    walk,
)

MOST_STEPS = 60
DEEPEST = 6
LONGEST_DAYS = 365
HIGHEST = 10
"""How many levels up a rule may go."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PREFIX = re.compile(r"[A-Z]{2,4}")
_OWN = ("initiator", "subject")


class Finding(NamedTuple):
    """Something wrong; ``step`` is empty for the definition as a whole."""

    step: str
    severity: Literal["error", "warning"]
    message: Message


class Known(NamedTuple):
    """What definitions of a kind may name."""

    facts: dict[str, Fact]
    acts: frozenset[str]
    parts: frozenset[str]
    roles: frozenset[str]


def check(
    definition: Definition,
    *,
    facts: Sequence[Fact],
    acts: Collection[str],
    parts: Collection[str],
    roles: Collection[str],
) -> list[Finding]:
    """Everything wrong with a definition of a kind with these facts, acts and parts.

    ``roles`` are the keys of all roles. No error among the findings: it may serve.
    """
    known = Known(
        {fact.key: fact for fact in facts}, frozenset(acts), frozenset(parts), frozenset(roles)
    )
    found = list(_whole(definition, known))
    for step in walk(definition.steps):
        found += _step(step, known)
    return found


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep it from serving."""
    return [finding for finding in findings if finding.severity == "error"]


def _error(step: str, message: Message) -> Finding:
    return Finding(step, "error", message)


def _warning(step: str, message: Message) -> Finding:
    return Finding(step, "warning", message)


# --- the definition as a whole --------------------------------------------------------------


def _whole(definition: Definition, known: Known) -> Iterator[Finding]:
    steps = list(walk(definition.steps))
    if not _KEY.fullmatch(definition.key):
        yield _error("", Message("流程代号只能用小写字母、数字和下划线，并以字母开头。"))
    if not definition.label.strip():
        yield _error("", Message("请填写流程名称。"))
    if not _PREFIX.fullmatch(definition.prefix):
        yield _error("", Message("编号前缀应为 2 至 4 个大写字母，例如 XG。"))
    if definition.keeper not in known.roles:
        yield _error(
            "", Message("没有“{role}”这个角色，请另选流程负责角色。", role=definition.keeper)
        )
    if not steps:
        yield _error("", Message("流程没有步骤，请至少加一个审批步骤。"))
    if len(steps) > MOST_STEPS:
        yield _error(
            "", Message("步骤太多（{n} 个），最多 {most} 个。", n=len(steps), most=MOST_STEPS)
        )
    if _depth(definition.steps) > DEEPEST:
        yield _error("", Message("分支和并行套得太深，最多 {most} 层。", most=DEEPEST))
    for key, times in Counter(step.key for step in steps).items():
        if times > 1:
            yield _error(
                key, Message("有 {n} 个步骤的代号都是“{key}”，请改成不同的。", n=times, key=key)
            )
    yield from _acts(definition, steps, known)


def _depth(steps: Sequence[Step]) -> int:
    return 1 + max((_depth(inner) for step in steps for inner in children(step)), default=0)


def _acts(definition: Definition, steps: Sequence[Step], known: Known) -> Iterator[Finding]:
    acts = [step for step in steps if isinstance(step, Act)]
    if not acts and known.acts:
        yield _error("", Message("流程没有生效步骤，办结后什么也不会发生。请在最后加上生效步骤。"))
    for act in acts[1:]:
        yield _error(act.key, Message("一个流程只能有一个生效步骤，请删去多余的。"))
    if not acts and steps and not _decides(definition.steps):
        yield _error("", Message("有的路线没有任何人审批，请加上审批步骤。"))
    yield from _before_and_after(definition.steps, decided=False)
    for parallel in (step for step in steps if isinstance(step, Parallel)):
        for inner in walk(tuple(s for lane in parallel.lanes for s in lane.steps)):
            if isinstance(inner, Act):
                yield _error(inner.key, Message("生效步骤不能放在并行里，请移到并行之后。"))


def _before_and_after(steps: Sequence[Step], *, decided: bool) -> Iterator[Finding]:
    """Acts that nobody decided before, and what people would do when all is done."""
    acted = False
    for step in steps:
        if acted and not isinstance(step, Notify):
            yield _error(
                step.key, Message("生效之后只能抄送，不能再审批或填写。请移到生效步骤之前。")
            )
        if isinstance(step, Act) and not decided:
            yield _error(
                step.key, Message("生效之前有的路线没有任何人审批，请在前面加上审批步骤。")
            )
        for inner in children(step):
            yield from _before_and_after(inner, decided=decided)
        acted = acted or any(isinstance(inner, Act) for inner in walk((step,)))
        decided = decided or _decides((step,))


def _decides(steps: Sequence[Step]) -> bool:
    """Whether somebody other than the initiator and the person concerned decides on every way."""
    return any(_one_decides(step) for step in steps)


def _one_decides(step: Step) -> bool:
    if isinstance(step, Approve):
        others = [rule.rule not in _OWN for rule in step.who]
        return all(others) and bool(others) if step.mode in ("any", "ratio") else any(others)
    if isinstance(step, Branch):
        return all(_decides(inner) for inner in children(step))
    return isinstance(step, Parallel) and any(_decides(lane.steps) for lane in step.lanes)


# --- one step -------------------------------------------------------------------------------


def _step(step: Step, known: Known) -> Iterator[Finding]:
    key = step.key
    if not _KEY.fullmatch(key) or key == "start":
        yield _error(
            key,
            Message("步骤代号“{key}”不能用：请用小写字母、数字和下划线，并且不叫 start。", key=key),
        )
    if not step.label.strip():
        yield _error(key, Message("请填写步骤名称。"))
    if isinstance(step, Approve | Fill | Notify):
        yield from _people(key, step.who, known)
    if isinstance(step, Approve | Fill):
        yield from _limits(step)
    if isinstance(step, Approve):
        yield from _mode(step)
    if isinstance(step, Fill):
        yield from _part(step, known)
    if isinstance(step, Branch):
        yield from _branch(step, known)
    if isinstance(step, Parallel):
        yield from _lanes(step)
    if isinstance(step, Act):
        yield from _act(step, known)


def _people(key: str, who: Sequence[Assignee], known: Known) -> Iterator[Finding]:
    if not who:
        yield _error(key, Message("没有设置由谁处理，请至少选一种人员规则。"))
    for rule in who:
        yield from _rule(key, rule, known)


def _rule(key: str, rule: Assignee, known: Known) -> Iterator[Finding]:
    if rule.rule == "role" and rule.role not in known.roles:
        yield _error(key, Message("没有“{role}”这个角色，请另选角色。", role=rule.role))
    if rule.rule == "role" and rule.role == "employee":
        yield _error(key, Message("“员工”是所有人自动拥有的角色，不能作为处理人。请另选角色。"))
    if rule.rule == "person" and not rule.account:
        yield _error(key, Message("没有选定具体人员，请选择一个人。"))
    if rule.rule == "fact_head":
        fact = known.facts.get(rule.fact)
        if fact is None or fact.type != "unit":
            yield _error(key, Message("“{fact}”不是这类事项里的部门，请另选。", fact=rule.fact))
    if not 0 <= rule.up <= HIGHEST:
        yield _error(key, Message("向上的级数应在 0 至 {most} 之间。", most=HIGHEST))
    if rule.everyone and rule.rule != "role":
        yield _warning(key, Message("“每个人”只对角色有意义，这里不起作用。"))


def _limits(step: Approve | Fill) -> Iterator[Finding]:
    key = step.key
    if step.days < 0 or step.remind_days_before < 0:
        yield _error(key, Message("时限不能是负数。不限时请填 0。"))
    elif step.days > LONGEST_DAYS:
        yield _error(key, Message("时限太长，最多 {most} 个工作日。", most=LONGEST_DAYS))
    elif step.days and step.remind_days_before >= step.days:
        yield _error(key, Message("提前提醒的天数应少于时限的天数。"))
    elif not step.days and (step.remind_days_before or step.on_overdue == "escalate"):
        yield _warning(key, Message("没有设置时限，提醒和升级不会发生。"))


def _mode(step: Approve) -> Iterator[Finding]:
    key = step.key
    if step.mode == "ratio" and not 0 < step.ratio <= 1:
        yield _error(key, Message("会签比例应大于 0，不超过 1（即 100%）。"))
    if step.mode != "ratio" and step.ratio != 1:
        yield _warning(key, Message("只有按比例会签才用到比例，这里不起作用。"))
    if step.mode != "any" and len(step.who) == 1 and not step.who[0].everyone:
        yield _warning(key, Message("只有一方处理，会签或依次与或签没有区别。"))
    if step.mode == "any" and any(rule.everyone for rule in step.who):
        yield _warning(key, Message("或签时任何一人处理即可，“每个人”不起作用。"))


def _part(step: Fill, known: Known) -> Iterator[Finding]:
    if step.part not in known.parts:
        yield _error(
            step.key, Message("这类事项没有“{part}”可以填写，请另选内容。", part=step.part)
        )
    if step.mode != "any" or step.ratio != 1:
        yield _warning(step.key, Message("填写步骤由一人填写即可，会签设置不起作用。"))


def _act(step: Act, known: Known) -> Iterator[Finding]:
    if step.act not in known.acts:
        yield _error(step.key, Message("这类事项没有“{act}”这个动作，请另选。", act=step.act))
    if step.on == "effective":
        fact = known.facts.get("effective")
        if fact is None or fact.type != "date":
            yield _error(step.key, Message("这类事项没有生效日期，请改为立即生效。"))


def _lanes(step: Parallel) -> Iterator[Finding]:
    if not step.lanes:
        yield _error(step.key, Message("并行没有路线，请至少加两条，或者删去并行。"))
    if len(step.lanes) == 1:
        yield _warning(step.key, Message("并行只有一条路线，不需要并行。"))
    for number, lane in enumerate(step.lanes, 1):
        if not lane.steps:
            yield _error(step.key, Message("并行的第 {n} 条路线是空的，请加步骤或删去。", n=number))


# --- branches -------------------------------------------------------------------------------


def _branch(step: Branch, known: Known) -> Iterator[Finding]:
    key = step.key
    if not step.arms:
        yield _error(key, Message("分支没有条件，请至少加一个，或者删去分支。"))
    seen: set[tuple[Condition, ...]] = set()
    for number, arm in enumerate(step.arms, 1):
        if not arm.steps:
            yield _error(key, Message("分支的第 {n} 个条件下没有步骤，请加步骤或删去。", n=number))
        if not arm.when:
            yield _error(key, Message("分支的第 {n} 个条件是空的，请填写条件。", n=number))
        if arm.when in seen:
            yield _error(key, Message("分支的第 {n} 个条件与前面的相同，永远走不到。", n=number))
        seen.add(arm.when)
        for condition in arm.when:
            yield from _condition(key, condition, known)
    if step.otherwise is None and step.arms and not _covers(step.arms, known):
        yield _error(
            key, Message("条件没有包括所有情况，请设置“其他情况”下怎么办（可以是什么都不做）。")
        )


def _covers(arms: Sequence[Arm], known: Known) -> bool:
    """Whether arms with one condition each take every value of a flag or a choice."""
    taken: dict[str, set[Any]] = {}
    for arm in arms:
        if len(arm.when) != 1:
            continue
        condition = arm.when[0]
        fact = known.facts.get(condition.fact)
        values = _values(fact) if fact else set()
        hits = taken.setdefault(condition.fact, set())
        if condition.op == "is":
            hits |= {condition.value}
        elif condition.op == "not":
            hits |= values - {condition.value}
        elif condition.op == "any_of" and isinstance(condition.value, tuple):
            hits |= set(condition.value)
        if values and values <= hits:
            return True
    return False


def _values(fact: Fact) -> set[Any]:
    if fact.type == "flag":
        return {True, False}
    return {value for value, _, _ in fact.choices} if fact.type == "choice" else set()


_OPS = {
    "flag": {"is", "not"},
    "number": {"is", "not", "any_of", "over", "under", "at_least"},
    "choice": {"is", "not", "any_of"},
    "set": {"has"},
    "unit": {"is", "not", "any_of"},
    "date": {"is", "not", "over", "under", "at_least"},
}


def _condition(key: str, condition: Condition, known: Known) -> Iterator[Finding]:
    fact = known.facts.get(condition.fact)
    if fact is None:
        yield _error(
            key, Message("这类事项没有“{fact}”，不能作为条件。请另选。", fact=condition.fact)
        )
        return
    if condition.op not in _OPS[fact.type]:
        yield _error(key, Message("“{fact}”不能这样比较，请另选比较方式。", fact=fact.label))
        return
    if not _fits(fact, condition):
        yield _error(key, Message("“{fact}”不能与填写的值比较，请另选一个值。", fact=fact.label))


def _fits(fact: Fact, condition: Condition) -> bool:
    value = condition.value
    if condition.op == "any_of":
        return isinstance(value, tuple) and bool(value) and all(_one_fits(fact, v) for v in value)
    return _one_fits(fact, value)


def _one_fits(fact: Fact, value: Any) -> bool:
    if fact.type == "flag":
        return isinstance(value, bool)
    if fact.type == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str) or not value:
        return False
    if fact.type == "date":
        return _is_date(value)
    return not fact.choices or value in {choice for choice, _, _ in fact.choices}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
