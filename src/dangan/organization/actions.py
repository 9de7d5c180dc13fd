"""Changing the organisation: each verb records a change that counts from a day on.

Changes are taken one at a time, and each is tried on every later day on which something
else is already due to change, so that a plan made earlier never breaks the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.organization import loading, people, queries
from dangan.organization.models import Unit, UnitVersion
from dangan.organization.rules import KINDS, BadUnit, Tree, UnitChange, check, same, tree_of

_LOCK = 0x756E6974  # the advisory lock's number: "unit"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many units a list made, and how many of its lines were there already."""

    created: int
    existing: int


def create_unit(
    actor: Actor,
    *,
    kind: str,
    name: str,
    parent: UUID | None = None,
    code: str = "",
    head: UUID | None = None,
    effective: date | None = None,
) -> UUID:
    """A new unit from ``effective`` on, a past day allowed. Raises :class:`BadUnit`."""
    with recording(actor):
        require(actor, "organization.edit")
        if kind not in KINDS:
            raise BadUnit(Message("没有选择类型"))
        if head is not None:
            _not_own_head(actor, head)
        _within(actor, parent)
        _lock()
        changed: dict[str, Any] = {"name": _tidy(name), "code": _tidy(code), "parent": parent}
        if head is not None:
            changed["head"] = head
        change = UnitChange(uuid4(), kind, effective or timezone.localdate(), changed)
        _try(queries.changes(), [change])
        _save(actor, [change])
        _note(actor, "unit.create", change)
    return change.unit


def rename_unit(
    actor: Actor, *, unit: UUID, name: str, code: str | None = None, effective: date | None = None
) -> None:
    """Another name, and another code if given, from today or a later day."""
    changed = {"name": _tidy(name)} | ({} if code is None else {"code": _tidy(code)})
    _change(actor, "unit.rename", unit, changed, effective)


def move_unit(
    actor: Actor, *, unit: UUID, parent: UUID | None, effective: date | None = None
) -> None:
    """Under another parent, with everything below it, from today or a later day."""
    _change(actor, "unit.move", unit, {"parent": parent}, effective)


def set_head(actor: Actor, *, unit: UUID, head: UUID | None, effective: date | None = None) -> None:
    """Another head (None: vacant) from today or a later day. Nobody makes themselves head."""
    if head is not None:
        _not_own_head(actor, head)
    _change(actor, "unit.head", unit, {"head": head}, effective)


def close_unit(actor: Actor, *, unit: UUID, effective: date | None = None) -> None:
    """Ends a unit from today or a later day; refused while people or open units are in it."""
    _within(actor, unit)
    inside = people.inside(unit)
    if inside:
        raise BadUnit(Message("还有 {count} 人在这个部门，请先调走再撤销", count=inside))
    _change(actor, "unit.close", unit, {"closed": True}, effective)


def load_units(
    actor: Actor, rows: Iterable[tuple[str, str]], *, effective: date | None = None
) -> Loaded:
    """Makes the units of (path, type) rows that are missing.

    All or nothing: raises :class:`~.loading.BadUnitFile` naming every bad line.
    """
    with recording(actor):
        require(actor, "organization.edit")
        _within(actor, None)
        _lock()
        rows = list(rows)
        history = queries.changes()
        day = effective or timezone.localdate()
        tree = tree_of(history, day)
        planned = loading.plan(rows, tree)
        changes = _changes_of(planned, tree, day)
        _try_lines(history, planned, changes)
        _save(actor, changes)
        facts = {"rows": len(rows), "created": len(changes)}
        actor.trail.add(Event("unit.load", facts=facts))
    return Loaded(len(changes), len(rows) - len(changes))


def _changes_of(planned: Sequence[loading.PlannedUnit], tree: Tree, day: date) -> list[UnitChange]:
    known: dict[tuple[str, ...], UUID] = {
        tuple(same(tree.nodes[step].name) for step in node.path): node.id
        for node in tree.nodes.values()
        if not node.closed
    }
    changes = []
    for item in planned:
        key = tuple(same(name) for name in item.path)
        parent = known[key[:-1]] if len(key) > 1 else None
        known[key] = uuid4()
        changed = {"name": item.path[-1], "parent": parent}
        changes.append(UnitChange(known[key], item.kind, day, changed))
    return changes


