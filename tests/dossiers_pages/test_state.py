"""Moving a dossier along its life, and its photograph."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.browsers import Browser
from tests.cast import Cast, written_events
from tests.dossiers_pages.conftest import few_statements

from dangan.dossiers.models import Subject

WHO = "沈知微"


def url(cast: Cast, what: str = "state") -> str:
    return f"/people/{cast.people[WHO]}/{what}/"


def test_a_step_is_taken_with_its_meaning_said_before(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    page = client.get(url(cast)).content.decode()
    assert "已归档" in page and "此后每次修改" in page
    client.post(url(cast), {"state": "filed", "reason": "材料齐全"})
    assert Subject.objects.get(id=cast.people[WHO]).state == "filed"
    assert ("subject.state", "done") in written_events()


def test_no_step_is_skipped(cast: Cast, browser: Browser) -> None:
    answer = browser("hr_specialist").post(url(cast), {"state": "retained"})
    assert answer.status_code == 422
    assert Subject.objects.get(id=cast.people[WHO]).state == "confirmed"


def test_a_closed_dossier_offers_no_change(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    for state in ("filed", "departed"):
        client.post(url(cast), {"state": state})
    text = client.get(f"/people/{cast.people[WHO]}/?set=contact").content.decode()
    assert "已离职" in text and "/edit/" not in text and "状态变为“保管中”" in text


def test_others_may_not(cast: Cast, browser: Browser) -> None:
    assert browser("finance").get(url(cast)).status_code == 403
    assert browser(name=WHO).post(url(cast), {"state": "filed"}).status_code == 403
    south = browser("hr_specialist", unit="华南公司")
    assert south.get(url(cast)).status_code == 404


def picture(kind: str = "PNG") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 600), "#88a").save(buffer, kind)
    return SimpleUploadedFile("photo", buffer.getvalue())


def test_a_photograph_is_stored_and_shown_to_those_who_may(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    client.post(url(cast, "photo"), {"picture": picture()})
    page = client.get(f"/people/{cast.people[WHO]}/")
    address = page.context["page"].portrait_url
    answer = client.get(address)
    assert address in page.content.decode()
    assert answer["Content-Type"] == "image/jpeg" and "no-store" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (320, 448)
    assert browser("finance").get(address).status_code == 404


def test_what_is_no_picture_is_refused(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    fake = SimpleUploadedFile("photo.png", b"<script>alert(1)</script>")
    answer = client.post(url(cast, "photo"), {"picture": fake})
    assert answer.status_code == 422 and "照片无法读取" in answer.content.decode()
    assert client.post(url(cast, "photo"), {}).status_code == 422
    assert browser("finance").post(url(cast, "photo"), {"picture": picture()}).status_code == 404


def test_who_looked_is_told_to_the_person_and_the_keepers(cast: Cast, browser: Browser) -> None:
    browser("hr_manager", name="梁慎行").get(f"/people/{cast.people[WHO]}/?set=contact")
    mine = browser(name=WHO).get(url(cast, "looks")).content.decode()
    assert "梁慎行" in mine and "看" in mine
    part = {"HX-Request": "true", "HX-Target": "looks"}
    rail = browser("hr_specialist").get(url(cast, "looks"), headers=part)
    assert "梁慎行" in rail.content.decode() and "<html" not in rail.content.decode()
    assert browser("finance").get(url(cast, "looks")).status_code == 404


def test_few_statements(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    for what in ("state", "looks", "photo"):
        client.get(url(cast, what))
        with few_statements():
            client.get(url(cast, what))
