"""The organisation as a tree on one day, and what may be done to it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from dangan.dictionary.rules import Message

KINDS: Mapping[str, tuple[str, str]] = {
    "group": ("集团", "Group"),
    "company": ("公司", "Company"),
    "department": ("部门", "Department"),
    "team": ("班组", "Team"),
}
"""Kinds of unit from the top down, each with its Chinese and English label."""

KIND_WORDS: Mapping[str, str] = {
    **{key: key for key in KINDS},
    **{labels[0]: key for key, labels in KINDS.items()},
    "小组": "team",
    "团队": "team",
    "科室": "department",
}
"""How a file may spell a kind."""

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
ROOT_KINDS = frozenset({"group", "company"})
NAME_AT_MOST = 60
SEPARATORS = "/／>＞"


class UnitProblem(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Something about units cannot be; ``message`` is for the reader."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class UnknownUnit(UnitProblem):
    """No open unit is called so."""


class AmbiguousUnit(UnitProblem):
    """Several open units are called so; ``candidates`` holds them."""

    def __init__(self, message: Message, candidates: tuple[UnitNode, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class BadUnit(UnitProblem):
    """A change that would leave the organisation in a state it may not have."""


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit on the tree's day. ``path`` runs from its root to itself; ``head`` is a subject."""

    id: UUID
    kind: str
    name: str
    code: str = ""
    parent: UUID | None = None
    head: UUID | None = None
    path: tuple[UUID, ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class Tree:
    """All units on one day. Closed ones keep their labels and paths and stand in no list."""

    version: int
    nodes: Mapping[UUID, UnitNode]

    @cached_property
    def _children(self) -> dict[UUID | None, tuple[UnitNode, ...]]:
        found: dict[UUID | None, list[UnitNode]] = {}
        for node in self.nodes.values():
            if not node.closed:
                found.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in found.items()}

    @cached_property
    def _below(self) -> dict[UUID, frozenset[UUID]]:
        found: dict[UUID, set[UUID]] = {}
        for node in self.nodes.values():
            for above in node.path:
                found.setdefault(above, set()).add(node.id)
        return {unit: frozenset(units) for unit, units in found.items()}

    @cached_property
    def _by_name(self) -> dict[str, list[UnitNode]]:
        found: dict[str, list[UnitNode]] = {}
        for node in self.nodes.values():
            if not node.closed:
                for word in {same(node.name), same(node.code)} - {""}:
                    found.setdefault(word, []).append(node)
        return found

    @cached_property
    def _heads(self) -> dict[UUID, tuple[UUID, ...]]:
        found: dict[UUID, tuple[UUID, ...]] = {}
        for node in self.nodes.values():
            if node.head is not None and not node.closed:
                found[node.head] = (*found.get(node.head, ()), node.id)
        return found

    @property
    def roots(self) -> tuple[UnitNode, ...]:
        """The open units without a parent."""
        return self._children.get(None, ())

    def children(self, unit: UUID | None) -> tuple[UnitNode, ...]:
        """The open units directly below ``unit``, in their order."""
        return self._children.get(unit, ())

    def subtree(self, unit: UUID) -> frozenset[UUID]:
        """``unit`` and everything below it; empty for a unit that does not exist."""
        return self._below.get(unit, frozenset())

    def path_of(self, unit: UUID | None) -> tuple[UUID, ...]:
        """From the root to ``unit``; empty for None or a unit that does not exist."""
        node = self.nodes.get(unit) if unit is not None else None
        return node.path if node else ()

    def headed_by(self, subject: UUID) -> tuple[UUID, ...]:
        """The open units of which the person is head."""
        return self._heads.get(subject, ())

    def label(self, unit: UUID | None) -> str:
        """The unit's name; empty for None or a unit that does not exist."""
        node = self.nodes.get(unit) if unit is not None else None
        return node.name if node else ""

    def full_label(self, unit: UUID | None, separator: str = "/") -> str:
        """The names from the root to the unit."""
        return separator.join(self.nodes[step].name for step in self.path_of(unit))

    def walk(self) -> Iterable[tuple[UnitNode, int]]:
        """Every open unit with its depth (root 0), parents before children."""
        waiting = [(node, 0) for node in reversed(self.roots)]
        while waiting:
            node, depth = waiting.pop()
            yield node, depth
            waiting += [(child, depth + 1) for child in reversed(self.children(node.id))]

    def find(self, text: str) -> UnitNode:
        """The open unit called ``text``: its code, its name, or the end of its path ``a/b/c``.

        Width, case and spaces do not matter. Raises :class:`UnknownUnit` or
        :class:`AmbiguousUnit`; a whole path is never ambiguous.
        """
        words = split_path(text)
        found = self._called(words)
        if len(found) > 1:
            whole = [node for node in found if len(node.path) == len(words)]
            found = whole or found
        if not found:
            raise UnknownUnit(Message("部门“{unit}”不存在", unit=text.strip()))
        if len(found) > 1:
            paths = "、".join(self.full_label(node.id) for node in found[:3])
            message = Message(
                "叫“{unit}”的部门有 {count} 个（{paths}），请写完整路径",
                unit=text.strip(),
                count=len(found),
                paths=paths,
            )
            raise AmbiguousUnit(message, tuple(found))
        return found[0]

    def _called(self, words: tuple[str, ...]) -> list[UnitNode]:
        if not words:
            return []
        wanted = [same(word) for word in words]
        found = []
        for node in self._by_name.get(wanted[-1], ()):
            names = [same(self.nodes[step].name) for step in node.path[-len(wanted) :]]
            if names[:-1] == wanted[:-1]:
                found.append(node)
        return found


