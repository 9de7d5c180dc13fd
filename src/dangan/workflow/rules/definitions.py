"""What a flow is: a definition and its steps, read from TOML or JSON.

The same shape everywhere: ``tomllib`` or ``json`` give a plain mapping, :func:`parse` makes
structs of it or says in Chinese what is wrong, :func:`plain` gives the mapping back. Whether a
definition makes sense is another question: :mod:`dangan.workflow.rules.checking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from dangan.dictionary.rules import Message

if TYPE_CHECKING:
    from dangan.workflow.rules.structure import Structure

Op = Literal["is", "not", "any_of", "has", "over", "under", "at_least"]
Rule = Literal["head", "supervisor", "role", "person", "initiator", "subject", "fact_head"]
Mode = Literal["any", "all", "ratio", "in_turn"]
May = Literal["return", "transfer", "delegate", "add_signer", "remove_signer"]
ALL_MAY: tuple[May, ...] = ("return", "transfer", "delegate", "add_signer", "remove_signer")
Value: TypeAlias = str | int | float | bool | tuple[str | int, ...]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ancestor of everything in a definition: immutable, unknown words refused."""


class Condition(Shape, frozen=True):
    """One line of a branch: ``fact`` ``op`` ``value``. Lines of an arm must all hold."""

    fact: str
    op: Op
    value: Value = True


class Assignee(Shape, frozen=True):
    """A rule that finds people.

    ``head``: head of the unit of the person concerned, ``up`` levels above. ``supervisor``: the
    personal superior, ``up`` further levels. ``role``: holders of ``role`` whose grant reaches
    the unit; one party together, or each one a party with ``everyone``. ``person``: ``account``.
    ``initiator``, ``subject``: whoever started the case, the person concerned. ``fact_head``:
    head of the unit that the unit fact ``fact`` names.
    """

    rule: Rule
    up: int = 0
    role: str = ""
    account: str = ""
    fact: str = ""
    everyone: bool = False


class Approve(Shape, frozen=True, tag="approve", tag_field="type"):
    """People decide. ``days`` is a limit in working days (0: none); it never agrees by itself."""

    key: str
    label: str
    who: tuple[Assignee, ...]
    label_en: str = ""
    mode: Mode = "any"
    ratio: float = 1.0
    days: float = 0
    remind_days_before: float = 0
    on_overdue: Literal["remind", "escalate"] = "remind"
    may: tuple[May, ...] = ALL_MAY
    help: str = ""


class Fill(Shape, frozen=True, tag="fill", tag_field="type"):
    """Somebody adds ``part`` of the case; one signer suffices."""

    key: str
    label: str
    who: tuple[Assignee, ...]
    part: str
    label_en: str = ""
    days: float = 0
    remind_days_before: float = 0
    on_overdue: Literal["remind", "escalate"] = "remind"
    may: tuple[May, ...] = ALL_MAY
    help: str = ""
    mode: Mode = "any"
    ratio: float = 1.0


class Notify(Shape, frozen=True, tag="notify", tag_field="type"):
    """抄送: people get a copy; the case goes on at once."""

    key: str
    label: str
    who: tuple[Assignee, ...]
    label_en: str = ""
    help: str = ""


class Arm(Shape, frozen=True):
    """One way of a branch, taken when all conditions hold."""

    when: tuple[Condition, ...]
    steps: tuple[Step, ...]
    label: str = ""
    label_en: str = ""


class Branch(Shape, frozen=True, tag="branch", tag_field="type"):
    """The first arm that holds, else ``otherwise``."""

    key: str
    label: str
    arms: tuple[Arm, ...]
    otherwise: tuple[Step, ...] | None = None
    """``None``: nothing said about the other cases; empty: in the other cases, nothing to do."""
    label_en: str = ""
    help: str = ""


class Lane(Shape, frozen=True):
    """One of several that run side by side."""

    steps: tuple[Step, ...]
    label: str = ""
    label_en: str = ""


