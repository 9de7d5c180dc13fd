"""Numbers of materials: ``class-n``, ``class-sub-n``, beginning anew in each (sub)class; and which
pencilled numbers change when the order does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.materials.catalogue.rules.categories import Categories
from dangan.materials.catalogue.rules.order import Entry, arrange


@dataclass(frozen=True, slots=True)
class Renumbered:
    """One number to pencil anew; ``old`` is empty where nothing stands on the paper yet."""

    id: UUID
    title: str
    old: str
    new: str


def numbers(arranged: Iterable[Entry]) -> dict[UUID, int]:
    """Running numbers of materials that stand in order, 1 to n in each (sub)class."""
    reached: Counter[str] = Counter()
    found: dict[UUID, int] = {}
    for entry in arranged:
        reached[entry.body.category] += 1
        found[entry.id] = reached[entry.body.category]
    return found


def labels(arranged: Iterable[Entry]) -> dict[UUID, str]:
    """``3-2``, ``4-1-4`` of materials that stand in order."""
    given = list(arranged)
    counted = numbers(given)
    return {entry.id: f"{entry.body.category}-{counted[entry.id]}" for entry in given}


def renumbering(
    before: Sequence[Entry], after: Sequence[Entry], table: Categories
) -> list[Renumbered]:
    """What must be pencilled anew so that the papers agree with ``after``, in its order.

    ``before`` says what stands on the papers now; a material that is only in ``after`` is new, one
    that is only in ``before`` has left and takes its number with it.
    """
    pencilled = {entry.id: entry.body.pencilled for entry in before}
    arranged = arrange(after, table)
    wanted = labels(arranged)
    return [
        Renumbered(entry.id, entry.body.title, pencilled.get(entry.id, ""), wanted[entry.id])
        for entry in arranged
        if pencilled.get(entry.id, "") != wanted[entry.id]
    ]
