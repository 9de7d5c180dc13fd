"""A made-up organisation, people and actors for the roster's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from dangan.access.rules import Actor, FieldRule, Permit, Role, RoleGrant
from dangan.audit.rules import Trail
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import Dictionary, FieldClass
from dangan.organization.rules import Tree, UnitNode
from dangan.roster.engine.axes import Axes
from dangan.roster.engine.columns import text_of
from dangan.roster.engine.lens import Lens, Sight
from dangan.roster.engine.partition import Entry, Partition, from_entries
from dangan.roster.loading import kinds_of
from dangan.roster.rules import JSON

TODAY = date(2026, 11, 21)


def unit(number: int) -> UUID:
    return UUID(int=0xA000 + number)


def subject(number: int) -> UUID:
    return UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128))


def _node(number: int, name: str, path: Sequence[int], kind: str = "department") -> UnitNode:
    parent = unit(path[-1]) if path else None
    return UnitNode(
        id=unit(number),
        kind=kind,
        name=name,
        parent=parent,
        path=(*(unit(step) for step in path), unit(number)),
    )


GROUP, SALES, EAST, WEST, FINANCE = range(5)
TREE = Tree(
    1,
    {
        node.id: node
        for node in (
            _node(GROUP, "华北集团", (), "group"),
            _node(SALES, "销售部", (GROUP,)),
            _node(EAST, "东区组", (GROUP, SALES), "team"),
            _node(WEST, "西区组", (GROUP, SALES), "team"),
            _node(FINANCE, "财务部", (GROUP,)),
        )
    },
)


@dataclass(frozen=True)
class Person:
    subject: UUID
    unit: UUID | None
    state: str = "filed"
    values: Mapping[str, JSON] = field(default_factory=dict)

    def get(self, path: str) -> JSON:
        if path == "post.unit":
            return None if self.unit is None else str(self.unit)
        return self.values.get(path)

    @property
    def entry(self) -> Entry:
        texts = {path: text_of(value) for path, value in self.values.items()}
        kept = {path: text for path, text in texts.items() if text is not None}
        return Entry(self.subject, self.unit, self.state, kept)


def person(number: int, name: str = "", unit_number: int | None = SALES, **values: JSON) -> Person:
    """`identity__sex="1"` sets identity.sex."""
    given = {path.replace("__", "."): value for path, value in values.items()}
    return Person(
        subject(number),
        None if unit_number is None else unit(unit_number),
        values={"identity.name": name or None, **given},
    )


def dictionary() -> Dictionary:
    return builtin()


def partition_of(people: Sequence[Person]) -> Partition:
    return from_entries([each.entry for each in people], kinds_of(dictionary()))


def line(
    *,
    sets: frozenset[str] = frozenset({"*"}),
    fields: frozenset[str] = frozenset(),
    plain: FieldClass | None = None,
    masked: FieldClass | None = None,
    reach: str = "all",
) -> FieldRule:
    return FieldRule(sets=sets, fields=fields, plain=plain, masked=masked, reach=reach)  # type: ignore[arg-type]  # any distance


def actor(
    *grants: tuple[UUID | None, FieldRule],
    own: UUID | None = None,
    permissions: frozenset[str] = frozenset({"roster.view", "statistics.view"}),
    permits: tuple[Permit, ...] = (),
) -> Actor:
    """An actor with one role per (anchor unit, line)."""
    return Actor(
        id=UUID(int=7),
        kind="account",
        name="测试",
        trail=Trail(request=UUID(int=8)),
        subject=own,
        permits=permits,
        grants=tuple(
            RoleGrant(Role(f"r{n}", "", "", permissions, (rule,)), anchor)
            for n, (anchor, rule) in enumerate(grants)
        ),
    )


def everything() -> Actor:
    return actor((None, line(plain=FieldClass.SECRET)))


def lens_of(asker: Actor) -> Lens:
    return Lens(asker, Axes(dictionary(), TREE, TODAY))


def sights(asker: Actor, *parts: Partition) -> list[Sight]:
    lens = lens_of(asker)
    return [Sight(lens, part) for part in parts]
