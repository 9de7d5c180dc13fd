"""What access asks about units, answered from the tree."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dangan.organization.queries import tree


class TreeUnits:
    """The :class:`dangan.access.units.UnitProvider` of today's tree."""

    def choices(self) -> Iterable[tuple[UUID, str, int]]:
        return [(node.id, node.name, depth) for node, depth in tree().walk()]

    def label(self, unit: UUID) -> str:
        return tree().full_label(unit, " / ")

    def headed_by(self, subject: UUID) -> Iterable[UUID]:
        return tree().headed_by(subject)

    def path(self, unit: UUID) -> tuple[UUID, ...]:
        return tree().path_of(unit)
