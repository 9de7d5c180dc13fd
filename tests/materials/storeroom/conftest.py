"""A furnished storeroom for these stories."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from tests.archive import Archive

from dangan.access.rules import Actor
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.actions.places import Furniture, add_places


@dataclass
class Storeroom:
    """三库 with one rack of two shelves of two boxes, and a cabinet for what is marked."""

    archive: Archive
    room: UUID
    rack: UUID
    shelf: UUID
    other_shelf: UUID
    box: UUID
    next_box: UUID
    apart: UUID

    @property
    def keeper(self) -> Actor:
        return self.archive.archivist

    def shelve(self, name: str, place: UUID | None = None, kind: str = "staff") -> UUID:
        """A new volume of one of the cast, standing in a place."""
        volume = self.archive.volume(name, kind, lines=False)
        move(self.keeper, volumes=[volume.pk], to=place or self.box)
        return volume.pk


@pytest.fixture
def store(archive: Archive) -> Storeroom:
    keeper = archive.archivist

    def add(parent: UUID | None, **what: object) -> list[UUID]:
        made = add_places(keeper, parent=parent, wanted=Furniture(**what))  # type: ignore[arg-type]  # of the test's own words
        return [place.pk for place in made]

    (room,) = add(None, level="room", code="三库")
    (rack,) = add(room, level="rack", code="07")
    shelf, other = add(rack, level="shelf", code="1", count=2)
    box, next_box = add(other, level="box", code="15", count=2, capacity=3)
    (apart,) = add(room, level="cabinet", code="保密", apart=2)
    return Storeroom(archive, room, rack, shelf, other, box, next_box, apart)
