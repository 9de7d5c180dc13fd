"""The chart and the page of one unit, as somebody sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.organization import people
from dangan.organization.models import UnitVersion
from dangan.organization.queries.trees import ATTRIBUTES, tree
from dangan.organization.rules import KINDS, Tree, UnitNode
from dangan.ui.languages import label

COLUMNS_AT_MOST = 5
"""Up to so many units stand side by side under the one in focus; more stand in one column."""


@dataclass(frozen=True, slots=True)
class Box:
    """A unit as drawn. ``direct`` and ``total`` count people; None when they are not to be seen."""

    id: UUID
    name: str
    kind: str
    code: str
    head: UUID | None
    head_name: str
    direct: int | None
    total: int | None
    children: tuple[Box, ...]
    chosen: bool = False
    unfolded: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole tree for the side, and the branch in focus for the middle."""

    roots: tuple[Box, ...]
    focus: Box | None
    path: tuple[tuple[UUID, str], ...]
    wide: bool
    counts: tuple[tuple[str, int], ...]
    people: int | None
    on: date
    is_today: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a unit: ``verb`` is made, name, code, parent, head or closed."""

    verb: str
    old: str
    new: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str
    upcoming: bool


@dataclass(frozen=True, slots=True)
class UnitView:
    """One unit with what is above, below and behind it."""

    box: Box
    path: tuple[tuple[UUID, str], ...]
    parent: UUID | None
    closed: bool
    since: date | None
    history: tuple[HistoryLine, ...]
    may_edit: bool
    sees_people: bool


class _Boxes:
    """Turns nodes into boxes, with people's counts as far as the actor may see them."""

    def __init__(self, actor: Actor, units: Tree, chosen: UUID | None = None) -> None:
        self._units = units
        self._chosen = chosen
        self._open = set(units.path_of(chosen)) if chosen else set()
        heads = {node.head for node in units.nodes.values() if node.head and not node.closed}
        self._names = people.names(heads)
        self.sees_people = actor.may("roster.view")
        self._direct: Mapping[UUID, int] = people.counts(actor) if self.sees_people else {}
        self._total = self._summed()

    def _summed(self) -> dict[UUID, int]:
        totals: dict[UUID, int] = {}
        for unit, count in self._direct.items():
            for above in self._units.path_of(unit):
                totals[above] = totals.get(above, 0) + count
        return totals

    def box(self, node: UnitNode, depth: int, level: int = 0) -> Box:
        """``node`` with ``depth`` further levels below it."""
        below = self._units.children(node.id) if depth else ()
        return Box(
            id=node.id,
            name=node.name,
            kind=label(*KINDS[node.kind]),
            code=node.code,
            head=node.head,
            head_name=self._names.get(node.head, "") if node.head else "",
            direct=self._direct.get(node.id, 0) if self.sees_people else None,
            total=self._total.get(node.id, 0) if self.sees_people else None,
            children=tuple(self.box(child, depth - 1, level + 1) for child in below),
            chosen=node.id == self._chosen,
            unfolded=node.id in self._open or level == 0,
        )


def chart(actor: Actor, *, unit: UUID | None = None, on: date | None = None) -> Chart:
    """The organisation on a day, with ``unit`` (by default the topmost) in focus."""
    require(actor, "organization.view")
    today = timezone.localdate()
    units = tree(on)
    node = units.nodes.get(unit) if unit else None
    if unit is not None and (node is None or node.closed):
        raise Absent
    focus = node or next(iter(units.roots), None)
    boxes = _Boxes(actor, units, focus.id if focus else None)
    roots = tuple(boxes.box(root, len(units.nodes)) for root in units.roots)
    open_nodes = [item for item in units.nodes.values() if not item.closed]
    kinds = [(kind, sum(item.kind == kind for item in open_nodes)) for kind in KINDS]
    return Chart(
        roots=roots,
        focus=boxes.box(focus, 2) if focus else None,
        path=_path(units, focus.id) if focus else (),
        wide=focus is not None and len(units.children(focus.id)) <= COLUMNS_AT_MOST,
        counts=tuple((label(*KINDS[kind]), count) for kind, count in kinds if count),
        people=sum(root.total or 0 for root in roots) if boxes.sees_people else None,
        on=on or today,
        is_today=on is None or on == today,
    )


def unit_view(actor: Actor, unit: UUID) -> UnitView:
    """One unit today; raises :class:`~dangan.access.rules.Absent`. At most six statements."""
    require(actor, "organization.view")
    units = tree()
    node = units.nodes.get(unit)
    rows = list(UnitVersion.objects.filter(unit=unit).order_by("valid_from", "id"))
    if node is None or not rows:
        raise Absent
    boxes = _Boxes(actor, units, unit)
    return UnitView(
        box=boxes.box(node, 1),
        path=_path(units, unit),
        parent=node.parent,
        closed=node.closed,
        since=rows[0].valid_from,
        history=_history(rows, units),
        may_edit=actor.may_at("organization.edit", node.path) and not node.closed,
        sees_people=boxes.sees_people,
    )


def _path(units: Tree, unit: UUID) -> tuple[tuple[UUID, str], ...]:
    return tuple((step, units.label(step)) for step in units.path_of(unit))


def _history(rows: Iterable[UnitVersion], units: Tree) -> tuple[HistoryLine, ...]:
    """The changes, latest first, each with what it replaced."""
    rows = list(rows)
    writers = names_of_accounts({row.recorded_by for row in rows})
    heads = people.names({row.head for row in rows if row.head})
    before: dict[str, Any] = {}
    steps: list[list[HistoryLine]] = []
    today = timezone.localdate()
    for row in rows:
        now = {key: getattr(row, key) for key in ATTRIBUTES if key in row.changed}
        verbs = ["made"] if not before else list(now)
        step = [
            HistoryLine(
                verb=verb,
                old=_said(verb, before.get(verb), units, heads),
                new=_said(verb, now.get(verb, now.get("name")), units, heads),
                valid_from=row.valid_from,
                recorded_at=row.recorded_at,
                recorded_by=writers.get(row.recorded_by, ""),
                upcoming=row.valid_from > today,
            )
            for verb in verbs
            if verb == "made" or before.get(verb) != now[verb]
        ]
        steps.append(step)
        before |= now
    return tuple(line for step in reversed(steps) for line in step)


def _said(verb: str, value: Any, units: Tree, heads: Mapping[UUID, str]) -> str:
    if value is None or verb == "closed":
        return ""
    if verb == "parent":
        return units.full_label(value, " / ")
    if verb == "head":
        return heads.get(value, "")
    return str(value)
