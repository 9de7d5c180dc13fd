"""Copies are agreed by one of two, numbered, taken once within days; data leave by two hands."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.cast import written_events
from tests.materials.consultation.conftest import Room
from tests.materials.scans.conftest import drawn, jpeg

from dangan.access.models import Grant
from dangan.access.rules import Absent, Refused
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation import actions
from dangan.materials.consultation.actions import CopyingWish, ProvisionWish
from dangan.materials.consultation.models import (
    Consultation,
    Copying,
    CopyTaken,
    Provision,
    Use,
)
from dangan.materials.consultation.problems import BadRequest, CannotRead
from dangan.materials.consultation.rules.asking import kept_until
from dangan.materials.consultation.rules.bodies import ProvisionBody, Scope
from dangan.materials.scans import actions as scans
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect


def ask(room: Room, who: str = "he", **more: Any) -> Copying:
    given: dict[str, Any] = {
        "volume": room.volume().pk,
        "materials": [room.archive.materials["职工登记表"]],
        "form": "copy",
        "copies": 2,
        "purpose": "办理专项审核附件",
    } | more
    return actions.ask_copying(room.actor(who), wish=CopyingWish(**given))


def test_a_reader_asks_and_either_of_two_agrees(room: Room) -> None:
    room.opened()
    row = ask(room)
    assert row.number.startswith("FZ-")
    assert {who for who, _step, _role in room.turns(row.case)} == {"boss", "privacy"}
    room.agree(row.case, "privacy")
    row.refresh_from_db()
    assert row.state == Use.State.GRANTED
    assert not room.turns(row.case)


def test_nobody_asks_for_what_they_do_not_see(room: Room) -> None:
    room.volume()
    with pytest.raises(Absent):
        ask(room)
    room.opened(scope=Scope(categories=("1",), hours=8))
    with pytest.raises(BadRequest):
        ask(room, materials=[room.archive.materials["工资变动审批表"]])
    with pytest.raises((Absent, Refused)):
        ask(room, "shen")
    assert not Copying.objects.exists()


def test_copies_are_numbered_taken_once_and_by_who_asked(room: Room) -> None:
    room.volume()
    material = room.archive.materials["职工登记表"]
    scans.add_pages(
        room.archive.archivist,
        material=material,
        files=[(f"{n}.jpg", jpeg(drawn(n, size=(620, 877)))) for n in (1, 2)],
    )
    room.opened()
    row = ask(room)
    room.carry(row.case)
    with pytest.raises(Absent):
        actions.take_copy(room.actor("yu"), copying=row.pk)
    taker = room.actor("he")
    first, body = actions.take_copy(taker, copying=row.pk)
    second, other = actions.take_copy(taker, copying=row.pk)
    assert (first.number, second.number) == (1, 2)
    assert body != other
    assert len(pypdfium2.PdfDocument(body)) == 2
    assert bytes(first.digest or b"") == hashlib.sha256(body).digest()
    with pytest.raises(CannotRead):
        actions.take_copy(taker, copying=row.pk)
    assert [name for name, _ in written_events(taker)].count("copying.take") == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        CopyTaken.objects.create(copying=row, number=2, at=timezone.now(), by=taker.id)


def test_without_scans_the_archivist_hands_out_paper(room: Room) -> None:
    room.opened()
    row = ask(room)
    with pytest.raises(CannotRead):
        actions.hand_out_paper(room.actor("wen"), copying=row.pk)
    room.carry(row.case)
    with pytest.raises(CannotRead):
        actions.take_copy(room.actor("he"), copying=row.pk)
    assert not CopyTaken.objects.exists()
    for who in ("he", "south", "lu"):
        with pytest.raises(Absent):
            actions.hand_out_paper(room.actor(who), copying=row.pk)
    assert actions.hand_out_paper(room.actor("wen"), copying=row.pk).how == "paper"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (Copying, {"until": timezone.now() - timedelta(seconds=1)}),
        (Volume, {"restricted_at": timezone.now()}),
        (Volume, {"standing": "moving"}),
    ],
)
def test_after_the_days_or_from_a_restricted_file_nothing_is_taken(
    room: Room, table: Any, change: dict[str, Any]
) -> None:
    room.opened()
    row = ask(room)
    room.carry(row.case)
    table.objects.filter(pk=row.pk if table is Copying else row.volume_id).update(**change)
    with pytest.raises(CannotRead):
        actions.take_copy(room.actor("he"), copying=row.pk)


def provision(room: Room, who: str = "he", **more: Any) -> Provision:
    body = {
        "receiver": "某市社会保险事业管理中心",
        "purpose": "申报缴费基数",
        "basis": "duty",
        "fields": "姓名、身份证号、缴费基数",
    } | more.pop("body", {})
    given: dict[str, Any] = {
        "body": ProvisionBody(**body),
        "people": 486,
        "begins": timezone.localdate(),
        "until": timezone.localdate() + timedelta(days=30),
    } | more
    return actions.ask_provision(room.actor(who), wish=ProvisionWish(**given))


def test_data_leave_after_two_people_in_turn(room: Room) -> None:
    row = provision(room)
    assert room.carry(row.case) == ["privacy", "leader"]
    row.refresh_from_db()
    assert row.state == Use.State.GRANTED
    assert row.kept_until >= row.until.replace(year=row.until.year + 3)
    with pytest.raises(Absent):
        actions.note_provided(room.actor("yu"), provision=row.pk)
    actions.note_provided(room.actor("he"), provision=row.pk)
    with pytest.raises(BadRequest):
        actions.note_provided(room.actor("he"), provision=row.pk)


def test_one_person_with_both_roles_is_not_two(room: Room) -> None:
    Grant.objects.filter(account=room["privacy"]).delete()
    Grant.objects.create(account_id=room["boss"], role="privacy_officer", granted_by=room["liang"])
    row = provision(room)
    assert row.case
    workflow.agree(room.actor("boss"), case=row.case, step="privacy")
    with pytest.raises(CannotTakeEffect):
        workflow.agree(room.actor("boss"), case=row.case, step="leader")
    row.refresh_from_db()
    assert row.state == Use.State.OPEN


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": 0},
        {"until": date(2020, 1, 1)},
        {"body": {"receiver": " "}},
        {"body": {"basis": "because"}},
        {"body": {"fields": ""}},
        {"body": {"purpose": "x"}},
    ],
)
def test_a_provision_says_to_whom_why_what_and_how_long(room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        provision(room, **wrong)
    assert not Provision.objects.exists()


def test_the_register_is_kept_three_years_even_from_a_leap_day() -> None:
    assert kept_until(date(2028, 2, 29)) == date(2031, 3, 1)
    assert kept_until(date(2026, 6, 30)) == date(2029, 6, 30)


def student(room: Room) -> UUID:
    subject = room.cast.people["罗文博"]
    room.volume("罗文博", "staff")
    Subject.objects.filter(pk=subject).update(kind="student")
    return subject


def test_student_records_need_the_leader_and_are_looked_at_only(room: Room) -> None:
    student(room)
    for taken in ({"print": True}, {"download": True}):
        with pytest.raises(BadRequest):
            room.ask(readers=["he"], whom=["罗文博"], kind="staff", scope=Scope(hours=2, **taken))
    row = room.ask(readers=["he"], whom=["罗文博"], kind="staff")
    assert row.number.startswith("XS-")
    assert room.carry(row.case) == ["check", "leader"]
    actions.arrive(room.actor("he"), consultation=row.pk)
    row = actions.open_reading(room.actor("he"), consultation=row.pk)
    with pytest.raises(BadRequest):
        ask(room, volume=row.volume_id)
    with pytest.raises(BadRequest):
        provision(room, volume=row.volume_id, people=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(print=True)
