"""转入: a packet is registered, checked against its slip, taken in or sent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import msgspec
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.actions import open_volume
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.transfers.models import Arrival, ArrivalLine, Way
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.rules.bodies import ArrivalBody, ArrivalPerson
from dangan.materials.transfers.rules.checks import Counted, differences
from dangan.materials.transfers.sealing import (
    open_arrival,
    open_persons,
    seal_arrival,
    seal_person,
)
from dangan.materials.transfers.series import next_number
from dangan.vault.queries import key_of
from dangan.vault.rules import SYSTEM

SERIES = "ZR"
GONE = (Volume.Standing.AWAY, Volume.Standing.DESTROYED)


@dataclass(frozen=True, slots=True)
class Stated:
    """One person's line of the sender's slip."""

    name: str
    kind: str
    books: int
    materials: int
    copy: str = "original"
    post: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Packet:
    """What came: from whom, by whom, with which slip, for which people."""

    sender: str
    way: str
    arrived_on: date
    persons: Sequence[Stated]
    slip: str = ""
    sent_on: str = ""
    carriers: str = ""
    sealed: bool = True
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Tallied:
    """What was counted of one line, whose file it is if known, and what is wrong."""

    books: int
    materials: int
    pages: int
    subject: UUID | None = None
    defects: tuple[str, ...] = ()


def register_arrival(actor: Actor, packet: Packet) -> Arrival:
    """登记转入. Nothing is taken in yet. Raises :class:`Refused`, :class:`TransferProblem`."""
    with recording(actor):
        require(actor, "transfers.manage")
        _check(packet)
        year = packet.arrived_on.year
        row = Arrival(
            id=uuid4(),
            year=year,
            serial=next_number(SERIES, year),
            way=packet.way,
            arrived_on=packet.arrived_on,
            registered_by=actor.id,
            at=timezone.now(),
        )
        row.sealed = seal_arrival(
            row,
            ArrivalBody(
                sender=packet.sender.strip(),
                slip=packet.slip.strip(),
                sent_on=packet.sent_on,
                carriers=packet.carriers.strip(),
                sealed=packet.sealed,
                remark=packet.remark.strip(),
            ),
        )
        row.save(force_insert=True)
        key = key_of(SYSTEM)
        ArrivalLine.objects.bulk_create(
            ArrivalLine(
                arrival=row,
                order=order,
                kind=person.kind,
                copy=person.copy,
                stated_books=person.books,
                stated_materials=person.materials,
                sealed=seal_person(
                    key,
                    row.pk,
                    order,
                    ArrivalPerson(
                        name=person.name.strip(),
                        post=person.post.strip(),
                        reason=person.reason.strip(),
                    ),
                ),
            )
            for order, person in enumerate(packet.persons, 1)
        )
        facts = {"number": row.number, "persons": len(packet.persons)}
        actor.trail.add(Event("transfer.arrive", object=str(row.pk), facts=facts))
    return row


def tally(actor: Actor, *, arrival: UUID, counted: Mapping[int, Tallied]) -> Arrival:
    """核对: what was counted, by place on the slip; may be done in several goes."""
    with recording(actor):
        row, lines = arrived(actor, arrival)
        by_order = {line.order: line for line in lines}
        if counted.keys() - by_order.keys():
            raise TransferProblem(Message("有的行不在这份转递单上，请刷新后再核对。"))
        people = open_persons(lines)
        key = key_of(SYSTEM)
        for order, given in counted.items():
            line = by_order[order]
            if min(given.books, given.materials, given.pages) < 0:
                raise TransferProblem(Message("卷数、份数、页数不能小于 0。"))
            if given.subject is not None:
                require_person(actor, given.subject)
            line.books, line.materials, line.pages = given.books, given.materials, given.pages
            line.subject = given.subject
            body = msgspec.structs.replace(people[line.pk], defects=given.defects)
            line.sealed = seal_person(key, row.pk, order, body)
            line.save()
        facts = {"lines": len(counted)}
        actor.trail.add(Event("transfer.count", object=str(row.pk), facts=facts))
    return row


def accept(actor: Actor, *, arrival: UUID, fonds: UUID, words: str = "") -> Arrival:
    """接收: volumes are opened for those whose dossier is known; the others are linked later.

    What differs from the slip is taken in only with ``words``; what was not counted, not at all.
    """
    with recording(actor):
        row, lines = arrived(actor, arrival)
        people = open_persons(lines)
        wrong = problems(lines)
        if any(line.books is None for line in lines):
            raise TransferProblem(Message("还有没核对的行，核对完再接收。"))
        listed = any(people[line.pk].defects for line in lines)
        if (wrong or listed) and len(words.strip()) < 4:
            raise TransferProblem(
                Message("与转递单不符或有缺陷：写明接收的理由，或退回。"), "words"
            )
        _decide(actor, row, Arrival.State.ACCEPTED, words)
        for line in lines:
            if line.subject is not None:
                _open(actor, line, fonds)
        facts = {"persons": len(lines), "differences": len(wrong)}
        actor.trail.add(Event("transfer.accept", object=str(row.pk), facts=facts))
    return row


def refuse(actor: Actor, *, arrival: UUID, words: str) -> Arrival:
    """退回: the packet goes back with its defects listed in a letter."""
    with recording(actor):
        row, lines = arrived(actor, arrival)
        people = open_persons(lines)
        if not any(people[line.pk].defects for line in lines) and len(words.strip()) < 4:
            raise TransferProblem(Message("写明退回的原因：缺哪些材料、哪里不符。"), "words")
        _decide(actor, row, Arrival.State.REFUSED, words)
        facts = {"persons": len(lines)}
        actor.trail.add(Event("transfer.refuse", object=str(row.pk), facts=facts))
    return row


def link(actor: Actor, *, line: int, subject: UUID, fonds: UUID) -> ArrivalLine:
    """An accepted file is put under the person's dossier, made meanwhile."""
    with recording(actor):
        row = (
            ArrivalLine.objects.select_for_update(of=("self",))
            .select_related("arrival")
            .filter(pk=line)
            .first()
        )
        if row is None or not may_see(actor, row.arrival):
            raise Absent
        if row.arrival.state != Arrival.State.ACCEPTED or row.volume_id is not None:
            raise TransferProblem(Message("这一行已经归档，或还没有接收。"))
        require_person(actor, subject)
        row.subject = subject
        _open(actor, row, fonds)
        actor.trail.add(Event("transfer.link", subject=subject, object=str(row.arrival_id)))
    return row