def _try_lines(
    history: Sequence[UnitChange],
    planned: Sequence[loading.PlannedUnit],
    changes: Sequence[UnitChange],
) -> None:
    """As :func:`_try`, naming the line of each unit that does not fit."""
    problems = []
    for tree in _trees(history, changes):
        for item, change in zip(planned, changes, strict=True):
            try:
                check(tree, change.unit)
            except BadUnit as error:
                problems.append((item.line, error.message))
        if problems:
            raise loading.BadUnitFile(problems)


def _change(
    actor: Actor, action: str, unit: UUID, changed: Mapping[str, Any], effective: date | None
) -> None:
    with recording(actor):
        require(actor, "organization.edit")
        _lock()
        history = queries.changes()
        kind = next((change.kind for change in history if change.unit == unit), None)
        if kind is None:
            raise Absent
        _within(actor, unit)
        if "parent" in changed:
            _within(actor, changed["parent"])
        today = timezone.localdate()
        day = effective or today
        if day < today:
            raise BadUnit(Message("生效日期不能早于今天"))
        change = UnitChange(unit, kind, day, changed)
        _try(history, [change])
        _save(actor, [change])
        _note(actor, action, change)


def _try(history: Sequence[UnitChange], changes: Sequence[UnitChange]) -> None:
    """Raises :class:`BadUnit` if the units changed do not stand well on any day from then on."""
    for tree in _trees(history, changes):
        for change in changes:
            if change.unit not in tree.nodes or not tree.nodes[change.unit].name:
                raise BadUnit(Message("这个部门在那一天还没有设立"))
            if tree.nodes[change.unit].closed and "closed" not in change.changed:
                raise BadUnit(Message("这个部门那时已撤销"))
            check(tree, change.unit)


def _trees(history: Sequence[UnitChange], changes: Sequence[UnitChange]) -> Iterable[Tree]:
    """The tree with the changes on their day and on every later day when something changes."""
    first = min((change.valid_from for change in changes), default=None)
    if first is None:
        return
    everything = sorted([*history, *changes], key=lambda change: change.valid_from)
    days = {first} | {change.valid_from for change in everything if change.valid_from > first}
    for day in sorted(days):
        yield tree_of(everything, day)


def _save(actor: Actor, changes: Sequence[UnitChange]) -> None:
    new = {change.unit for change in changes if "name" in change.changed}
    there = set(Unit.objects.filter(pk__in=new).values_list("pk", flat=True))
    Unit.objects.bulk_create(
        Unit(id=change.unit, kind=change.kind) for change in changes if change.unit in new - there
    )
    UnitVersion.objects.bulk_create(
        UnitVersion(
            unit_id=change.unit,
            valid_from=change.valid_from,
            changed=sorted(change.changed),
            recorded_by=actor.id,
            **change.changed,
        )
        for change in changes
    )
    with connection.cursor() as cursor:
        # From a sequence: a number taken back by a rolled-back transaction never comes again.
        cursor.execute(
            "INSERT INTO organization_version (id, version)"
            " VALUES (1, nextval('organization_version_seq'))"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version"
        )
    queries.forget_version()


def _lock() -> None:
    """Holds off every other change of the organisation until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _within(actor: Actor, unit: UUID | None) -> None:
    """Whoever keeps one branch changes nothing outside it: units carry rights with them.

    None stands for the top, which only those keep who keep the whole.
    """
    require(actor, "organization.edit")
    if not actor.may_at("organization.edit", queries.tree().path_of(unit)):
        raise refuse(actor, "organization.edit", _("这个部门不在你的管理范围内"))


def _not_own_head(actor: Actor, head: UUID) -> None:
    """Being head brings rights, and nobody widens their own."""
    if actor.subject == head:
        raise refuse(actor, "unit.head", _("不能把自己设为负责人，请由另一个人操作"))


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _note(actor: Actor, action: str, change: UnitChange) -> None:
    facts = {
        "from": change.valid_from.isoformat(),
        "changed": sorted(change.changed),
    }
    parent, head = change.changed.get("parent"), change.changed.get("head")
    if parent is not None:
        facts["parent"] = str(parent)
    actor.trail.add(Event(action, object=str(change.unit), subject=head, facts=facts))
