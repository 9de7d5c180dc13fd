"""Which desks a change passes (C6): an ordered table of plain rules, the first that fits decides.

A rule fits a change when it fits one of the fields that change; the strict rules therefore stand
above the lenient ones, and one strict field takes the whole change the strict way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dangan.dictionary.rules import Dictionary, Field, FieldClass, Message
from dangan.dossiers.rules import RowPlan, Values, changed_fields

DIRECT = "direct"
"""Instead of a definition's key: the change is written at once."""

Who = Literal["anyone", "self", "starter", "other"]
"""Who changes: ``self`` the person concerned; ``starter`` somebody else who may ask for some of
these changes and not make them; ``other`` anybody else, starters among them."""


class BadRoutes(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A table of routes that cannot be used; ``messages`` say where and what to do."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__("; ".join(message.text for message in messages))
        self.messages = tuple(messages)


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One line of the table. What is left empty asks nothing; what is given must hold at once.

    ``paths`` are fields as ``set.field``; ``min_class`` means that class and those above it;
    ``deletes`` that a row is deleted. ``except_sets`` are left to the rules below, which is how
    a set goes an easier way than its class: a lenient rule above would take others along.
    """

    to: str
    who: Who = "anyone"
    sets: frozenset[str] = frozenset()
    except_sets: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    min_class: FieldClass | None = None
    deletes: bool = False

    @property
    def catches_all(self) -> bool:
        """Whether it fits every change of those it speaks of."""
        asks = (self.sets, self.except_sets, self.paths, self.owners, self.min_class, self.deletes)
        return not any(asks)


@dataclass(frozen=True, slots=True)
class Touched:
    """A field that a change touches."""

    info_set: str
    path: str
    owner: str
    field_class: FieldClass
    deleted: bool = False


def touched_by(dictionary: Dictionary, plan: RowPlan, old: Values, new: Values) -> list[Touched]:
    """The fields that writing ``new`` over ``old`` touches, in the dictionary's order."""
    info_set = dictionary.sets[plan.info_set]
    changed = changed_fields(old, new)
    return [
        touched(item, deleted=plan.delete)
        for item in (*info_set.fields, *info_set.retired_fields)
        if item.key in changed
    ]


def touched(item: Field, *, deleted: bool = False) -> Touched:
    """``item`` as a change touches it."""
    return Touched(item.set_key, item.path, item.owner, item.field_class, deleted)


def route(rules: Iterable[RouteRule], who: Who, fields: Collection[Touched]) -> str:
    """The key of the definition that such a change follows, or :data:`DIRECT`.

    Raises :class:`LookupError` when no rule fits, which :func:`check_routes` rules out.
    """
    for rule in rules:
        if _speaks_of(rule, who) and any(_fits(rule, item) for item in fields):
            return rule.to
    raise LookupError(who)


def deciding(rules: Sequence[RouteRule], who: Who, fields: Collection[Touched]) -> int | None:
    """The place of the rule that decides, for the page that tries rules out."""
    for place, rule in enumerate(rules):
        if _speaks_of(rule, who) and any(_fits(rule, item) for item in fields):
            return place
    return None


def _speaks_of(rule: RouteRule, who: Who) -> bool:
    if rule.who in ("anyone", who):
        return True
    return rule.who == "other" and who == "starter"


def _fits(rule: RouteRule, item: Touched) -> bool:
    return (
        (not rule.sets or item.info_set in rule.sets)
        and item.info_set not in rule.except_sets
        and (not rule.paths or item.path in rule.paths)
        and (not rule.owners or item.owner in rule.owners)
        and (rule.min_class is None or item.field_class >= rule.min_class)
        and (not rule.deletes or item.deleted)
    )


_CALLED: Mapping[Who, str] = {"self": "本人", "starter": "只能发起的人", "other": "其他人"}


def check_routes(
    rules: Sequence[RouteRule], dictionary: Dictionary, definitions: Collection[str]
) -> list[Message]:
    """What is wrong with a table: nothing that does not exist, an answer for every change, and
    nobody who may only ask for a change may make it."""
    found: list[Message] = []
    known = {item.path for info_set in dictionary.sets.values() for item in info_set.fields}
    owners = {item.owner for info_set in dictionary.sets.values() for item in info_set.fields}
    for place, rule in enumerate(rules, start=1):
        if rule.to != DIRECT and rule.to not in definitions:
            found.append(Message("第 {n} 条：流程“{key}”没有在用，请另选。", n=place, key=rule.to))
        unknown = sorted(
            ((rule.sets | rule.except_sets) - dictionary.sets.keys()) | (rule.paths - known)
        )
        unknown += sorted(rule.owners - owners)
        if unknown:
            found.append(
                Message("第 {n} 条：字典里没有“{keys}”，请改选。", n=place, keys="、".join(unknown))
            )
    for who, words in _CALLED.items():
        if not any(rule.catches_all and _speaks_of(rule, who) for rule in rules):
            found.append(
                Message(
                    "缺一条收尾的规则：{who}的改动都不符合前面的规则时走哪里？请在最后加一条。",
                    who=Message(words),
                )
            )
    for place in _direct_for_starters(rules):
        found.append(
            Message(
                "第 {n} 条会让没有修改权限的人直接改档案，"
                "请在它前面加一条“只能发起的人”走审批的规则。",
                n=place,
            )
        )
    return found


def _direct_for_starters(rules: Sequence[RouteRule]) -> list[int]:
    """Rules that would write at once what a starter may only ask for."""
    found = []
    for place, rule in enumerate(rules, start=1):
        if not _speaks_of(rule, "starter"):
            continue
        if rule.to == DIRECT:
            found.append(place)
        elif rule.catches_all:
            break
    return found


_KEYS = frozenset({"to", "who", "sets", "except_sets", "paths", "owners", "min_class", "deletes"})


def routes_from_table(lines: Iterable[Mapping[str, Any]]) -> tuple[RouteRule, ...]:
    """The rules of a table read from TOML or JSON; raises :class:`BadRoutes` for a line without
    sense."""
    rules, problems = [], []
    for place, line in enumerate(lines, start=1):
        try:
            rules.append(_rule(line))
        except (KeyError, TypeError, ValueError):
            problems.append(Message("第 {n} 条写得不对，请删除后重新添加。", n=place))
    if problems:
        raise BadRoutes(problems)
    return tuple(rules)


def _rule(line: Mapping[str, Any]) -> RouteRule:
    if not line.keys() <= _KEYS or line.get("who", "anyone") not in get_args(Who):
        raise ValueError
    return RouteRule(
        to=str(line["to"]),
        who=line.get("who", "anyone"),
        sets=frozenset(line.get("sets", ())),
        except_sets=frozenset(line.get("except_sets", ())),
        paths=frozenset(line.get("paths", ())),
        owners=frozenset(line.get("owners", ())),
        min_class=FieldClass[line["min_class"].upper()] if line.get("min_class") else None,
        deletes=bool(line.get("deletes", False)),
    )


def routes_to_table(rules: Iterable[RouteRule]) -> list[dict[str, Any]]:
    """The same as plain values, for keeping."""
    return [
        {
            "to": rule.to,
            "who": rule.who,
            "sets": sorted(rule.sets),
            "except_sets": sorted(rule.except_sets),
            "paths": sorted(rule.paths),
            "owners": sorted(rule.owners),
            "min_class": rule.min_class.name.lower() if rule.min_class else "",
            "deletes": rule.deletes,
        }
        for rule in rules
    ]
