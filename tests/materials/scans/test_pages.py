"""The pages of this room: few statements, in order, and what somebody presses is what happens."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.archive import Archive
from tests.browsers import Browser
from tests.statements import own

from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.scans import actions
from dangan.materials.scans.models import Arrival, Page, PageEvent

FORM, STUDY = "职工登记表", "毕业研究生登记表"


@pytest.fixture
def archivist(browser: Browser) -> Client:
    return browser("archivist", name="何雨桐")


@pytest.fixture
def pages(archive: Archive, volume: Volume, scan) -> list[UUID]:
    added = actions.add_pages(
        archive.archivist,
        material=archive.materials[FORM],
        files=[(f"{n}.jpg", scan(n)) for n in (1, 2, 3)],
    )
    return [page.pk for page in added.pages]


def standing(archive: Archive, title: str = FORM) -> list[UUID]:
    rows = Page.objects.filter(material=archive.materials[title], state="current")
    return list(rows.order_by("number").values_list("pk", flat=True))


def test_many_thumbnails_cost_no_more_statements_than_few(
    archive: Archive, pages: list[UUID], archivist: Client, scan
) -> None:
    address = f"/archive/materials/{archive.materials[FORM]}/view/"
    archivist.get(address)
    with CaptureQueriesContext(connection) as few:
        archivist.get(address)
    more = [(f"{n}.jpg", scan(1)) for n in range(20)]
    actions.add_pages(archive.archivist, material=archive.materials[FORM], files=more)
    with CaptureQueriesContext(connection) as many:
        assert archivist.get(address).content.count(b"data:image/jpeg") == 23
    # Half of them are the shell's and the head's, where every room of the archive says something.
    assert len(own(many)) == len(own(few)) <= 23


def test_an_upload_arrives_is_matched_and_placed(
    archive: Archive, volume: Volume, archivist: Client, scan
) -> None:
    address = f"/archive/volumes/{volume.pk}/upload/"
    sent = archivist.post(
        f"{address}files/",
        {
            "path": "沈知微/一、履历类材料/职工登记表/0001.jpg",
            "files": SimpleUploadedFile("0001.jpg", scan(1)),
        },
        headers={"accept": "application/json"},
    )
    assert sent.json() == {"taken": 1, "refused": []}
    arrival = Arrival.objects.get()
    shown = archivist.get(address).content.decode()
    assert "0001.jpg" in shown
    assert f'<option value="{archive.materials[FORM]}" selected>' in shown
    archivist.post(
        f"{address}place/",
        {"arrival": str(arrival.pk), f"to-{arrival.pk}": str(archive.materials[FORM])},
    )
    assert len(standing(archive)) == 1
    assert not Arrival.objects.exists()


def test_a_refused_upload_is_said_in_the_answer(volume: Volume, archivist: Client) -> None:
    sent = archivist.post(
        f"/archive/volumes/{volume.pk}/upload/files/",
        {"path": "a/坏.jpg", "files": SimpleUploadedFile("坏.jpg", b"\xff\xd8\xff no")},
        headers={"accept": "application/json"},
    )
    assert sent.json()["taken"] == 0
    assert "坏.jpg" in sent.json()["refused"][0]


def test_an_upload_without_script_says_what_became_of_it(
    volume: Volume, archivist: Client, scan
) -> None:
    address = f"/archive/volumes/{volume.pk}/upload/"
    sent = archivist.post(
        f"{address}files/", {"files": SimpleUploadedFile("1.jpg", scan(1))}, follow=True
    )
    assert "收到 1 个文件" in sent.content.decode()


def test_ticked_pages_move(archive: Archive, pages: list[UUID], archivist: Client) -> None:
    address = f"/archive/materials/{archive.materials[FORM]}/pages/"
    into = str(archive.materials[STUDY])
    archivist.post(f"{address}move/", {"into": into})
    assert standing(archive) == pages
    archivist.post(f"{address}move/", {"moved": [str(pages[1])], "into": into})
    assert standing(archive) == [pages[0], pages[2]]
    assert standing(archive, STUDY) == [pages[1]]


def test_a_fault_is_kept_only_with_a_reason(
    archive: Archive, volume: Volume, archivist: Client, scan
) -> None:
    page = actions.add_pages(
        archive.archivist, material=archive.materials[FORM], files=[("1.jpg", scan(blank=True))]
    ).pages[0]
    address = f"/archive/materials/{archive.materials[FORM]}/pages/"
    assert "空白页" in archivist.get(address).content.decode()
    archivist.post(f"/archive/pages/{page.pk}/accept/")
    assert not Page.objects.get().accepted
    archivist.post(f"/archive/pages/{page.pk}/accept/", {"reason": "原件背面印有页码框"})
    assert Page.objects.get().accepted
    assert "空白页" not in archivist.get(address).content.decode()
    assert "原件背面" not in str(list(PageEvent.objects.values_list("facts", flat=True)))


def test_a_page_scanned_twice_shows_across_materials(
    archive: Archive, pages: list[UUID], archivist: Client, scan
) -> None:
    actions.add_pages(
        archive.archivist, material=archive.materials[STUDY], files=[("1.jpg", scan(2))]
    )
    address = f"/archive/materials/{archive.materials[STUDY]}/pages/"
    assert "可能扫了两次" in archivist.get(address).content.decode()


def test_the_history_says_who(archive: Archive, pages: list[UUID], archivist: Client) -> None:
    archivist.post(f"/archive/pages/{pages[0]}/right/")
    shown = archivist.get(f"/archive/materials/{archive.materials[FORM]}/pages/").content.decode()
    assert "旋转一页至 90°" in shown
    assert Material.objects.get(pk=archive.materials[FORM]).scanned_pages == 3


def test_a_copy_that_leaves_carries_a_number_that_the_log_knows(
    volume: Volume, pages: list[UUID], browser: Browser
) -> None:
    manager = browser("hr_manager", name="梁慎行")
    answer = manager.get(f"/archive/volumes/{volume.pk}/export/copy/")
    assert answer.status_code == 200
    assert answer.getvalue().startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
