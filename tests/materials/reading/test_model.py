"""A search finds exactly what reading every visible text in clear would find: no more, no less.

The model asks the catalogue for each material whether the reader sees it, folds every title and
text, and looks for the words in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archive import Archive
from tests.materials.reading.conftest import Scanner

from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Material, Reader, Volume
from dangan.materials.reading import actions, queries
from dangan.materials.reading.folding import fold
from dangan.materials.reading.models import Reading
from dangan.materials.reading.rules import finding

TEXT = st.text(st.sampled_from("处分臺台Ａa "), min_size=6, max_size=14)
WORDS = st.text(st.sampled_from("处分臺台Ａa"), min_size=1, max_size=2)
PEOPLE = (("沈知微", "staff"), ("何雨桐", "cadre"), ("罗文博", "employee_file"))


@dataclass
class World:
    """The room, its pages, and those who search."""

    archive: Archive
    scanner: Scanner
    actors: list[Actor]
    pages: list[tuple[UUID, UUID]] = field(default_factory=list)
    """(material, page)"""
    titles: dict[UUID, str] = field(default_factory=dict)

    def materials(self) -> list[Material]:
        return list(Material.objects.select_related("volume").order_by("id"))


@pytest.fixture
def world(archive: Archive, scanner: Scanner) -> World:
    cast = archive.cast
    made = World(
        archive,
        scanner,
        [
            archive.archivist,
            cast.actor("archivist", unit="华东公司"),
            cast.actor("archivist", unit="华南公司", name="罗文博"),
            cast.actor("archivist", name="何雨桐"),
            cast.actor("hr_manager", unit="人力资源部"),
        ],
    )
    for name, kind in PEOPLE:
        archive.volume(name, kind)
        for material in archive.materials.values():
            made.pages.append((material, scanner.page(material)))
    for row in made.materials():
        made.titles[row.pk] = catalogue.material(archive.archivist, row.pk)[1].body.title
    return made


def expected(world: World, actor: Actor, texts: dict[UUID, str], words: str) -> set[object]:
    """What somebody who may read it all in clear would find."""
    wanted = finding.words_of(words, fold)
    return {
        found
        for row in world.materials()
        if _sees(actor, row)
        for found in _finds(row, world, texts, wanted)
    }


def _sees(actor: Actor, row: Material) -> bool:
    try:
        looked, _item = catalogue.material(actor, row.pk)
    except (Absent, Refused):
        return False
    return looked.sight.whole and row.state == Material.State.FILED


def _finds(
    row: Material, world: World, texts: dict[UUID, str], wanted: tuple[str, ...]
) -> Iterator[object]:
    if finding.holds(fold(world.titles[row.pk]), wanted):
        yield row.pk, None
    for material, page in world.pages:
        if material == row.pk and finding.holds(fold(texts[page]), wanted):
            yield row.pk, page


@given(data=st.data())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_search_finds_what_reading_everything_would(world: World, data: st.DataObject) -> None:
    _reset(world)
    texts = {page: data.draw(TEXT, label="text") for _material, page in world.pages}
    for page, text in texts.items():
        world.scanner.read(page, [text[:5], text[5:]])
    _mark(world, data)
    actor = data.draw(st.sampled_from(world.actors), label="actor")
    words = " ".join(data.draw(st.lists(WORDS, min_size=1, max_size=1), label="words"))
    if not finding.searchable(finding.words_of(words, fold)):
        return
    hits = queries.search(actor, words, limit=1000)
    assert {(hit.material, hit.page) for hit in hits.found} == expected(world, actor, texts, words)
    assert not hits.more


def _reset(world: World) -> None:
    Reader.objects.all().delete()
    Material.objects.update(secrecy=0, state="filed")
    Volume.objects.update(restricted_at=None, standing="held")
    Reading.objects.update(picture="")
    for material, page in world.pages:
        actions.queue_pages(world.archive.archivist, material, [page])


def _mark(world: World, data: st.DataObject) -> None:
    """Some materials marked, removed or given to named readers; a volume restricted or away."""
    for row in world.materials():
        row.secrecy = data.draw(st.sampled_from([0, 0, 1, 2, 3]))
        row.state = data.draw(st.sampled_from(["filed", "filed", "filed", "removed"]))
        row.save(update_fields=["secrecy", "state"])
        named = data.draw(st.sampled_from([None, *world.actors]))
        if named is not None:
            Reader.objects.get_or_create(
                volume=row.volume,
                material=data.draw(st.sampled_from([row, None])),
                account=named.id,
                defaults={"at": timezone.now(), "by": world.archive.archivist.id},
            )
    for volume in Volume.objects.all():
        volume.restricted_at = data.draw(st.sampled_from([None, None, None, timezone.now()]))
        volume.standing = data.draw(st.sampled_from(["held", "held", "away", "destroyed"]))
        volume.save(update_fields=["restricted_at", "standing"])
