"""Whose texts an actor may search, as one piece of SQL: the sight of the catalogue
(``catalogue.rules.seeing``) said for many volumes at once. A property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Reader
from dangan.materials.catalogue.queries.reach import units_within
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM

NEEDED = ("archive.search", "archive.view")

WHERE = """
 m.state = 'filed' AND v.standing <> 'destroyed' AND v.restricted_at IS NULL
 AND (%(everywhere)s OR s.unit = ANY(%(units)s))
 AND (m.secrecy < %(named_from)s OR v.id = ANY(%(named_volumes)s) OR m.id = ANY(%(named)s))
 AND NOT (v.kind = 'cadre' AND v.subject_id = %(own)s)"""
"""Over ``catalogue_material m``, ``catalogue_volume v``, ``dossiers_subject s``."""

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Within:
    """The parameters of :data:`WHERE`."""

    everywhere: bool
    units: list[UUID]
    named_volumes: list[UUID]
    named: list[UUID]
    own: UUID

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.units)

    def parameters(self) -> dict[str, Any]:
        return {
            "everywhere": self.everywhere,
            "units": self.units,
            "named_volumes": self.named_volumes,
            "named": self.named,
            "own": self.own,
            "named_from": int(NAMED_READERS_FROM),
        }


Named = Sequence[tuple[UUID, UUID | None]]
"""Volume and material for which somebody is a named reader; None: all of the volume."""


def within(actor: Actor, named: Named | None = None) -> Within:
    """What the actor searches: the volumes they keep or look after. What a consultation lets
    somebody read is read in the viewer, not searched. ``named`` where the caller knows it."""
    units = _units(actor)
    named = _named(actor) if named is None else named
    return Within(
        units is None,
        list(units or ()),
        [volume for volume, material in named if material is None],
        [material for _volume, material in named if material is not None],
        actor.subject or _NOBODY,
    )


def _units(actor: Actor) -> set[UUID] | None:
    """The units over which both permissions are held; None: everybody."""
    searched, seen = (units_within(actor, permission) for permission in NEEDED)
    if searched is None or seen is None:
        return seen if searched is None else searched
    return searched & seen


def _named(actor: Actor) -> Named:
    in_force = Q(until__isnull=True) | Q(until__gt=timezone.now())
    rows = Reader.objects.filter(in_force, account=actor.id, ended_at__isnull=True)
    return list(rows.values_list("volume", "material"))