def problems(lines: Sequence[ArrivalLine]) -> dict[int, list[Message]]:
    """What differs from the slip, by the line's place in ``lines``."""
    return differences(
        [
            Counted(line.stated_books, line.stated_materials, line.books, line.materials)
            for line in lines
        ]
    )


def arrived(actor: Actor, arrival: UUID) -> tuple[Arrival, list[ArrivalLine]]:
    """A packet that waits for a decision, locked, with its lines."""
    row = Arrival.objects.select_for_update().filter(pk=arrival).first()
    if row is None or not may_see(actor, row):
        actor.trail.add(Event("transfer.read", outcome="refused", object=str(arrival)))
        raise Absent
    if row.state != Arrival.State.ARRIVED:
        raise TransferProblem(Message("这份档案已经接收或退回。"))
    return row, list(row.lines.order_by("order"))


def may_see(actor: Actor, row: Arrival) -> bool:
    """A packet belongs to no branch: whoever registered it, or keeps transfers everywhere."""
    if not actor.may("transfers.manage"):
        return False
    return row.registered_by == actor.id or actor.may_at("transfers.manage", ())


def require_person(actor: Actor, subject: UUID) -> None:
    """A person whose files the actor keeps; raises :class:`Absent`."""
    person = Subject.objects.filter(pk=subject).first()
    if person is None or not actor.may_at("archive.edit", units.path(person.unit)):
        raise Absent


def _open(actor: Actor, line: ArrivalLine, fonds: UUID) -> None:
    """The volume for a line: a new one, or the one the person has already. Then the file came in
    instalments, or is the other half of what we made ourselves: its papers are filed there."""
    if line.subject is None:
        return
    mine = Volume.objects.filter(subject=line.subject, kind=line.kind).exclude(standing__in=GONE)
    volume = mine.filter(copy=line.copy).first()
    if volume is None:
        original = mine.filter(copy=Volume.Copy.ORIGINAL).first()
        copies = line.copy == Volume.Copy.PARTIAL
        if copies and original is None:
            raise TransferProblem(
                Message("这个人没有正本案卷，副本无从挂接：先接收正本，或按正本登记。")
            )
        try:
            volume = open_volume(
                actor,
                subject=line.subject,
                fonds=fonds,
                kind=line.kind,
                original=original.pk if copies and original else None,
            )
        except CatalogueProblem as problem:
            raise TransferProblem(problem.message) from None
        Volume.objects.filter(pk=volume.pk).update(books=max(1, line.books or 1))
    line.volume = volume
    line.save(update_fields=["subject", "volume"])


def _decide(actor: Actor, row: Arrival, state: str, words: str) -> None:
    body = open_arrival(row)
    row.version += 1
    row.sealed = seal_arrival(row, msgspec.structs.replace(body, decision=words.strip()[:500]))
    row.state, row.decided_by, row.decided_on = state, actor.id, timezone.localdate()
    row.save()


def _check(packet: Packet) -> None:
    if len(packet.sender.strip()) < 2:
        raise TransferProblem(Message("填写发件机关的全称。"), "sender")
    if packet.way not in Way.values:
        raise TransferProblem(
            Message("档案由机要交通或专人送来；邮寄或本人携带来的请退回，不能登记转入。"), "way"
        )
    if packet.arrived_on > timezone.localdate():
        raise TransferProblem(Message("收到日期不能晚于今天。"), "arrived_on")
    if not packet.persons:
        raise TransferProblem(Message("至少登记一个人的档案。"), "persons")
    for person in packet.persons:
        if not person.name.strip():
            raise TransferProblem(Message("填写转递单上的姓名。"), "persons")
        if person.kind not in FileKind.values or person.copy not in Volume.Copy.values:
            raise TransferProblem(Message("选择档案种类和正本、副本。"), "persons")
        if person.books < 1 or person.materials < 0:
            raise TransferProblem(Message("卷数至少 1，份数不能小于 0。"), "persons")
