"""Scans as somebody without leave would look for them: by guessing, by another's grant, by the
file beneath, by thumbnails, by paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.archive import Archive, make_archive
from tests.browsers import Browser
from tests.cast import Cast
from tests.files.scans import page as drawn

from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue import grants
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.scans import actions, queries

FORM, STUDY = "职工登记表", "毕业研究生登记表"
DEEDS = ["left", "right", "accept", "remove", "restore", "replace"]


@pytest.fixture
def archive(cast: Cast) -> Archive:
    return make_archive(cast)


@pytest.fixture
def pages(archive: Archive) -> dict[str, UUID]:
    """One page in each of two materials of 沈知微's volume."""
    archive.volume("沈知微")
    made = {}
    for title in (FORM, STUDY):
        added = actions.add_pages(
            archive.archivist, material=archive.materials[title], files=[("1.jpg", drawn())]
        )
        made[title] = added.pages[0].pk
    return made


@pytest.fixture
def given() -> Iterator[list[tuple[UUID, UUID, grants.Grant]]]:
    """(account, volume, grant): what consultations allow while the story runs."""
    held: list[tuple[UUID, UUID, grants.Grant]] = []

    def provider(actor: Actor, volume: UUID) -> Sequence[grants.Grant]:
        now = timezone.now()
        return [
            grant
            for who, where, grant in held
            if who == actor.id and where == volume and grant.until > now
        ]

    grants.register("test", provider)
    yield held
    del grants._providers["test"]


def lent(archive: Archive, *titles: str, hours: int = 8, **may: bool) -> grants.Grant:
    return grants.Grant(
        "CY-2026-0007",
        timezone.now() + timedelta(hours=hours),
        frozenset(archive.materials[title] for title in titles),
        **may,
    )


def test_a_grant_opens_its_material_with_the_case_number_and_no_other(
    archive: Archive, pages: dict[str, UUID], given: list[tuple[UUID, UUID, grants.Grant]]
) -> None:
    reader = archive.cast.actor("hr_specialist")
    given.append((reader.id, archive.volumes["沈知微"].pk, lent(archive, FORM)))
    assert queries.image(reader, pages[FORM])
    read = [event for event in reader.trail.pending if event.action == "page.read"]
    assert read[-1].facts["case"] == "CY-2026-0007"
    with pytest.raises(Absent):
        queries.image(reader, pages[STUDY])
    with pytest.raises(Absent):
        queries.pages(reader, archive.materials[STUDY])


def test_an_expired_grant_opens_nothing(
    archive: Archive, pages: dict[str, UUID], given: list[tuple[UUID, UUID, grants.Grant]]
) -> None:
    reader = archive.cast.actor("hr_specialist")
    given.append((reader.id, archive.volumes["沈知微"].pk, lent(archive, FORM, hours=-1)))
    with pytest.raises(Absent):
        queries.image(reader, pages[FORM])


def test_reading_gives_neither_the_file_nor_the_arranging(
    archive: Archive, pages: dict[str, UUID], given: list[tuple[UUID, UUID, grants.Grant]]
) -> None:
    reader = archive.cast.actor("hr_specialist")
    given.append((reader.id, archive.volumes["沈知微"].pk, lent(archive, FORM)))
    looked, item, _pages = queries.pages(reader, archive.materials[FORM])
    assert not looked.sight.prints(item.id)
    with pytest.raises(Refused):
        queries.download(reader, pages[FORM])
    with pytest.raises(Refused):
        actions.rotate(reader, page=pages[FORM], by=90)
    with pytest.raises(Refused):
        actions.remove_page(reader, page=pages[FORM])


def test_a_grant_to_download_is_a_grant_for_its_material_only(
    archive: Archive, pages: dict[str, UUID], given: list[tuple[UUID, UUID, grants.Grant]]
) -> None:
    reader = archive.cast.actor("hr_specialist")
    volume = archive.volumes["沈知微"].pk
    given.append((reader.id, volume, lent(archive, FORM, download=True)))
    given.append((reader.id, volume, lent(archive, STUDY)))
    assert queries.download(reader, pages[FORM])
    with pytest.raises(Refused):
        queries.download(reader, pages[STUDY])