class Parallel(Shape, frozen=True, tag="parallel", tag_field="type"):
    """Lanes side by side; all must finish."""

    key: str
    label: str
    lanes: tuple[Lane, ...]
    label_en: str = ""
    help: str = ""


class Act(Shape, frozen=True, tag="act", tag_field="type"):
    """What the case is for happens: now, or on the day the fact ``effective`` names."""

    key: str
    label: str
    act: str
    on: Literal["now", "effective"] = "now"
    label_en: str = ""
    help: str = ""


Signed: TypeAlias = Approve | Fill
"""Steps that wait for people."""
Step: TypeAlias = Approve | Fill | Notify | Branch | Parallel | Act


class Definition(Shape, frozen=True, dict=True):
    """A flow. ``keeper`` is the role that gets what cannot go on; ``start`` the permission to
    begin one (empty: whoever may see the kind); ``resubmit`` where a returned case goes on."""

    key: str
    label: str
    kind: str
    prefix: str
    steps: tuple[Step, ...]
    label_en: str = ""
    keeper: str = "hr_manager"
    start: str = ""
    resubmit: Literal["restart", "resume"] = "restart"
    help: str = ""
    help_en: str = ""

    @cached_property
    def structure(self) -> Structure:
        """Where each step stands; worked out once per definition."""
        from dangan.workflow.rules.structure import Structure  # noqa: PLC0415 - it imports this

        return Structure(self)


class BadDefinition(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """What was given is no definition; ``message`` says what and where."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def parse(body: Mapping[str, Any]) -> Definition:
    """The definition in ``body``; raises :class:`BadDefinition`."""
    try:
        return msgspec.convert(body, Definition)
    except msgspec.ValidationError as error:
        raise BadDefinition(_explain(str(error), body)) from None


def plain(definition: Definition) -> dict[str, Any]:
    """The mapping that :func:`parse` takes, fit for JSON; defaults are left out."""
    return msgspec.to_builtins(definition)  # type: ignore[no-any-return]  # typed Any upstream


def children(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The sequences inside a step: arms and otherwise, or lanes."""
    if type(step) is Branch:
        return (*(arm.steps for arm in step.arms), step.otherwise or ())
    if type(step) is Parallel:
        return tuple(lane.steps for lane in step.lanes)
    return ()


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps, outer before inner, in the order they are written."""
    for step in steps:
        yield step
        for inner in children(step):
            yield from walk(inner)


_WORDS: tuple[tuple[str, Message], ...] = (
    (r"missing required field `(?P<what>[^`]+)`", Message("{where}缺少“{what}”，请补上。")),
    (r"unknown field `(?P<what>[^`]+)`", Message("{where}有不认识的项“{what}”，请删去或改正。")),
    (r"Invalid (enum )?value '(?P<what>[^']*)'", Message("{where}不能是“{what}”，请改选。")),
    (r"Expected `(?P<what>[^`]+)`", Message("{where}的类型不对，应为{what}。")),
)
_TYPES = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "是或否",
    "array": "列表",
    "object": "表",
}


def _explain(error: str, body: Mapping[str, Any]) -> Message:
    found = re.search(r" - at `([^`]+)`", error)
    where = _where(found[1] if found else "$", body)
    for pattern, message in _WORDS:
        if match := re.search(pattern, error):
            parts = [part.strip() for part in match["what"].split("|")]
            what = "或".join(_TYPES.get(part, part) for part in parts)
            return Message(message.text, where=where, what=what)
    return Message("{where}无法识别：{what}", where=where, what=error)


def _where(path: str, body: Any) -> str:
    """The path in words: the label of the innermost thing that has one, then the item's name."""
    names, item = ["流程"], ""
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", path):
        try:
            body = body[name] if name else body[int(index)]
        except (KeyError, IndexError, TypeError, ValueError):
            body = None
        item = name or item
        if isinstance(body, dict) and (label := body.get("label") or body.get("key")):
            names, item = [f"步骤“{label}”"], ""
    return names[0] + (f"的“{item}”" if item else "")
