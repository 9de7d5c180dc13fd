"""Pictures carry who looks; each look is in the log; nobody else gets one."""

from __future__ import annotations

import io
import zipfile
from uuid import UUID, uuid4

import numpy as np
import pypdfium2
import pytest
from django.test import Client
from PIL import Image
from tests.archive import Archive
from tests.browsers import Browser

from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.actions import flush
from dangan.materials.catalogue.models import Volume
from dangan.materials.scans import actions, queries

FORM = "职工登记表"


@pytest.fixture
def page(archive: Archive, volume: Volume, scan) -> UUID:
    added = actions.add_pages(
        archive.archivist,
        material=archive.materials[FORM],
        files=[("1.jpg", scan(1)), ("2.jpg", scan(2))],
    )
    return added.pages[0].pk


def test_a_page_is_drawn_with_a_watermark_and_noted(archive: Archive, page: UUID, scan) -> None:
    flush(archive.archivist.trail)
    picture = Image.open(io.BytesIO(queries.image(archive.archivist, page, width=1200)))
    assert 1200 <= picture.width < 1600
    shown = picture.convert("L")
    plain = Image.open(io.BytesIO(scan(1))).resize(picture.size).convert("L")
    # The ground between the lines is no longer plain paper: something is written all over it.
    changed = np.abs(np.asarray(shown, int) - np.asarray(plain, int)) > 12
    assert changed.mean() > 0.005
    noted = [event for event in archive.archivist.trail.pending if event.action == "page.read"]
    assert [event.object for event in noted] == [str(page)]


@pytest.mark.parametrize("role", ["hr_specialist", "employee", "leader", "finance"])
def test_who_may_not_see_the_volume_gets_no_picture(
    archive: Archive, page: UUID, role: str
) -> None:
    with pytest.raises((Absent, Refused)):
        queries.image(archive.cast.actor(role), page)


def test_an_archivist_elsewhere_and_a_guessed_number_get_the_same(
    archive: Archive, page: UUID
) -> None:
    south: Actor = archive.cast.actor("archivist", unit="华南公司")
    for wanted in (page, uuid4()):
        with pytest.raises(Absent):
            queries.image(south, wanted)


def test_the_original_leaves_only_with_the_download_right(archive: Archive, page: UUID) -> None:
    with pytest.raises(Refused):
        queries.download(archive.archivist, page)
    refused = [
        event for event in archive.archivist.trail.pending if event.action == "page.download"
    ]
    assert refused[-1].outcome == "refused"
    assert queries.download(archive.cast.actor("hr_manager"), page)


def test_the_viewer_page_and_its_pictures(archive: Archive, page: UUID, browser: Browser) -> None:
    archivist: Client = browser("archivist", name="何雨桐")
    shown = archivist.get(f"/archive/materials/{archive.materials[FORM]}/view/")
    assert shown.status_code == 200
    assert "data:image/jpeg;base64" in shown.content.decode()
    picture = archivist.get(f"/archive/pages/{page}/image/?w=800")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Cache-Control"] == "no-store"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert archivist.get(f"/archive/pages/{page}/file/").status_code == 403
    herself = browser(name="沈知微")
    assert herself.get(f"/archive/pages/{page}/image/").status_code == 404


def test_printing_gives_a_pdf_of_watermarked_pages(
    archive: Archive, page: UUID, browser: Browser
) -> None:
    archivist = browser("archivist", name="何雨桐")
    answer = archivist.get(f"/archive/materials/{archive.materials[FORM]}/print/")
    assert answer.status_code == 200
    assert len(pypdfium2.PdfDocument(answer.content)) == 2


def test_the_export_is_a_bookmarked_pdf_of_the_originals(
    archive: Archive, volume: Volume, page: UUID, browser: Browser
) -> None:
    manager = browser("hr_manager", name="梁慎行")
    answer = manager.get(f"/archive/volumes/{volume.pk}/export/pdf/")
    document = pypdfium2.PdfDocument(b"".join(answer.streaming_content))
    assert len(document) == 2
    titles = [one.get_title() for one in document.get_toc()]
    assert any("履历" in title for title in titles)
    assert any(FORM in title for title in titles)
    assert titles[-1] == "2"


def test_the_image_tree_is_named_by_class_material_and_page(
    archive: Archive, volume: Volume, page: UUID, browser: Browser, scan
) -> None:
    manager = browser("hr_manager", name="梁慎行")
    answer = manager.get(f"/archive/volumes/{volume.pk}/export/tree/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as tree:
        assert tree.namelist() == ["010-001-001.jpg", "010-001-002.jpg"]
        assert tree.read("010-001-001.jpg") == scan(1)


def test_nobody_exports_without_the_right(
    archive: Archive, volume: Volume, page: UUID, browser: Browser
) -> None:
    archivist = browser("archivist", name="何雨桐")
    assert archivist.get(f"/archive/volumes/{volume.pk}/export/pdf/").status_code == 403
