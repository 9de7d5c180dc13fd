"""Pages come in sealed; what is refused is named and the rest kept; counts follow."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from tests.archive import Archive
from tests.materials.scans.conftest import drawn

from dangan.access.rules import Absent, Refused
from dangan.files.incoming import take_in
from dangan.files.models import SealedFile
from dangan.files.storage import files
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.scans import actions, queries
from dangan.materials.scans.models import Arrival, Page

FORM = "职工登记表"


def add(archive: Archive, *files_: tuple[str, bytes], title: str = FORM) -> actions.Added:
    return actions.add_pages(archive.archivist, material=archive.materials[title], files=files_)


def test_two_pages_make_the_material_whole(archive: Archive, volume: Volume, scan) -> None:
    added = add(archive, ("1.jpg", scan(1)), ("2.jpg", scan(2)))
    assert [page.number for page in added.pages] == [1, 2]
    volume.refresh_from_db()
    assert (volume.scanned, volume.scanned_pages) == (1, 2)
    material = Material.objects.get(pk=archive.materials[FORM])
    assert material.scanned_pages == 2


def test_a_pdf_and_a_tiff_give_all_their_pages(archive: Archive, volume: Volume) -> None:
    first, second = (drawn(seed) for seed in (1, 2))
    pdf, tiff = io.BytesIO(), io.BytesIO()
    first.save(pdf, "PDF", save_all=True, append_images=[second], resolution=300)
    # Pictures of their own: Pillow keeps how it last encoded one.
    drawn(1).save(tiff, "TIFF", save_all=True, append_images=[drawn(2)])
    added = add(archive, ("a.pdf", pdf.getvalue()), ("b.tif", tiff.getvalue()))
    assert [(page.number, page.file_page) for page in added.pages] == [
        (1, 1),
        (2, 2),
        (3, 1),
        (4, 2),
    ]


def test_the_original_is_kept_bit_for_bit(archive: Archive, volume: Volume, scan) -> None:
    page = add(archive, ("1.jpg", scan(1))).pages[0]
    manager = archive.cast.actor("hr_manager")
    _file, media_type, pieces = queries.download(manager, page.pk)
    assert media_type == "image/jpeg"
    assert b"".join(pieces) == scan(1)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("broken.jpg", b"\xff\xd8\xff\xe0 not a picture"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("page.jpg", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj"),
        ("empty.jpg", b""),
    ],
)
def test_what_is_no_scan_is_named_and_the_rest_kept(
    archive: Archive, volume: Volume, scan, name: str, data: bytes
) -> None:
    added = add(archive, ("1.jpg", scan(1)), (name, data), ("2.jpg", scan(2)))
    assert [page.number for page in added.pages] == [1, 2]
    assert [(refused, name in str(message)) for refused, message in added.refused] == [(name, True)]


def test_more_than_a_picture_is_refused(archive: Archive, volume: Volume, scan) -> None:
    added = add(archive, ("1.jpg", scan(1) + b"PK\x03\x04 a second file behind the first"))
    assert not added.pages
    assert len(added.refused) == 1


def test_a_picture_of_twenty_thousand_pixels_is_refused(archive: Archive, volume: Volume) -> None:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    added = add(archive, ("huge.png", buffer.getvalue()))
    assert not added.pages
    assert "huge.png" in str(added.refused[0][1])


def test_nothing_of_a_page_lies_on_the_disk_in_clear(
    archive: Archive, volume: Volume, scan
) -> None:
    add(archive, ("1.jpg", scan(1)))
    picture = scan(1)[2000:2032]
    for path in Path(files().location).rglob("*"):
        assert path.is_dir() or picture not in path.read_bytes()
    row = Page.objects.get()
    assert b"JFIF" not in bytes(row.sealed_thumbnail)


def test_who_may_not_scan_adds_nothing(archive: Archive, volume: Volume, scan) -> None:
    for role in ("hr_manager", "hr_specialist", "employee"):
        with pytest.raises((Absent, Refused)):
            actions.add_pages(
                archive.cast.actor(role),
                material=archive.materials[FORM],
                files=[("1.jpg", scan(1))],
            )
    assert not Page.objects.exists()
    assert not SealedFile.objects.exists()


def test_a_replaced_page_stays_as_a_former_one(archive: Archive, volume: Volume, scan) -> None:
    first, second = add(archive, ("1.jpg", scan(1)), ("2.jpg", scan(2))).pages
    actions.replace_page(archive.archivist, page=first.pk, name="n.jpg", data=scan(7))
    _look, _item, now = queries.pages(archive.archivist, archive.materials[FORM])
    assert [page.number for page in now] == [1, 2]
    assert now[1].id == second.pk
    assert Page.objects.get(pk=first.pk).state == Page.State.FORMER
    assert queries.image(archive.archivist, first.pk)


def test_a_zip_is_unpacked_to_wait_and_placed_by_its_names(
    archive: Archive, volume: Volume, scan
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive_:
        archive_.writestr("沈知微/一、履历类材料/职工登记表/0002.jpg", scan(2))
        archive_.writestr("沈知微/一、履历类材料/职工登记表/0001.jpg", scan(1))
        archive_.writestr("../escape.jpg", scan(3))
        archive_.writestr("沈知微/说明.txt", b"no picture")
    found = actions.receive(
        archive.archivist,
        volume=volume.pk,
        path="scans.zip",
        data=take_in("scans.zip", [packed.getvalue()]),
    )
    assert len(found.arrivals) == 2
    assert len(found.refused) == 2
    _look, _items, lines = queries.arrivals(archive.archivist, volume.pk)
    assert [line.path.rpartition("/")[2] for line in lines] == ["0001.jpg", "0002.jpg"]
    assert {line.material for line in lines} == {archive.materials[FORM]}
    plan = {archive.materials[FORM]: [line.id for line in lines]}
    assert actions.place(archive.archivist, volume=volume.pk, plan=plan) == 2
    assert actions.place(archive.archivist, volume=volume.pk, plan=plan) == 0
    assert not Arrival.objects.exists()


def test_what_is_dropped_leaves_no_file(archive: Archive, volume: Volume, scan) -> None:
    actions.receive(
        archive.archivist, volume=volume.pk, path="1.jpg", data=take_in("1.jpg", [scan(1)])
    )
    row = Arrival.objects.get()
    actions.drop(archive.archivist, volume=volume.pk, arrivals=[row.pk])
    assert SealedFile.objects.get(pk=row.file).state == SealedFile.State.GONE
