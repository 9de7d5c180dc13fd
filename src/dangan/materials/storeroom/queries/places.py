"""Places: the tree, where volumes are, and whose room it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count as Sum

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom.models import Place, Placement
from dangan.materials.storeroom.rules.placing import Spot, Tree, grow

GONE = (Volume.Standing.AWAY, Volume.Standing.DESTROYED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a volume's home is."""

    place: UUID
    label: str
    """``三库 07 架 2 层 15 盒``"""


def tree() -> Tree:
    """All places, closed ones too; one statement."""
    return grow(
        Spot(row.pk, row.parent_id, row.level, row.code, row.apart, row.capacity,
             row.closed_at is not None, row.unit)
        for row in Place.objects.all()
    )  # fmt: skip


def place_of(volumes: Collection[UUID], *, known: Tree | None = None) -> dict[UUID, Standing]:
    """Homes of these volumes; those without are left out. Two statements; one with ``known``.

    The caller has decided that the asker may know of the volumes.
    """
    rows = dict(
        Placement.objects.filter(volume__in=volumes, place__isnull=False)
        .exclude(volume__standing__in=GONE)
        .values_list("volume", "place")
    )
    if not rows:
        return {}
    grown = known or tree()
    return {
        volume: Standing(place, grown.label(place))
        for volume, place in rows.items()
        if place is not None
    }


def in_reach(actor: Actor, grown: Tree, place: UUID, permission: str = "storeroom.view") -> bool:
    """Whether it is a place of a room that the actor may know of."""
    if place not in grown or not actor.may(permission):
        return False
    unit = grown.room(place).unit
    return unit is None or actor.may_at(permission, units.path(unit))


def reaches(actor: Actor, place: UUID, permission: str = "storeroom.view") -> bool:
    """As :func:`in_reach`, reading the tree."""
    return in_reach(actor, tree(), place, permission)


def require_place(
    actor: Actor, grown: Tree, place: UUID, permission: str = "storeroom.view"
) -> Spot:
    """The place; raises :class:`Absent` alike when there is none and when it is out of reach."""
    if not in_reach(actor, grown, place, permission):
        actor.trail.add(Event("place.read", outcome="refused", object=str(place)))
        raise Absent
    return grown[place]


def direct_counts() -> dict[UUID, int]:
    """How many volumes stand directly in each place; one statement."""
    rows = (
        Placement.objects.filter(place__isnull=False)
        .exclude(volume__standing__in=GONE)
        .values_list("place")
        .annotate(n=Sum("volume"))
    )
    return {place: count for place, count in rows if place is not None}
