"""What one actor may see of the roster: rows within reach, and where each field is plain.

A field counts only in rows where it is plain to the actor; see the rule in `roster.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

import numpy as np

from dangan.access.rules import EVERYONE, Actor, Reach, Scope, Showing, reach, scope
from dangan.roster.engine.axes import Axes, Axis
from dangan.roster.engine.columns import Mask
from dangan.roster.engine.partition import Partition
from dangan.roster.engine.wheres import Where, both
from dangan.roster.rules import UNIT

_ANYBODY = UUID(int=0)


@dataclass(frozen=True)
class Lens:
    """One actor's sight of the roster on one day."""

    actor: Actor
    axes: Axes
    _scopes: dict[str, Scope] = field(default_factory=dict, repr=False)

    @cached_property
    def visible(self) -> Reach:
        """The people whose dossier the actor may open at all."""
        return reach(self.actor, "read")

    def scope(self, axis: Axis) -> Scope:
        """Where the field of an axis is plain and where masked."""
        wanted = axis.field
        if wanted is None:
            return Scope(EVERYONE, EVERYONE)
        if wanted.path not in self._scopes:
            self._scopes[wanted.path] = scope(
                self.actor, "read", wanted.set_key, wanted.key, wanted.field_class
            )
        return self._scopes[wanted.path]

    def showing(self, axis: Axis, subject: UUID, unit: UUID | None) -> Showing:
        """How a field comes out in one row."""
        return self.scope(axis).showing(subject, self.axes.tree.path_of(unit))


class Sight:
    """A lens laid over one partition, of which only `alive` rows count."""

    def __init__(self, lens: Lens, part: Partition, alive: Where = True) -> None:
        self.lens = lens
        self.part = part
        self._reached: dict[Reach, Where] = {}
        self.rows: Where = both(alive, self._reach(lens.visible))
        """The living rows that the actor may know of."""

    def plain(self, axis: Axis) -> Where:
        """Where the field of an axis is plain; says nothing about rows outside `rows`."""
        plain = self.lens.scope(axis).plain
        return True if plain == self.lens.visible else self._reach(plain)

    def sees(self, row: int) -> bool:
        return self.rows if isinstance(self.rows, bool) else bool(self.rows[row])

    def _reach(self, wanted: Reach) -> Where:
        if wanted not in self._reached:
            self._reached[wanted] = self._find(wanted)
        return self._reached[wanted]

    def _find(self, wanted: Reach) -> Where:
        if wanted.everyone or not wanted:
            return wanted.everyone
        column = self.part.column(UNIT)
        found: Where = False
        if wanted.subtrees or wanted.units:
            key = ("reach", wanted.subtrees, wanted.units, self.lens.axes.tree_identity)
            reached = self.part.kept(key, lambda: self._reached_units(wanted))
            found = column.where(reached) if reached.any() else False
        rows = [row for person in wanted.people if (row := self.part.row_of(person)) is not None]
        if not rows:
            return found
        mask = np.zeros(len(self.part), np.bool_) if isinstance(found, bool) else found
        mask[rows] = True
        return mask

    def _reached_units(self, wanted: Reach) -> Mask:
        tree = self.lens.axes.tree
        units = self.part.column(UNIT).values.to_list()
        anybody = replace(wanted, people=frozenset())  # their rows are found apart
        answers = [anybody.contains(_ANYBODY, tree.path_of(UUID(unit))) for unit in units]
        return np.array([False, *answers], np.bool_)
