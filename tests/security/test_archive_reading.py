"""Nobody reads an archive without leave, beyond it, after it, alone where two are asked for, or
when it is their own or a relative's; and no page says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from tests.materials.avoidance.test_avoiding import write
from tests.materials.consultation.conftest import Room, cast, quick_passwords, room
from tests.materials.scans.conftest import drawn, jpeg

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation import actions
from dangan.materials.consultation.models import Consultation, Seat
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.consultation.rules.bodies import Scope
from dangan.materials.scans import actions as scans

__all__ = ["cast", "quick_passwords", "room"]  # fixtures of the consultation's stories

INSIDE, OUTSIDE = "职工登记表", "工资变动审批表"


@pytest.fixture
def pages(room: Room) -> dict[str, UUID]:
    """One scanned page in each of two materials."""
    room.volume()
    made = {}
    for title in (INSIDE, OUTSIDE):
        added = scans.add_pages(
            room.archive.archivist,
            material=room.archive.materials[title],
            files=[(f"{title}.jpg", jpeg(drawn(1, size=(620, 877))))],
        )
        made[title] = added.pages[0].pk
    return made


def urls(room: Room, row: Consultation, page: UUID, title: str) -> list[str]:
    material = room.archive.materials[title]
    return [
        f"/archive/pages/{page}/image/",
        f"/archive/materials/{material}/",
        f"/archive/volumes/{row.volume_id}/",
    ]


def test_images_answer_within_the_grant_only(room: Room, pages: dict[str, UUID]) -> None:
    row = room.opened(scope=Scope(categories=("1",), hours=8))
    reader = room.browser("he")
    assert reader.get(f"/archive/pages/{pages[INSIDE]}/image/").status_code == 200
    assert reader.get(f"/archive/pages/{pages[OUTSIDE]}/image/").status_code == 404
    for forbidden in (
        f"/archive/pages/{pages[INSIDE]}/file/",
        f"/archive/materials/{room.archive.materials[INSIDE]}/print/",
        f"/archive/volumes/{row.volume_id}/export/pdf/",
    ):
        assert reader.get(forbidden).status_code in (403, 404, 405), forbidden
    for who in ("lu", "shen", "luo", "boss", "privacy", "south"):
        for url in urls(room, row, pages[INSIDE], INSIDE):
            assert room.browser(who).get(url).status_code in (403, 404), (who, url)


@pytest.mark.parametrize(
    "over",
    [
        lambda row, _room: Consultation.objects.filter(pk=row.pk).update(
            opened_at=timezone.now() - timedelta(hours=8), until=timezone.now()
        ),
        lambda row, _room: Consultation.objects.filter(pk=row.pk).update(ended_at=timezone.now()),
        lambda row, _room: Volume.objects.filter(pk=row.volume_id).update(standing="moving"),
        lambda row, _room: Volume.objects.filter(pk=row.volume_id).update(
            restricted_at=timezone.now()
        ),
        lambda row, room: Seat.objects.filter(consultation=row, account=room["yu"]).update(
            ended_at=timezone.now()
        ),
        lambda row, room: Seat.objects.filter(consultation=row, account=room["yu"]).update(
            present_at=timezone.now() - timedelta(hours=1)
        ),
    ],
    ids=["time", "ended", "moving", "restricted", "reader left", "reader gone"],
)
def test_an_open_page_goes_dark(room: Room, pages: dict[str, UUID], over: Any) -> None:
    row = room.opened()
    reader = room.browser("he")
    wanted = urls(room, row, pages[INSIDE], INSIDE)
    assert [reader.get(url).status_code for url in wanted] == [200, 302, 200]
    over(row, room)
    assert [reader.get(url).status_code for url in wanted] == [404, 404, 404]


def test_a_relative_found_later_is_kept_away_though_it_was_granted(
    room: Room, pages: dict[str, UUID]
) -> None:
    row = room.opened()
    assert catalogue.look(room.actor("he"), row.volume_id)
    write(room.cast, "何雨桐", "family", relation="12", name="沈知微")
    with pytest.raises(Refused):
        catalogue.look(room.actor("he"), row.volume_id)
    answer = room.browser("he").get(f"/archive/pages/{pages[INSIDE]}/image/")
    assert answer.status_code in (403, 404)
    assert "配偶" not in answer.content.decode()


def test_a_relative_is_kept_from_files_of_other_kinds_too(room: Room) -> None:
    row = room.ask(readers=["he"], whom=["罗文博"], kind="staff")
    room.carry(row.case)
    actions.arrive(room.actor("he"), consultation=row.pk)
    actions.open_reading(room.actor("he"), consultation=row.pk)
    assert catalogue.look(room.actor("he"), row.volume_id)
    write(room.cast, "罗文博", "family", relation="12", name="何雨桐")
    with pytest.raises(Absent):
        catalogue.look(room.actor("he"), row.volume_id)


def test_the_refusal_is_the_same_for_oneself_and_a_relative(room: Room) -> None:
    write(room.cast, "俞书衡", "family", relation="12", name="沈知微")
    said = []
    for readers in (["he", "shen"], ["he", "yu"]):
        with pytest.raises(BadRequest) as told:
            room.ask(readers=readers)
        message = told.value.wrong[0].message
        said.append(message.text)
        assert "亲属" not in str(message)
        assert "本人" not in str(message)
    assert len(set(said)) == 1


@pytest.mark.parametrize("who", ["lu", "shen", "luo", "boss", "south", "yu"])
def test_verbs_refuse_whoever_has_no_part(room: Room, who: str) -> None:
    row = room.agreed(readers=["he", "liang"])
    client = room.browser(who)
    seat = row.seats.first()
    assert seat
    posts = [
        f"/archive/reading/{row.pk}/arrive/",
        f"/archive/reading/{row.pk}/open/",
        f"/archive/consultations/{row.pk}/end/",
        f"/archive/consultations/{row.pk}/note/",
        f"/archive/consultations/{row.pk}/admit/{seat.pk}/",
    ]
    data = {"kind": "extract", "text": "抄一段"}
    assert all(client.post(url, data).status_code in (403, 404) for url in posts)
    gets = [f"/archive/reading/{row.pk}/", f"/archive/reading/{row.pk}/state/"]
    assert all(client.get(url).status_code in (403, 404) for url in gets)
    row.refresh_from_db()
    assert row.opened_at is None
    assert row.ended_at is None
    assert not row.notes.exists()


def test_nobody_says_that_another_is_there(room: Room) -> None:
    """The table holds to it even if the code did not."""
    row = room.agreed()
    seat = row.seats.get(account=room["yu"])
    with pytest.raises(Exception, match="seat_says_own_presence"):
        Seat.objects.filter(pk=seat.pk).update(present_at=timezone.now(), present_by=room["he"])


def test_nothing_personal_lies_in_clear(room: Room) -> None:
    outsider = actions.OutsiderWish("秦望舒", "某市纪委监委", "work_card", "A0012345")
    room.ask(
        purpose="核查举报线索一案",
        outsiders=[outsider],
        letters=[actions.Letter("秦望舒介绍信.png", jpeg(drawn(1, size=(310, 438))))],
    )
    with connection.cursor() as cursor:
        for table in ("consultation_consultation", "consultation_seat", "audit_event"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            text = "\n".join(line for (line,) in cursor.fetchall())
            for secret in ("秦望舒", "A0012345", "核查举报", "纪委"):
                assert secret not in text
                assert secret.encode().hex() not in text
