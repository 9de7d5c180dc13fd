"""A volume's materials in order, with their numbers, as one reader sees them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.queries.looking import Item, Look, item_of
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.numbering import Renumbered, labels, renumbering
from dangan.materials.catalogue.rules.order import Entry, arrange, equals
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.catalogue.table import categories
from dangan.vault.rules import SubjectKey


@dataclass(frozen=True, slots=True)
class Line:
    """A material with its number by the order of its class."""

    item: Item
    label: str

    @property
    def number(self) -> str:
        """The running number alone."""
        return self.label.rpartition("-")[2]

    @property
    def pending(self) -> bool:
        """Whether the paper bears another number, or none yet."""
        return self.item.body.pencilled != self.label


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What one reader sees of a volume. ``hidden`` counts marked materials kept from a keeper."""

    lines: tuple[Line, ...]
    hidden: int
    renumber: tuple[Renumbered, ...]
    """Numbers to pencil anew, of materials that the reader sees."""
    entries: tuple[Entry, ...] = field(default=(), repr=False, compare=False)
    """Everything in the volume, for places only."""

    def equals_of(self, material: UUID) -> list[Line]:
        """Those among which a material may be placed by hand, in order, as far as shown."""
        peers = {entry.id for entry in equals(self.entries, material, categories())}
        return [line for line in self.lines if line.item.id in peers]

    @property
    def rewritten(self) -> tuple[Renumbered, ...]:
        """Those where an old number stands on the paper."""
        return tuple(change for change in self.renumber if change.old)

    @property
    def fingerprint(self) -> str:
        """Tells whether the list that somebody worked through is still the list."""
        text = "|".join(f"{change.id}:{change.old}:{change.new}" for change in self.renumber)
        return sha256(text.encode()).hexdigest()[:16]


def arranged(looked: Look, *, key: SubjectKey | None = None) -> Arrangement:
    """The filed materials that the reader sees, in order. Two statements.

    Numbers count every material, seen or not. Raises :class:`Absent` when the key is destroyed.
    """
    items = everything(looked, key=key)
    entries = [entry_of(item) for item in items]
    in_order = arrange(entries, categories())
    numbers = labels(in_order)
    by_id = {item.id: item for item in items}
    shown = {item.id for item in items if looked.sight.shows(item.id, item.secrecy)}
    return Arrangement(
        tuple(Line(by_id[e.id], numbers[e.id]) for e in in_order if e.id in shown),
        len(items) - len(shown) if looked.sight.whole else 0,
        tuple(c for c in renumbering(entries, entries, categories()) if c.id in shown),
        tuple(entries),
    )


def line_of(looked: Look, material: UUID) -> Line | None:
    """One filed material with its number; None when it is not shown or not filed."""
    return next((line for line in arranged(looked).lines if line.item.id == material), None)


def preview(
    looked: Look, body: MaterialBody, *, material: UUID | None = None, secrecy: int = 0
) -> tuple[str, list[Renumbered]]:
    """Where a new or changed line would stand: its number, and the numbers that would change."""
    items = everything(looked)
    before = [entry_of(item) for item in items]
    mine = material or NEW
    kept = [entry for entry in before if entry.id != mine]
    since = next((entry.since for entry in before if entry.id == mine), math.inf)
    after = [*kept, Entry(mine, body, since, secrecy >= NAMED_READERS_FROM)]
    changes = renumbering(before, after, categories())
    numbers = labels(arrange(after, categories()))
    hidden = {item.id for item in items if not looked.sight.shows(item.id, item.secrecy)}
    standing = {c.id: c for c in renumbering(before, before, categories())}
    return numbers[mine], [
        change
        for change in changes
        if change.id != mine
        and change.id not in hidden
        and change.old
        and standing.get(change.id) != change
    ]


def everything(looked: Look, *, key: SubjectKey | None = None) -> list[Item]:
    """Every filed material, seen or not: for numbers only, never for showing."""
    held = key or looked.key
    rows = Material.objects.filter(volume=looked.volume, state=Material.State.FILED)
    return [item_of(held, row) for row in rows]


def entry_of(item: Item) -> Entry:
    """A material as far as its place is concerned."""
    since = item.filed_at.timestamp() if item.filed_at else 0.0
    return Entry(item.id, item.body, since, item.secrecy >= NAMED_READERS_FROM)


NEW = UUID(int=(1 << 128) - 1)
"""Stands for a material that is not stored yet."""
