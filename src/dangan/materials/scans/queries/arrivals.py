"""Files that wait to be placed, and where their names say that they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.table import categories
from dangan.materials.scans.models import Arrival
from dangan.materials.scans.rules.naming import Spot, natural, spot_of
from dangan.materials.scans.sealing import arrival_place
from dangan.vault import queries as vault
from dangan.vault.rules import unseal


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """A file that waits; ``material`` is where its name says it belongs, if that is certain."""

    id: UUID
    path: str
    pages: int
    spot: Spot
    material: UUID | None


def arrivals(actor: Actor, volume: UUID) -> tuple[Look, list[Item], list[ArrivalLine]]:
    """What waits for a volume whose scans the actor arranges, in the order of materials and pages.

    Raises as :func:`catalogue.queries.keep`.
    """
    looked = catalogue.keep(actor, volume, "archive.scan", lock=False)
    key = vault.key_of(looked.volume.subject_id)
    items, _hidden = catalogue.contents(looked, key=key)
    lines = []
    for row in Arrival.objects.filter(volume=volume):
        place = arrival_place(looked.volume.subject_id, row.pk)
        path = unseal(key, place, bytes(row.sealed)).decode()
        spot = spot_of(path, _find)
        lines.append(ArrivalLine(row.pk, path, row.pages, spot, _belongs(spot, items)))
    actor.trail.add(Event("page.receive", subject=looked.volume.subject_id, object=str(volume)))
    return looked, items, sorted(lines, key=_order)


def _find(text: str) -> str | None:
    found = categories().find(text)
    return found.no if found is not None else None


def _belongs(spot: Spot, items: Sequence[Item]) -> UUID | None:
    """The one line of the catalogue that is meant; none when two could be."""
    if not spot.certain:
        return None
    same = [item for item in items if item.body.category == spot.category]
    if spot.material:
        numbered = [item for item in same if item.body.number == spot.material]
        if len(numbered) == 1:
            return numbered[0].id
    titled = [item for item in same if spot.title and item.body.title == spot.title]
    return titled[0].id if len(titled) == 1 else None


def _order(line: ArrivalLine) -> tuple[object, ...]:
    places = categories().places
    return (
        places.get(line.spot.category, len(places)),
        line.spot.material,
        line.spot.title,
        line.spot.page,
        natural(line.path),
    )
