"""Whatever shows or changes something of a person leaves an event; so does every refusal."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import Cast, written_events
from tests.exchange.books import xlsx
from tests.security.conftest import PASSWORD, Join, call, row_of

from dangan.access.queries import console_actor
from dangan.audit import queries as audit
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Portrait

WHO = "沈知微"


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 420)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_portrait_fetched_by_itself_is_a_look(cast: Cast, join: Join) -> None:
    subject = cast.people[WHO]
    actions.set_portrait(console_actor(), subject=subject, picture=picture())
    name = Portrait.objects.get(subject=subject).picture
    browser = join("hr_manager").browser()
    assert browser.get(f"/people/{subject}/portrait/{name}/").status_code == 200
    assert ("dossier.portrait", "done") in written_events()
    own = cast.actor("employee", name=WHO)
    looked = queries.looks(queries.open_subject(own, subject), limit=5)
    assert [look.deed for look in looked][:1] == ["看照片"]


def test_the_page_and_its_portrait_are_one_look(cast: Cast) -> None:
    subject = cast.people[WHO]
    actions.set_portrait(console_actor(), subject=subject, picture=picture())
    manager = cast.actor("hr_manager")
    queries.open_dossier(manager, subject)
    queries.portrait(manager, subject)
    written_events(manager)
    assert len(audit.looked_at(subject, limit=2)) == 2
    own = cast.actor("employee", name=WHO)
    found = queries.looks(queries.open_subject(own, subject), limit=50)
    assert [look.actor for look in found].count(manager.id) == 1


def test_a_list_of_versions_is_a_look(cast: Cast, join: Join) -> None:
    subject = cast.people[WHO]
    row = row_of(subject, "contact")
    answer = join("hr_manager").call("GET", f"/subjects/{subject}/records/contact/{row}/versions")
    assert answer.status_code == 200
    assert ("history.read", "done") in written_events()


def test_recent_changes_on_the_desk_are_a_look(cast: Cast, join: Join) -> None:
    page = join("head", unit="研发中心").browser().get("/")
    assert WHO in page.content.decode()
    assert ("history.list", "done") in written_events()


def test_uploading_people_and_looking_at_the_upload_leave_events(cast: Cast, join: Join) -> None:
    browser = join("hr_specialist").browser()
    book = SimpleUploadedFile("人员.xlsx", xlsx([["姓名", "工号"], ["李四", "N1"]]))
    answer = browser.post("/import/", {"files": book})
    assert ("import.upload", "done") in written_events()
    assert browser.get(answer["Location"]).status_code == 200
    assert ("import.read", "done") in written_events()
    assert join("hr_specialist").browser().get(answer["Location"]).status_code == 404


def test_saved_views_leave_events(cast: Cast, join: Join) -> None:
    browser = join("hr_specialist").browser()
    made = browser.post("/people/views/", {"view_name": "试用"})
    assert made.status_code == 204, made.status_code
    assert ("view.save", "done") in written_events()


def test_a_wrong_present_password_is_written_down(cast: Cast, join: Join) -> None:
    browser = join("finance").browser()
    given = {"current": "falsch2026", "new": "anders2026x", "again": "anders2026x"}
    assert browser.post("/password/", given).status_code == 422
    assert ("account.password", "failed") in written_events()
    assert browser.post("/password/", given | {"current": PASSWORD}).status_code == 302
    assert ("account.password", "done") in written_events()


def test_a_token_that_opens_nothing_is_written_down(cast: Cast) -> None:
    assert call("dgn_false", "GET", "/dictionary").status_code == 401
    assert ("login.failed", "failed") in written_events()


def test_without_a_token_there_is_nothing_to_write(cast: Cast) -> None:
    before = written_events()
    assert Client().get("/api/v1/dictionary").status_code == 401
    assert written_events() == before


@pytest.mark.parametrize(
    "address", ["/accounts/", "/roles/", "/audit/", "/import/", "/people/new/", "/statistics/"]
)
def test_a_closed_door_is_written_down(cast: Cast, join: Join, address: str) -> None:
    assert join(name=WHO).browser().get(address).status_code == 403
    assert ("access.refuse", "refused") in written_events()
