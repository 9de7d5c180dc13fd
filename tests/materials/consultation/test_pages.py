"""The pages: asked for, granted, read and registered in the browser; few statements each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.materials.consultation.conftest import Room
from tests.materials.consultation.test_consulting import PNG
from tests.statements import own

from dangan.materials.consultation import actions
from dangan.materials.consultation.models import Consultation, Note, Provision
from dangan.workflow import actions as workflow

FEW = 15
ROSTER = ("m.snapshot", "keystore.epoch WHERE", "roster_layout")
"""A roster that is not committed is read anew at each look; otherwise it is one watermark."""


def get(client: Client, url: str, most: int = FEW) -> str:
    """The page, twice: the second time with few statements."""
    assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as spent:
        text = client.get(url).content.decode()
    told = [sql[:90] for sql in own(spent) if not any(one in sql for one in ROSTER)]
    assert len(told) <= most, "\n".join(told)
    return text


def test_a_request_goes_in_by_the_form(room: Room) -> None:
    volume = room.volume()
    client = room.browser("he")
    assert "查阅谁的档案" in get(client, "/archive/consultations/new/")
    data: dict[str, Any] = {
        "volume_1": volume.number,
        "ground": "2",
        "purpose": "拟任研发中心副主任",
        "account": [str(room["he"])],
        "extent": "categories",
        "categories": ["1"],
        "hours": 8,
    }
    refused = client.post("/archive/consultations/new/", data)
    assert refused.status_code == 422
    assert "至少要 2 名阅览人" in refused.content.decode()
    assert not Consultation.objects.exists()
    data["account"] = [str(room["he"]), str(room["yu"])]
    assert client.post("/archive/consultations/new/", data).status_code == 302
    row = Consultation.objects.get()
    assert row.number in get(client, "/archive/consultations/mine/", 20)


def test_what_is_missing_is_said_at_its_field(room: Room) -> None:
    answer = room.browser("he").post("/archive/consultations/new/", {"hours": 99})
    assert answer.status_code == 422
    text = answer.content.decode()
    for sentence in ("请选择一类查阅事由", "请填写这一项", "请选择案卷"):
        assert sentence in text


def test_the_case_page_shows_the_form_and_the_archivist_fills_it(room: Room) -> None:
    row = room.ask(
        readers=["he"],
        outsiders=[actions.OutsiderWish("秦望舒", "某市纪委监委", "work_card", "A0012345")],
        letters=[actions.Letter("介绍信.png", PNG)],
    )
    room.agree(row.case)
    client = room.browser("wen")
    page = client.get(f"/flows/{row.case}/")
    assert page.status_code == 200
    text = page.content.decode()
    for words in ("拟任研发中心副主任", "秦望舒", "A0012345", "介绍信", "准予查阅的材料"):
        assert words in text
    data = room.granting(row.case) | {"part": "scope"}
    assert client.post(f"/flows/{row.case}/fill/check/", data).status_code in (302, 422)
    row.refresh_from_db()
    assert row.version == 2


def test_letters_are_seen_by_those_who_decide_and_nobody_else(room: Room) -> None:
    row = room.ask(readers=["he", "yu"], letters=[actions.Letter("介绍信.png", PNG)])
    view_url = f"/archive/consultations/{row.pk}/"
    text = get(room.browser("wen"), view_url, 22)
    link = text.split(f"/archive/uses/{row.pk}/letters/")[1].split('"')[0]
    url = f"/archive/uses/{row.pk}/letters/{link}"
    for who, status in (("wen", 200), ("he", 200), ("lu", 404), ("shen", 404), ("south", 404)):
        assert room.browser(who).get(url).status_code == status, who
        assert room.browser(who).get(f"{url}1/").status_code == status, who
    assert room.browser("wen").get(f"/archive/uses/{row.pk}/letters/{row.pk}/").status_code == 404


def test_two_readers_confirm_and_open_in_the_browser_and_it_closes(room: Room) -> None:
    row = room.agreed()
    he, yu = room.browser("he"), room.browser("yu")
    assert "沈知微" in get(he, "/archive/reading/")
    session = f"/archive/reading/{row.pk}/"
    assert "我已到场" in get(he, session, 18)
    he.post(f"{session}arrive/")
    he.post(f"{session}open/")
    row.refresh_from_db()
    assert row.opened_at is None
    yu.post(f"{session}arrive/")
    answer = he.post(f"{session}open/")
    assert answer.headers["Location"] == f"/archive/volumes/{row.volume_id}/"
    volume = he.get(answer.headers["Location"])
    assert f"/archive/volumes/{row.volume_id}/time-left/" in volume.content.decode()
    left = he.get(f"/archive/volumes/{row.volume_id}/time-left/")
    assert "7 小时 59 分" in left.content.decode()
    room.later(row, hours=8)
    over = he.get(f"/archive/volumes/{row.volume_id}/time-left/")
    assert over.headers["HX-Redirect"] == "/archive/reading/"
    assert he.get(f"/archive/volumes/{row.volume_id}/").status_code == 404
    assert "时间到了，档案已自动关闭" in get(he, f"{session}state/", 18)
    he.post(f"/archive/consultations/{row.pk}/note/", {"kind": "feedback", "text": "履历完整"})
    assert Note.objects.count() == 1
    assert "履历完整" in get(room.browser("wen"), f"/archive/consultations/{row.pk}/", 22)


def test_the_reading_log_says_who_saw_what(room: Room) -> None:
    row = room.opened()
    room.browser("he").get(f"/archive/volumes/{row.volume_id}/")
    text = get(room.browser("wen"), f"/archive/consultations/{row.pk}/log/", 30)
    assert "何雨桐" in text
    assert "看档案目录" in text
    for who in ("he", "yu", "shen", "lu"):
        assert room.browser(who).get(f"/archive/consultations/{row.pk}/log/").status_code in (
            403,
            404,
        )


def test_the_register_is_cut_to_the_unit_and_filtered(room: Room) -> None:
    row = room.opened()
    wen, south = room.browser("wen"), room.browser("south")
    assert row.number in get(wen, "/archive/consultations/")
    assert row.number in get(wen, "/archive/consultations/?state=open")
    assert row.number not in get(wen, "/archive/consultations/?state=closed")
    assert row.number not in get(south, "/archive/consultations/")
    assert room.browser("he").get("/archive/consultations/").status_code == 403
    assert south.get(f"/archive/consultations/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    "who", ["he", "wen"]
)  # the applicant and the archivist print it, a stranger does not
def test_the_form_and_the_register_are_printed(room: Room, who: str) -> None:
    row = room.opened()
    answer = room.browser(who).get(f"/archive/consultations/{row.pk}/form.pdf")
    assert answer.content.startswith(b"%PDF")
    assert "沈知微" not in answer.headers["Content-Disposition"]
    assert room.browser("lu").get(f"/archive/consultations/{row.pk}/form.pdf").status_code == 404
    assert room.browser("wen").get("/archive/consultations/register.pdf").content[:4] == b"%PDF"


def test_a_request_that_came_back_is_changed_and_sent_again(room: Room) -> None:
    row = room.ask()
    who, step, _role = room.turns(row.case)[0]
    assert row.case
    workflow.return_case(room.actor(who), case=row.case, step=step, words="写明看哪些材料")
    url = f"/archive/consultations/{row.pk}/edit/"
    assert room.browser("yu").get(url).status_code == 404
    client = room.browser("he")
    assert "拟任研发中心副主任" in client.get(url).content.decode()
    data = {
        "ground": "2",
        "purpose": "考察任职经历，看任免材料",
        "account": [str(room["he"]), str(room["yu"])],
        "extent": "all",
        "hours": 4,
    }
    assert client.post(url, data).status_code == 302
    row.refresh_from_db()
    assert (row.version, row.hours) == (2, 4)
    assert room.turns(row.case)


def test_a_provision_by_the_form_and_its_pages(room: Room) -> None:
    client = room.browser("he")
    data = {
        "receiver": "某市社会保险事业管理中心",
        "basis": "duty",
        "purpose": "申报缴费基数",
        "fields_words": "姓名、身份证号、缴费基数",
        "people": 486,
        "begins": "2026-01-01",
        "until": "2099-12-31",
    }
    assert get(client, "/archive/provisions/new/")
    assert client.post("/archive/provisions/new/", data | {"receiver": ""}).status_code == 422
    assert client.post("/archive/provisions/new/", data).status_code == 302
    row = Provision.objects.get()
    text = get(room.browser("wen"), "/archive/provisions/")
    assert "社会保险" in text
    assert "社会保险".encode() not in bytes(row.sealed)
    assert get(client, f"/archive/provisions/{row.pk}/", 20)
    for url in (f"/archive/provisions/{row.pk}/form.pdf", "/archive/provisions/register.pdf"):
        assert room.browser("wen").get(url).content.startswith(b"%PDF")
    assert room.browser("lu").get(f"/archive/provisions/{row.pk}/").status_code == 404
    assert room.browser("south").get(f"/archive/provisions/{row.pk}/").status_code == 404
