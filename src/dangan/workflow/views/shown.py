"""How cases look: progress, time left, and the diagram's boxes. Only wording and arrangement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.ui.templatetags.dangan import moment
from dangan.workflow.definitions_store import definition_of
from dangan.workflow.queries import CaseView, DeskLine, SignerView, StepView
from dangan.workflow.rules.conditions import chosen_arm
from dangan.workflow.rules.definitions import Branch, walk

SHAPES = {
    "open": "run",
    "returned": "back",
    "waiting": "run",
    "agreed": "ok",
    "refused": "off",
    "withdrawn": "off",
}
"""The mark of each state of a case; see the ``state`` tag."""

WORDS: dict[str, str | Promise] = {
    "open": gettext_lazy("审批中"),
    "returned": gettext_lazy("已退回"),
    "waiting": gettext_lazy("待生效"),
    "agreed": gettext_lazy("已生效"),
    "refused": gettext_lazy("已拒绝"),
    "withdrawn": gettext_lazy("已撤回"),
}
MODES: dict[str, str | Promise] = {
    "all": gettext_lazy("会签"),
    "ratio": gettext_lazy("会签"),
    "any": gettext_lazy("或签"),
    "in_turn": gettext_lazy("依次"),
}
VERDICTS: dict[str, str | Promise] = {
    "agree": gettext_lazy("同意"),
    "refuse": gettext_lazy("拒绝"),
    "return": gettext_lazy("退回"),
    "return_to": gettext_lazy("退回"),
    "fill": gettext_lazy("已填写"),
    "opinion": gettext_lazy("已答复"),
    "transfer": gettext_lazy("转交"),
}
SHOWN_APART = 6
"""More signers than this share one box."""
NEAR = timedelta(days=1)

Look = Literal["done", "now", "next", "back", "off"]


@dataclass(frozen=True, slots=True)
class Track:
    """One mark a step: ``done``, ``now`` or empty; and the same said in words."""

    marks: tuple[str, ...]
    said: str


def track(done: int, now: int, whole: int) -> Track:
    """The progress of a case as marks."""
    whole = max(whole, done + now)
    later = whole - done - now
    marks = ("done",) * done + ("now",) * now + ("",) * later
    return Track(marks, _("共 {n} 步，已办 {done} 步").format(n=whole, done=done))


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of the diagram: a box, or a fork with lanes. ``led``: the line to it is done."""

    label: str
    look: Look
    icon: str = ""
    lines: tuple[str, ...] = ()
    led: bool = False
    frame: str = ""
    lanes: tuple[Lane, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One way through a fork. ``led`` and ``left``: its beginning and its end are done."""

    label: str
    nodes: tuple[Node, ...]
    led: bool = False
    left: bool = False


ICONS: dict[Look, str] = {
    "done": "circle-check",
    "now": "circle-half-2",
    "next": "circle-dashed",
    "back": "arrow-back-up",
    "off": "circle-off",
}
LOOKS: dict[str, Look] = {"done": "done", "now": "now", "later": "next", "skipped": "off"}


def diagram(view: CaseView) -> tuple[Node, ...]:
    """The way of a case: who submitted it, what was done, where it is, what is to come.

    Branches not reached yet are folded to the arm that the facts lead to as they stand.
    """
    steps = _foreseen(view)
    own = view.case.subject is not None and view.subject_name == view.initiator_name
    first = Node(
        _("本人提交") if own else _("发起"),
        "back" if view.state == "returned" else "done",
        "arrow-back-up" if view.state == "returned" else "circle-check",
        (f"{view.initiator_name} {moment(view.case.opened_at)}",),
    )
    return (first, *nodes_of(steps, led=view.state != "returned"))


def _foreseen(view: CaseView) -> tuple[StepView, ...]:
    """The steps of a case with every branch decided as the facts stand."""
    definition = definition_of(view.case.definition_version)
    arms = {
        step.key: chosen_arm(step, view.facts)
        for step in walk(definition.steps)
        if isinstance(step, Branch)
    }
    return _decided(view.steps, arms)


def _decided(steps: Sequence[StepView], arms: Mapping[str, int]) -> tuple[StepView, ...]:
    found = []
    for step in steps:
        known = any(taken for _label, taken, _inner in step.rows)
        rows = tuple(
            (
                label,
                number == arms[step.key] if step.type == "branch" and not known else taken,
                _decided(inner, arms),
            )
            for number, (label, taken, inner) in enumerate(step.rows)
        )
        found.append(replace(step, rows=rows) if rows else step)
    return tuple(found)


def nodes_of(steps: Sequence[StepView], *, led: bool = False) -> tuple[Node, ...]:
    """Steps as boxes; a branch that has been decided is folded to the arm it took."""
    found: list[Node] = []
    for step in _folded(steps):
        node = _node(step, led=led)
        found.append(node)
        led = node.look in ("done", "off")
    return tuple(found)


def _folded(steps: Sequence[StepView]) -> Iterator[StepView]:
    """Branches give way to the arm taken, forks to what is left of them; empty ways fall away."""
    for step in steps:
        if step.type == "parallel":
            rows = [row for row in step.rows if list(_folded(row[2]))]
            if len(rows) > 1:
                yield replace(step, rows=tuple(rows))
            elif rows:
                yield from _folded(rows[0][2])
            continue
        if step.type != "branch":
            yield step
            continue
        chosen = [row for row in step.rows if row[1]]
        if chosen:
            yield from _folded(chosen[0][2])
        elif any(row[2] for row in step.rows) and step.state != "skipped":
            yield step


def _node(step: StepView, *, led: bool) -> Node:
    look = LOOKS[step.state]
    if step.rows:
        frame = _("同时进行") if step.type == "parallel" else _("按条件")
        rest = _("其余情况") if step.type == "branch" else ""
        lanes = tuple(_lane(label or rest, inner, led=led) for label, _taken, inner in step.rows)
        return Node(step.label, look, led=led, frame=frame, lanes=lanes, key=step.key)
    voices = [signer for signer in step.signers if signer.role != "opinion"]
    apart = step.mode in ("all", "ratio", "in_turn") and 1 < len(voices) <= SHOWN_APART
    if apart:
        frame = f"{MODES[step.mode]} {step.label}"
        lanes = tuple(_signer_lane(step, signer, led=led) for signer in step.signers)
        return Node(step.label, look, led=led, frame=frame, lanes=lanes, key=step.key)
    return Node(step.label, look, ICONS[look], _lines(step), led, key=step.key)


def _lane(label: str, steps: Sequence[StepView], *, led: bool) -> Lane:
    nodes = nodes_of(steps, led=led)
    return Lane(label, nodes, led, bool(nodes) and nodes[-1].look == "done")


def _signer_lane(step: StepView, signer: SignerView, *, led: bool) -> Lane:
    look: Look = "done" if signer.verdict else "now" if step.state == "now" else LOOKS[step.state]
    if signer.verdict in ("refuse", "return", "return_to"):
        look = "back"
    node = Node(signer.name, look, ICONS[look], _of_signer(step, signer), led)
    return Lane("", (node,), led, look == "done")


def _of_signer(step: StepView, signer: SignerView) -> tuple[str, ...]:
    if signer.verdict:
        said = str(VERDICTS.get(signer.verdict, signer.verdict))
        by = _("{name} 代").format(name=signer.by_name) if signer.by_name else ""
        return (" ".join(part for part in (said, by, moment(signer.at)) if part),)
    due = signer.due_at or step.due_at
    return (_("{when} 前").format(when=moment(due)),) if due and step.state == "now" else ()


def _lines(step: StepView) -> tuple[str, ...]:
    """Who decided and when; who is to decide and until when; who will."""
    decided = [signer for signer in step.signers if signer.verdict]
    if step.state == "done" and decided:
        return tuple(f"{signer.by_name or signer.name} {moment(signer.at)}" for signer in decided)
    names = _("、").join(signer.name for signer in step.signers[:3])
    if len(step.signers) > 3:
        names = _("{names}等 {n} 人").format(names=names, n=len(step.signers))
    if step.state == "now" and step.due_at:
        due = _("{when} 前").format(when=moment(step.due_at))
        return (_("{names}，{due}").format(names=names, due=due),) if names else (due,)
    return (names,) if names else ()


def now_steps(steps: Sequence[StepView]) -> Iterator[StepView]:
    """The steps in work, however deep they stand."""
    for step in steps:
        for _label, _chosen, inner in step.rows:
            yield from now_steps(inner)
        if step.state == "now" and not step.rows:
            yield step


def next_label(view: CaseView) -> str:
    """The first step to come after those in work, with who decides it; empty when none is."""
    for step in _folded(_foreseen(view)):
        if step.state == "later":
            names = _("、").join(signer.name for signer in step.signers[:3])
            if not names:
                return step.label
            return _("{step}（{names}）").format(step=step.label, names=names)
    return ""


def due_of(view: CaseView) -> datetime | None:
    """Until when the steps in work must be done; the earliest counts."""
    found = [step.due_at for step in now_steps(view.steps) if step.due_at]
    return min(found, default=None)


def left(due: datetime, now: datetime | None = None) -> str:
    """剩 7 小时 36 分, 逾期 16 小时."""
    rest = due - (now or timezone.now())
    if rest < timedelta():
        return _("逾期 {span}").format(span=span(-rest))
    return _("剩 {span}").format(span=span(rest))


def span(length: timedelta) -> str:
    """2 天 1 小时, 7 小时 36 分, 5 分."""
    minutes = int(length.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("{days} 天 {hours} 小时").format(days=days, hours=hours) if hours else _(
            "{days} 天"
        ).format(days=days)  # fmt: skip
    if hours:
        return _("{hours} 小时 {minutes} 分").format(hours=hours, minutes=minutes)
    return _("{minutes} 分").format(minutes=minutes)


def when_due(line: DeskLine, now: datetime | None = None) -> str:
    """The time limit of a line: how long it is over, or the moment."""
    if line.due_at is None:
        return _("不限")
    return left(line.due_at, now) if line.overdue else moment(line.due_at)
