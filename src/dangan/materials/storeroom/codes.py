"""Codes of labels: what stands for what. A code tells nothing by itself."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom.models import Code, Place
from dangan.materials.storeroom.rules import labelling


@dataclass(frozen=True, slots=True)
class Found:
    """What a code stands for. ``void``: the label was replaced; nothing else is told then."""

    kind: Literal["volume", "place", "void"]
    code: str
    volume: Volume | None = None
    place: Place | None = None


def find(actor: Actor, text: str, permission: str = "storeroom.view") -> Found:
    """What a scanned or typed code stands for. Three statements at most.

    Raises :class:`Absent` alike for what is no code, for one nobody issued, and for a volume or
    room over which the actor does not hold ``permission``.
    """
    code = labelling.read(text)
    row = code and (Code.objects.select_related("volume__subject", "place").filter(pk=code).first())
    if not row or not actor.may(permission) or not _reaches(actor, row, permission):
        raise Absent
    gone = row.volume is not None and row.volume.standing == Volume.Standing.DESTROYED
    if row.void_at is not None or gone:
        return Found("void", row.code)
    kind: Literal["volume", "place"] = "volume" if row.volume else "place"
    return Found(kind, row.code, row.volume, row.place)


def _reaches(actor: Actor, row: Code, permission: str) -> bool:
    if row.volume is not None:
        return actor.may_at(permission, units.path(row.volume.subject.unit))
    from dangan.materials.storeroom.queries.places import reaches  # noqa: PLC0415 - a circle

    return row.place is not None and reaches(actor, row.place.pk, permission)


def code_of(volume: UUID) -> str | None:
    """The volume's code in force; None for one that never had a label."""
    return codes_of(volumes=[volume]).get(volume)


def codes_of(*, volumes: Collection[UUID] = (), places: Collection[UUID] = ()) -> dict[UUID, str]:
    """Codes in force by volume or by place."""
    rows = Code.objects.filter(void_at__isnull=True)
    if volumes:
        return dict(rows.filter(volume__in=volumes).values_list("volume", "code"))
    return dict(rows.filter(place__in=places).values_list("place", "code")) if places else {}


def issue(
    actor: Actor, *, volumes: Collection[UUID] = (), places: Collection[UUID] = ()
) -> Mapping[UUID, str]:
    """Codes of these volumes or places, new ones for those without; in the caller's transaction,
    which has decided that the actor may."""
    have = codes_of(volumes=volumes, places=places)
    made = [
        _new(actor, one, of_volume=bool(volumes)) for one in volumes or places if one not in have
    ]
    if not made:
        return have
    Code.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
    return codes_of(volumes=volumes, places=places)


def _new(actor: Actor, thing: UUID, *, of_volume: bool) -> Code:
    code = labelling.code_from(secrets.randbits(labelling.BITS))
    held = {"volume_id": thing} if of_volume else {"place_id": thing}
    return Code(code=code, at=timezone.now(), by=actor.id, **held)