EMPTY = Tree(0, {})


def same(text: str) -> str:
    """The form in which two spellings of a name are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def split_path(text: str) -> tuple[str, ...]:
    """The names of a path, root first; empty parts are dropped."""
    for separator in SEPARATORS[1:]:
        text = text.replace(separator, SEPARATORS[0])
    return tuple(part for word in text.split(SEPARATORS[0]) if (part := " ".join(word.split())))


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What becomes different for a unit from ``valid_from`` on; later changes win.

    ``changed`` maps ``name``, ``code``, ``parent``, ``head`` or ``closed`` to the new value.
    """

    unit: UUID
    kind: str
    valid_from: date
    changed: Mapping[str, Any] = field(default_factory=dict)


def tree_of(changes: Iterable[UnitChange], on: date, version: int = 0) -> Tree:
    """The tree on a day from changes in the order (valid from, recorded).

    Raises :class:`BadUnit` when units hang in a loop or under one that does not exist.
    """
    kinds: dict[UUID, str] = {}
    states: dict[UUID, dict[str, Any]] = {}
    for change in changes:
        if change.valid_from > on:
            continue
        state = states.get(change.unit)
        if state is None:
            kinds[change.unit] = change.kind
            states[change.unit] = dict(change.changed)
        else:
            state.update(change.changed)
    paths = _paths({unit: state.get("parent") for unit, state in states.items()})
    order = sorted(states, key=lambda unit: _RANK[kinds[unit]])
    return Tree(version, {unit: _node(unit, kinds, states, paths) for unit in order})


def _node(
    unit: UUID,
    kinds: Mapping[UUID, str],
    states: Mapping[UUID, Mapping[str, Any]],
    paths: Mapping[UUID | None, tuple[UUID, ...]],
) -> UnitNode:
    state = states[unit]
    return UnitNode(
        unit,
        kinds[unit],
        state.get("name", ""),
        state.get("code", ""),
        state.get("parent"),
        state.get("head"),
        paths[unit],
        state.get("closed", False),
    )


def _paths(parents: Mapping[UUID, UUID | None]) -> dict[UUID | None, tuple[UUID, ...]]:
    """From the root to each unit; raises :class:`BadUnit` for a loop or a missing parent."""
    paths: dict[UUID | None, tuple[UUID, ...]] = {None: ()}
    for start in parents:
        trail: list[UUID] = []
        step: UUID | None = start
        while step is not None and step not in paths:
            if step not in parents:
                raise BadUnit(Message("上级在那一天还不存在"))
            if step in trail:
                raise BadUnit(Message("这样调整后，部门会成为自己的下级"))
            trail.append(step)
            step = parents[step]
        for unit in reversed(trail):
            paths[unit] = (*paths[parents[unit]], unit)
    return paths


def check(tree: Tree, unit: UUID) -> None:
    """Raises :class:`BadUnit` unless ``unit`` stands as a unit may: name, place, namesakes."""
    node = tree.nodes[unit]
    if node.closed:
        _check_closed(tree, node)
        return
    if not node.name.strip():
        raise BadUnit(Message("名称没有填写"))
    if len(node.name) > NAME_AT_MOST:
        raise BadUnit(Message("名称超过 {most} 个字", most=NAME_AT_MOST))
    if any(mark in node.name for mark in SEPARATORS):
        raise BadUnit(Message("名称里不能有斜线和大于号，它们用来分隔上下级"))
    _check_parent(tree, node)
    _check_namesakes(tree, node)


def _check_parent(tree: Tree, node: UnitNode) -> None:
    if node.parent is None:
        if node.kind not in ROOT_KINDS:
            raise BadUnit(Message("最上级只能是集团或公司"))
        return
    parent = tree.nodes[node.parent]
    if parent.closed:
        raise BadUnit(Message("上级“{unit}”那时已撤销", unit=parent.name))
    if node.kind == "group" or _RANK[parent.kind] > _RANK[node.kind]:
        raise BadUnit(
            Message(
                "{kind}不能放在{parent_kind}下面",
                kind=KINDS[node.kind][0],
                parent_kind=KINDS[parent.kind][0],
            )
        )


def _check_namesakes(tree: Tree, node: UnitNode) -> None:
    for other in tree.children(node.parent):
        if other.id == node.id:
            continue
        if same(other.name) == same(node.name):
            raise BadUnit(Message("同一上级下已有“{unit}”", unit=other.name))
    if node.code:
        for other in tree.nodes.values():
            if other.id != node.id and not other.closed and same(other.code) == same(node.code):
                raise BadUnit(
                    Message("编号 {code} 已用于“{unit}”", code=node.code, unit=other.name)
                )


def _check_closed(tree: Tree, node: UnitNode) -> None:
    below = tree.children(node.id)
    if below:
        raise BadUnit(
            Message(
                "“{unit}”下面还有 {count} 个部门，请先撤销或移走", unit=node.name, count=len(below)
            )
        )
