"""Two readers see a cadre file for some hours: asked, checked, agreed, opened, closed by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.materials.consultation.conftest import Room

from dangan.access import leaving
from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.consultation import actions
from dangan.materials.consultation.actions import Letter, OutsiderWish
from dangan.materials.consultation.models import Consultation, Seat, Use
from dangan.materials.consultation.problems import BadRequest, CannotRead
from dangan.materials.consultation.rules.bodies import Scope
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case
from dangan.workflow.problems import BadPart, NotAllowed

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS"
    b"\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00"
    b"IEND\xaeB`\x82"
)


def sees(room: Room, who: str, row: Consultation) -> set[str]:
    """Titles that somebody sees of the volume; empty where there is nothing to see."""
    try:
        looked = catalogue.look(room.actor(who), row.volume_id)
    except (Absent, Refused):
        return set()
    return {item.body.title for item in catalogue.contents(looked)[0]}


def test_two_readers_open_it_together_and_it_closes_by_itself(room: Room) -> None:
    row = room.ask()
    assert row.number.startswith("CY-")
    assert room.carry(row.case) == ["unit", "check", "hr"]
    assert sees(room, "he", row) == set()

    actions.arrive(room.actor("he"), consultation=row.pk)
    with pytest.raises(CannotRead):
        actions.open_reading(room.actor("he"), consultation=row.pk)
    actions.arrive(room.actor("yu"), consultation=row.pk)
    row = actions.open_reading(room.actor("yu"), consultation=row.pk)

    assert sees(room, "he", row) == sees(room, "yu", row) != set()
    room.later(row, hours=7, minutes=59)
    assert sees(room, "he", row)
    room.later(row, minutes=1)
    assert sees(room, "he", row) == set()
    with pytest.raises(CannotRead):
        actions.open_reading(room.actor("he"), consultation=row.pk)


def test_a_second_opening_lengthens_nothing(room: Room) -> None:
    row = room.opened()
    before = row.until
    actions.open_reading(room.actor("yu"), consultation=row.pk)
    row.refresh_from_db()
    assert row.until == before


def test_when_one_of_two_has_gone_nobody_reads(room: Room) -> None:
    row = room.opened()
    long_ago = timezone.now() - timedelta(minutes=31)
    Seat.objects.filter(consultation=row, account=room["yu"]).update(present_at=long_ago)
    assert sees(room, "he", row) == set()
    actions.arrive(room.actor("yu"), consultation=row.pk)
    assert sees(room, "he", row)


def test_whoever_is_not_named_sees_nothing_and_opens_nothing(room: Room) -> None:
    row = room.opened()
    assert sees(room, "lu", row) == set()
    for verb in (actions.arrive, actions.open_reading):
        with pytest.raises(Absent):
            verb(room.actor("lu"), consultation=row.pk)


def test_only_the_granted_materials_show(room: Room) -> None:
    row = room.ask(scope=Scope(categories=("1", "9"), hours=8))
    room.carry(row.case)
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=row.pk)
    row = actions.open_reading(room.actor("he"), consultation=row.pk)
    assert sees(room, "he", row) == {"职工登记表", "工资变动审批表"}
    looked = catalogue.look(room.actor("he"), row.volume_id)
    material = next(iter(looked.sight.materials))
    assert not looked.sight.prints(material)
    assert not looked.sight.downloads(material)


def test_the_archivist_narrows_and_never_widens(room: Room) -> None:
    row = room.ask(scope=Scope(categories=("1",), hours=4))
    room.agree(row.case)
    other = str(room.archive.materials["工资变动审批表"])
    for wider in ({"hours": 5}, {"materials": [other]}, {"materials": []}):
        with pytest.raises(BadPart):
            room.agree(row.case, "wen", **wider)
    room.agree(row.case, "wen", hours=2, print="on")
    room.carry(row.case)
    row.refresh_from_db()
    assert (row.hours, row.print, row.download) == (2, False, False)
    assert row.materials == [str(room.archive.materials["职工登记表"])]


def test_a_cadre_file_takes_two_readers_another_one(room: Room) -> None:
    with pytest.raises(BadRequest):
        room.ask(readers=["he"])
    assert not Consultation.objects.exists()
    assert room.ask(readers=["he"], whom=["罗文博"], kind="staff").needed == 1


def test_neither_the_person_nor_a_relative_reads(room: Room) -> None:
    with pytest.raises(BadRequest) as told:
        room.ask(readers=["he", "shen"])
    assert "需要回避" in str(told.value.wrong[0].message)
    with pytest.raises(BadRequest):
        room.ask(who="he", readers=["yu", "lu"], whom=["何雨桐"])
    assert not Case.objects.exists()


def test_who_gains_does_not_decide(room: Room) -> None:
    row = room.ask(readers=["he", "liang"])
    deciders = set()
    while room.turns(row.case):
        deciders |= {who for who, _step, role in room.turns(row.case) if role == "sign"}
        room.agree(row.case)
    assert not deciders & {"he", "liang", "shen"}


def test_marked_material_asks_the_leader_too(room: Room) -> None:
    volume = room.volume()
    secret = room.archive.materials["工资变动审批表"]
    Material.objects.filter(pk=secret).update(secrecy=3)
    Volume.objects.filter(pk=volume.pk).update(highest=3)
    plain = room.ask()
    assert room.carry(plain.case) == ["unit", "check", "hr"]
    marked = room.ask(scope=Scope(hours=8, marked=True))
    assert room.carry(marked.case) == ["unit", "check", "hr", "leader"]
    for row in (plain, marked):
        row.refresh_from_db()
    assert (plain.marked, marked.marked) == (False, True)
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=plain.pk)
    actions.open_reading(room.actor("he"), consultation=plain.pk)
    assert "工资变动审批表" not in sees(room, "he", plain)
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=marked.pk)
    actions.open_reading(room.actor("he"), consultation=marked.pk)
    assert "工资变动审批表" in sees(room, "he", marked)


def test_somebody_from_outside_brings_a_letter_and_is_let_in_by_the_archivist(room: Room) -> None:
    outsider = OutsiderWish("秦望舒", "某市纪委监委", "work_card", "A0012345")
    with pytest.raises(BadRequest):
        room.ask(readers=["yu"], outsiders=[outsider])
    row = room.ask(readers=["yu"], outsiders=[outsider], letters=[Letter("介绍信.png", PNG)])
    assert "秦望舒".encode() not in bytes(row.sealed)
    room.carry(row.case)
    seat = row.seats.get(account__isnull=True)
    actions.arrive(room.actor("yu"), consultation=row.pk)
    with pytest.raises(CannotRead):
        actions.open_reading(room.actor("yu"), consultation=row.pk)
    for who in ("he", "yu", "south"):
        with pytest.raises((Absent, Refused)):
            actions.admit(room.actor(who), consultation=row.pk, seat=seat.pk)
    actions.admit(room.actor("wen"), consultation=row.pk, seat=seat.pk)
    row = actions.open_reading(room.actor("yu"), consultation=row.pk)
    assert sees(room, "yu", row)


def test_several_people_are_several_cases_each_under_its_own_key(room: Room) -> None:
    rows = room.ask_all(whom=["沈知微", "罗文博"])
    assert len({row.batch for row in rows}) == 1
    assert len({row.case for row in rows}) == len({row.subject for row in rows}) == 2
    with pytest.raises(BadRequest):
        room.ask_all(whom=["陆怀瑾", "俞书衡"])
    assert Consultation.objects.count() == 2


@pytest.mark.parametrize("who", ["he", "wen"])
def test_it_is_ended_early_by_who_asked_or_the_archivist(room: Room, who: str) -> None:
    row = room.opened()
    for stranger in ("yu", "south", "lu"):
        with pytest.raises(Absent):
            actions.end_reading(room.actor(stranger), consultation=row.pk)
    actions.end_reading(room.actor(who), consultation=row.pk)
    assert sees(room, "he", row) == sees(room, "yu", row) == set()


def test_a_reader_who_leaves_ends_it_for_both(room: Room) -> None:
    row = room.opened()
    leaving.tell(console_actor(), room["yu"], "transfer")
    assert sees(room, "he", row) == sees(room, "yu", row) == set()
    with pytest.raises(Absent):
        actions.arrive(room.actor("yu"), consultation=row.pk)


@pytest.mark.parametrize("state", [{"standing": "moving"}, {"restricted_at": timezone.now()}])
def test_a_volume_that_moves_or_is_restricted_shows_nothing(
    room: Room, state: dict[str, object]
) -> None:
    row = room.opened()
    Volume.objects.filter(pk=row.volume_id).update(**state)
    assert sees(room, "he", row) == set()
    with pytest.raises(CannotRead):
        actions.open_reading(room.actor("he"), consultation=row.pk)


def test_agreed_but_not_opened_it_lapses(room: Room) -> None:
    row = room.agreed()
    Consultation.objects.filter(pk=row.pk).update(use_before=timezone.now())
    with pytest.raises(CannotRead):
        actions.arrive(room.actor("he"), consultation=row.pk)


def test_the_start_is_waited_for(room: Room) -> None:
    row = room.agreed(starts=timezone.now() + timedelta(hours=3))
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=row.pk)
    with pytest.raises(CannotRead):
        actions.open_reading(room.actor("he"), consultation=row.pk)


def test_refused_and_withdrawn_give_nothing(room: Room) -> None:
    row = room.ask()
    who, step, _role = room.turns(row.case)[0]
    assert row.case
    workflow.refuse(room.actor(who), case=row.case, step=step, words="事由不充分")
    row.refresh_from_db()
    assert row.state == Use.State.REFUSED
    with pytest.raises(Absent):
        actions.arrive(room.actor("he"), consultation=row.pk)


def test_the_applicant_cannot_agree(room: Room) -> None:
    row = room.ask()
    assert row.case
    with pytest.raises((NotAllowed, Absent)):
        workflow.agree(room.actor("he"), case=row.case, step="unit")


def test_the_log_says_who_was_there_and_opened_it(room: Room) -> None:
    row = room.agreed()
    reader = room.actor("he")
    for who in (reader, room.actor("yu")):
        actions.arrive(who, consultation=row.pk)
    actions.open_reading(reader, consultation=row.pk)
    written = [name for name, _outcome in written_events(reader)]
    assert written[-2:] == ["consultation.arrive", "consultation.open"]
