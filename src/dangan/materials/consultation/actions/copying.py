"""复制摘抄: asking for copies, and taking each of them once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, Refused, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files import actions as files
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import contents, look, settings
from dangan.materials.consultation import copies, within
from dangan.materials.consultation.actions.asking import Letter
from dangan.materials.consultation.models import Copying, CopyTaken, Use
from dangan.materials.consultation.problems import BadRequest, CannotRead
from dangan.materials.consultation.rules.asking import (
    COPIES_MOST,
    PURPOSE_MIN,
    STUDENT_LOOKS_ONLY,
    Wrong,
    student_may,
)
from dangan.materials.consultation.rules.bodies import CopyingBody
from dangan.materials.consultation.sealing import seal_body
from dangan.vault import queries as vault
from dangan.workflow import actions as workflow
from dangan.workflow.people import unit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyingWish:
    """Copies of materials that the asker sees: as reader of an open consultation, or as keeper."""

    volume: UUID
    materials: Sequence[UUID]
    form: str
    copies: int
    purpose: str
    words: str = ""
    letters: Sequence[Letter] = ()


def ask_copying(actor: Actor, *, wish: CopyingWish) -> Copying:
    """Asks for copies. Needs ``archive.use``, and that the asker sees each material now.

    Raises :class:`Absent`, :class:`Refused` for one's own or a relative's file,
    :class:`BadRequest`, :class:`dangan.files.rules.BadFile`,
    :class:`~dangan.workflow.problems.CannotStart`.
    """
    with recording(actor):
        require(actor, "archive.use")
        looked = look(actor, wish.volume)
        volume = looked.volume
        if relation(actor, volume.subject_id) is not None:
            refused = Event("copying.ask", outcome="refused", subject=volume.subject_id)
            actor.trail.add(refused)
            raise Refused("archive.use", "这份档案需要你回避，不能由你申请复制。", recorded=True)
        seen = {item.id: item.secrecy for item in contents(looked)[0]}
        _check(volume, wish, seen)
        key = vault.key_of(volume.subject_id)
        kept = tuple(
            files.keep(actor, subject=key.subject, name=letter.name, data=letter.data).id
            for letter in wish.letters
        )
        row = Copying(
            id=uuid4(),
            volume=volume,
            subject=volume.subject_id,
            by=actor.id,
            unit=unit_of(actor.subject),
            at=timezone.now(),
            form=wish.form,
            materials=[str(one) for one in dict.fromkeys(wish.materials)],
            copies=wish.copies,
        )
        body = CopyingBody(purpose=wish.purpose.strip(), words=wish.words.strip(), letters=kept)
        row.sealed = seal_body(key, row.pk, row.version, body)
        row.save(force_insert=True)
        case = workflow.open_case(
            actor,
            definition="copying",
            subject=row.subject,
            object=row.pk,
            facts={
                "file_kind": volume.kind,
                "top_secrecy": max((seen[one] for one in wish.materials), default=0),
                "copies": row.copies,
                "form": row.form,
            },
            words=body.purpose,
        )
        row.case, row.number = case.id, case.number
        row.save(update_fields=["case", "number"])
        actor.trail.add(
            Event(
                "copying.ask",
                subject=row.subject,
                object=str(row.pk),
                facts={"number": row.number, "materials": len(row.materials)},
            )
        )
        return row


def take_copy(actor: Actor, *, copying: UUID) -> tuple[CopyTaken, bytes]:
    """领取: the next numbered copy as a PDF with a watermark; each number once, within the days.

    Only whoever asked takes it. Raises :class:`Absent`, :class:`CannotRead`.
    """
    with recording(actor):
        row = _granted(actor, copying)
        if row.by != actor.id:
            _note_refusal(actor, row)
            raise Absent
        number = _next(row)
        made = copies.pdf_of(actor, row, number)
        taken = _take(actor, row, number, CopyTaken.How.PDF, hashlib.sha256(made).digest())
        return taken, made


def hand_out_paper(actor: Actor, *, copying: UUID) -> CopyTaken:
    """登记纸质复制件: the keeper copied the paper and handed it out; for what is not scanned.

    Needs ``consultation.manage`` over the person's unit; nobody hands themselves a copy.
    """
    with recording(actor):
        row = _granted(actor, copying)
        path = units.path(row.volume.subject.unit)
        if row.by == actor.id or not actor.may_at("consultation.manage", path):
            _note_refusal(actor, row)
            raise Absent
        return _take(actor, row, _next(row), CopyTaken.How.PAPER, None)


def _check(volume: Volume, wish: CopyingWish, seen: dict[UUID, int]) -> None:
    found = within.standing_problems(volume)
    if not student_may(volume.subject.kind, "copy"):
        found.append(Wrong("volume", STUDENT_LOOKS_ONLY))
    if not wish.materials or any(one not in seen for one in wish.materials):
        found.append(Wrong("materials", Message("请从你能看到的材料里勾选要复制的。")))
    if not 1 <= wish.copies <= COPIES_MOST:
        text = Message("份数为 1 至 {most}。", most=COPIES_MOST)
        found.append(Wrong("copies", text))
    if wish.form not in Copying.Form.values:
        found.append(Wrong("form", Message("请选择复制或摘抄。")))
    if len(wish.purpose.strip()) < PURPOSE_MIN:
        found.append(Wrong("purpose", Message("请写明用途，至少 4 个字。")))
    if wish.form == Copying.Form.EXCERPT and not wish.words.strip():
        found.append(Wrong("words", Message("请写明摘抄哪些内容。")))
    if found:
        raise BadRequest(found)


def _granted(actor: Actor, copying: UUID) -> Copying:
    row = (
        Copying.objects.select_for_update(of=("self",))
        .select_related("volume__subject")
        .filter(pk=copying)
        .first()
    )
    if row is None:
        raise Absent
    if row.by == actor.id and relation(actor, row.subject) is not None:
        _note_refusal(actor, row)
        raise Absent
    if row.state != Use.State.GRANTED or row.until is None or timezone.now() >= row.until:
        raise CannotRead(Message("这项复制没有生效或已过领取期限，需要请重新申请。"))
    if row.volume.restricted_at is not None or not student_may(row.volume.subject.kind, "copy"):
        raise CannotRead(Message("这份档案现在不能复制。"))
    for wrong in within.standing_problems(row.volume):
        raise CannotRead(wrong.message)
    return row


def _next(row: Copying) -> int:
    """The number of the next copy; the row is locked."""
    number = row.taken.count() + 1
    if number > row.copies:
        raise CannotRead(Message("{n} 份都已领取，需要更多请重新申请。", n=row.copies))
    return number


def _take(actor: Actor, row: Copying, number: int, how: str, digest: bytes | None) -> CopyTaken:
    taken = CopyTaken.objects.create(
        copying=row, number=number, how=how, digest=digest, at=timezone.now(), by=actor.id
    )
    actor.trail.add(
        Event(
            "copying.take",
            subject=row.subject,
            object=str(row.pk),
            facts={"number": row.number, "copy": number, "how": how}
            | ({"sha256": digest.hex()} if digest else {}),
        )
    )
    return taken


def days() -> int:
    """Within how many days copies are taken."""
    return settings().copy_days


def _note_refusal(actor: Actor, row: Copying) -> None:
    refused = Event("copying.take", outcome="refused", subject=row.subject, object=str(row.pk))
    actor.trail.add(refused)