def test_what_is_marked_shows_no_page_thumbnail_or_deed_even_to_its_keeper(
    archive: Archive, pages: dict[str, UUID], browser: Browser
) -> None:
    Material.objects.filter(pk=archive.materials[FORM]).update(secrecy=2)
    with pytest.raises(Absent):
        queries.image(archive.archivist, pages[FORM])
    with pytest.raises(Absent):
        queries.pages(archive.archivist, archive.materials[FORM])
    with pytest.raises(Absent):
        actions.rotate(archive.archivist, page=pages[FORM], by=90)
    with pytest.raises(Absent):
        actions.add_pages(
            archive.archivist, material=archive.materials[FORM], files=[("1.jpg", drawn())]
        )
    manager = browser("hr_manager", name="梁慎行")
    answer = manager.get(f"/archive/volumes/{archive.volumes['沈知微'].pk}/export/tree/")
    assert answer.getvalue().count(b"010-001-001.jpg") == 0


def test_a_restricted_volume_shows_nothing(archive: Archive, pages: dict[str, UUID]) -> None:
    Volume.objects.update(restricted_at=timezone.now())
    with pytest.raises(Absent):
        queries.image(archive.archivist, pages[FORM])


def test_ones_own_cadre_scans_are_kept_from_the_archivist(archive: Archive) -> None:
    archive.volume("何雨桐", "cadre")
    page = actions.add_pages(
        archive.archivist, material=archive.materials[FORM], files=[("1.jpg", drawn())]
    ).pages[0]
    own = archive.cast.actor("archivist", name="何雨桐")
    with pytest.raises(Refused):
        queries.image(own, page.pk)
    with pytest.raises(Refused):
        actions.rotate(own, page=page.pk, by=90)


@pytest.mark.parametrize("role", ["finance", "hr_specialist", "leader"])
def test_no_address_answers_who_has_no_leave(
    archive: Archive, pages: dict[str, UUID], browser: Browser, role: str
) -> None:
    asking: Client = browser(role, name="罗文博")
    volume, material = archive.volumes["沈知微"].pk, archive.materials[FORM]
    for path in (
        f"/archive/pages/{pages[FORM]}/image/",
        f"/archive/pages/{pages[FORM]}/file/",
        f"/archive/materials/{material}/view/",
        f"/archive/materials/{material}/print/",
        f"/archive/materials/{material}/pages/",
        f"/archive/volumes/{volume}/upload/",
        f"/archive/volumes/{volume}/export/pdf/",
        f"/archive/volumes/{volume}/export/copy/",
        f"/archive/volumes/{volume}/export/tree/",
    ):
        assert asking.get(path).status_code in {403, 404}, path
    for verb in DEEDS:
        assert asking.post(f"/archive/pages/{pages[FORM]}/{verb}/").status_code in {403, 404}, verb


def test_guessed_identifiers_and_another_unit_look_the_same(
    archive: Archive, pages: dict[str, UUID], browser: Browser
) -> None:
    south = browser("archivist", unit="华南公司")
    for page in (pages[FORM], uuid4()):
        assert south.get(f"/archive/pages/{page}/image/").status_code == 404
        for verb in DEEDS:
            assert south.post(f"/archive/pages/{page}/{verb}/").status_code == 404
    for material in (archive.materials[FORM], uuid4()):
        assert south.get(f"/archive/materials/{material}/view/").status_code == 404
        assert south.post(f"/archive/materials/{material}/pages/order/").status_code == 404


def test_a_page_of_another_volume_is_not_moved_through_ones_own(
    archive: Archive, pages: dict[str, UUID]
) -> None:
    archive.volume("罗文博")
    south = archive.cast.actor("archivist", unit="华南公司")
    with pytest.raises(Absent):
        actions.move_pages(south, pages=[pages[FORM]], to=archive.materials[FORM])
    with pytest.raises(Absent):
        actions.rotate(south, page=pages[FORM], by=90)


def test_no_title_or_name_stands_in_a_download_or_an_address(
    archive: Archive, pages: dict[str, UUID], browser: Browser
) -> None:
    manager = browser("hr_manager", name="梁慎行")
    answer = manager.get(f"/archive/volumes/{archive.volumes['沈知微'].pk}/export/pdf/")
    assert "沈" not in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
