"""The reading itself: readers say they are there, open the file, note, and it ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access import units
from dangan.access.leaving import Why
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relation
from dangan.materials.consultation import within
from dangan.materials.consultation.grants import places_of, reading_of
from dangan.materials.consultation.models import Consultation, Note, Seat, Use
from dangan.materials.consultation.problems import CannotRead
from dangan.materials.consultation.rules.reading import may_open, opened, standing
from dangan.materials.consultation.sealing import seal_note
from dangan.vault import queries as vault

NOTE_MOST = 4000
OVER = Message("这次查阅已经结束或过期，需要再看请重新申请。")


def arrive(actor: Actor, *, consultation: UUID) -> Seat:
    """我已到场: a reader says, with their own log-in, that they are there.

    It counts for ``presence_minutes``; only the reader's own account can say it, which the table
    holds to as well. Raises :class:`Absent` for who is no reader, :class:`CannotRead`.
    """
    with recording(actor):
        require(actor, "archive.read")
        row, seat = _seat(actor, consultation)
        _still(row)
        if relation(actor, row.subject) is not None:
            raise refuse(actor, "consultation.arrive", "这份档案需要你回避。", subject=row.subject)
        seat.present_at, seat.present_by = timezone.now(), actor.id
        seat.save(update_fields=["present_at", "present_by"])
        _note_event(actor, row, "consultation.arrive")
        return seat


def admit(actor: Actor, *, consultation: UUID, seat: UUID) -> Seat:
    """The archivist has seen somebody from outside and their papers: they are there.

    Needs ``consultation.manage`` over the person's unit; neither the applicant nor a reader may
    vouch for the second pair of eyes. Raises :class:`Absent`, :class:`Refused`,
    :class:`CannotRead`.
    """
    with recording(actor):
        row = _managed(actor, consultation)
        if row.by == actor.id or row.seats.filter(account=actor.id).exists():
            raise refuse(
                actor,
                "consultation.manage",
                "申请人和阅览人不能替外单位人员确认到场，请由另一名档案管理员办理。",
                subject=row.subject,
            )
        place = row.seats.select_for_update().filter(pk=seat, account__isnull=True).first()
        if place is None:
            raise Absent
        _still(row)
        place.present_at, place.present_by = timezone.now(), actor.id
        place.save(update_fields=["present_at", "present_by"])
        _note_event(actor, row, "consultation.admit")
        return place


def open_reading(actor: Actor, *, consultation: UUID) -> Consultation:
    """打开档案: the hours begin with the first opening and are never lengthened.

    Raises :class:`Absent` for who is no reader, :class:`CannotRead` when too few readers are
    there, it is too early or over, or the volume cannot be read now.
    """
    with recording(actor):
        require(actor, "archive.read")
        row, seat = _seat(actor, consultation)
        now = timezone.now()
        reason = may_open(reading_of(row), places_of(row.seats.all()), actor.id, now)
        if reason is not None:
            raise CannotRead(reason)
        for wrong in within.standing_problems(row.volume):
            raise CannotRead(wrong.message)
        if row.volume.restricted_at is not None:
            raise CannotRead(Message("这份档案现在限制处理，不能查阅。"))
        row.opened_at, row.until = opened(reading_of(row), now)
        row.save(update_fields=["opened_at", "until"])
        if seat.opened_at is None:
            seat.opened_at = now
            seat.save(update_fields=["opened_at"])
        _note_event(actor, row, "consultation.open")
        return row


def end_reading(actor: Actor, *, consultation: UUID) -> Consultation:
    """结束查阅, before its time: by the applicant, or by whoever manages consultations there.

    Raises :class:`Absent`, :class:`CannotRead` when it is over already.
    """
    with recording(actor):
        row = Consultation.objects.select_for_update().filter(pk=consultation).first()
        if row is None or (row.by != actor.id and not _manages(actor, row)):
            _note_refusal(actor, consultation, row)
            raise Absent
        _still(row)
        row.ended_at, row.ended_by = timezone.now(), actor.id
        row.save(update_fields=["ended_at", "ended_by"])
        _note_event(actor, row, "consultation.end")
        return row


def add_note(actor: Actor, *, consultation: UUID, kind: str, text: str) -> Note:
    """摘录 by a reader while it is open or after; 阅后情况 by a reader or the applicant.

    Raises :class:`Absent`, :class:`CannotRead` without words or before anything was read.
    """
    with recording(actor):
        row = Consultation.objects.filter(pk=consultation, state=Use.State.GRANTED).first()
        reads = row is not None and row.seats.filter(account=actor.id).exists()
        if row is None or not (reads or row.by == actor.id) or kind not in Note.Kind.values:
            _note_refusal(actor, consultation, row)
            raise Absent
        if kind == Note.Kind.EXTRACT and not reads:
            raise CannotRead(Message("摘录由阅览人自己登记。"))
        if row.opened_at is None:
            raise CannotRead(Message("还没有打开档案，看过以后再登记。"))
        words = text.strip()
        if not words or len(words) > NOTE_MOST:
            raise CannotRead(Message("请填写内容，最多 {most} 字。", most=NOTE_MOST))
        note = Note(id=uuid4(), consultation=row, kind=kind, at=timezone.now(), by=actor.id)
        note.sealed = seal_note(vault.key_of(row.subject), note, words)
        note.save(force_insert=True)
        _note_event(actor, row, "consultation.note", {"kind": kind})
        return note


def on_leaving(actor: Actor, account: UUID, why: Why) -> None:  # noqa: ARG001 - both end it
    """A reader who leaves or moves to another unit reads no more; in the caller's transaction."""
    ended = Seat.objects.filter(account=account, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )
    if ended:
        actor.trail.add(Event("consultation.seat_end", object=str(account), facts={"seats": ended}))


def _seat(actor: Actor, consultation: UUID) -> tuple[Consultation, Seat]:
    """The consultation, locked, and the actor's place in it."""
    row = _locked(consultation)
    seat = (
        row.seats.filter(account=actor.id, ended_at__isnull=True).first()
        if row is not None and row.state == Use.State.GRANTED
        else None
    )
    if row is None or seat is None:
        _note_refusal(actor, consultation, row)
        raise Absent
    return row, seat


def _managed(actor: Actor, consultation: UUID) -> Consultation:
    row = _locked(consultation)
    if row is None or not _manages(actor, row):
        _note_refusal(actor, consultation, row)
        raise Absent
    return row


def _locked(consultation: UUID) -> Consultation | None:
    rows = Consultation.objects.select_for_update(of=("self",))
    return rows.select_related("volume__subject").filter(pk=consultation).first()


def _manages(actor: Actor, row: Consultation) -> bool:
    return actor.may_at("consultation.manage", units.path(row.volume.subject.unit))


def _still(row: Consultation, now: datetime | None = None) -> None:
    """Raises :class:`CannotRead` unless it is agreed or open."""
    if standing(reading_of(row), now or timezone.now()) not in ("agreed", "open"):
        raise CannotRead(OVER)


def _note_event(
    actor: Actor, row: Consultation, name: str, facts: dict[str, str] | None = None
) -> None:
    told = {"number": row.number} | (facts or {})
    actor.trail.add(Event(name, subject=row.subject, object=str(row.pk), facts=told))


def _note_refusal(actor: Actor, consultation: UUID, row: Consultation | None) -> None:
    subject = row.subject if row is not None else None
    actor.trail.add(
        Event("consultation.read", outcome="refused", subject=subject, object=str(consultation))
    )
