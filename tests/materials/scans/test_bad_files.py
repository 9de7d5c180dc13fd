"""Whatever is sent that is no scan is named; what came with it is kept; nothing lies about."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from tests.archive import Archive
from tests.files.scans import document, zipped

from dangan.files.incoming import take_in
from dangan.files.models import SealedFile
from dangan.materials.catalogue.models import Volume
from dangan.materials.scans import actions
from dangan.materials.scans.models import Arrival, Page

FORM = "职工登记表"


def huge() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has four hundred million pixels of colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def scripted() -> bytes:
    return document(b"<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>")


BAD = {
    "broken.jpg": b"\xff\xd8\xff\xe0 not a picture",
    "huge.png": huge(),
    "bomb.png": bomb(),
    "scripted.pdf": scripted(),
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "page.html": b"<html><script>1</script></html>",
    "empty.jpg": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_is_named_and_the_page_beside_it_kept(
    archive: Archive, volume: Volume, scan, name: str
) -> None:
    added = actions.add_pages(
        archive.archivist,
        material=archive.materials[FORM],
        files=[("1.jpg", scan(1)), (name, BAD[name]), ("2.jpg", scan(2))],
    )
    assert [page.number for page in added.pages] == [1, 2]
    [(refused, message)] = added.refused
    assert refused == name
    assert message.params["name"] == name
    assert SealedFile.objects.filter(state="kept").count() == 2


def test_a_picture_that_is_an_archive_too_is_refused(
    archive: Archive, volume: Volume, scan
) -> None:
    both = scan(1) + zipped(("a.txt", b"hidden"))
    added = actions.add_pages(
        archive.archivist, material=archive.materials[FORM], files=[("1.jpg", both)]
    )
    assert not added.pages
    assert not Page.objects.exists()


def test_a_picture_named_as_a_document_is_refused(archive: Archive, volume: Volume, scan) -> None:
    added = actions.add_pages(
        archive.archivist, material=archive.materials[FORM], files=[("page.pdf", scan(1))]
    )
    assert not added.pages
    assert [name for name, _message in added.refused] == ["page.pdf"]


@pytest.mark.parametrize("name", ["../../escape.jpg", "/etc/escape.jpg", "a/../../escape.jpg"])
def test_a_member_that_climbs_out_is_refused_and_its_neighbours_kept(
    archive: Archive, volume: Volume, scan, name: str
) -> None:
    packed = zipped(("041-001-001.jpg", scan(1)), (name, scan(2)), ("041-001-002.jpg", scan(3)))
    found = actions.receive(
        archive.archivist, volume=volume.pk, path="s.zip", data=take_in("s.zip", [packed])
    )
    assert len(found.arrivals) == 2
    assert len(found.refused) == 1
    assert Arrival.objects.count() == 2


@pytest.mark.parametrize("name", ["scripted.pdf", "drawing.svg", "bomb.png"])
def test_a_bad_member_of_a_zip_costs_no_other(
    archive: Archive, volume: Volume, scan, name: str
) -> None:
    packed = zipped(("1.jpg", scan(1)), (name, BAD[name]), ("2.jpg", scan(2)))
    found = actions.receive(
        archive.archivist, volume=volume.pk, path="s.zip", data=take_in("s.zip", [packed])
    )
    assert len(found.arrivals) == 2
    assert [path.rpartition("/")[2] for path, _message in found.refused] == [name]
