"""收件: taking loose papers in, filing them, sending them back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.actions import file_material
from dangan.materials.catalogue.queries import Item, keep, settings
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts.models import Receipt, Wanted
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.materials.receipts.rules.deadlines import due
from dangan.materials.receipts.sealing import seal_receipt, seal_words
from dangan.vault import queries as vault

PERMISSION = "receipts.manage"


def receive(
    actor: Actor,
    *,
    volume: UUID,
    body: MaterialBody,
    received_on: date,
    unit: UUID | None = None,
    wanted: int | None = None,
) -> Receipt:
    """收件登记: a paper came in for this person's file; ``wanted`` is what it was asked for.

    Raises as :func:`dangan.materials.catalogue.queries.keep`, :class:`ReceiptProblem` for a day
    to come and a request that has been answered.
    """
    if received_on > timezone.localdate():
        raise ReceiptProblem(Message("收件日期不能晚于今天，请改正。"))
    with recording(actor):
        looked = keep(actor, volume, PERMISSION, lock=False)
        subject = looked.volume.subject_id
        key, term = vault.key_of(subject), settings().filing_days
        formed = _formed(body)
        late = formed is not None and received_on > due(formed, term)
        row = Receipt.objects.create(
            volume=looked.volume,
            subject=subject,
            unit=unit,
            received_on=received_on,
            at=timezone.now(),
            by=actor.id,
            due_on=due(received_on if late or formed is None else formed, term),
            late=late,
            sealed=b"",
        )
        row.sealed = seal_receipt(key, row.pk, body)
        row.save(update_fields=["sealed"])
        if wanted is not None:
            _answered(looked.volume.pk, wanted, row)
        actor.trail.add(
            Event("receipt.take", subject=subject, object=row.number, facts={"late": late})
        )
        return row


def _formed(body: MaterialBody) -> date | None:
    """The last day on which it can have come into being."""
    return date(body.year, body.month or 12, body.day or 28) if body.year else None


def _answered(volume: UUID, wanted: int, receipt: Receipt) -> None:
    row = Wanted.objects.select_for_update().filter(pk=wanted, volume=volume).first()
    if row is None:
        raise Absent
    if row.state not in {Wanted.State.ASKED, Wanted.State.SENT, Wanted.State.ABSENT}:
        raise ReceiptProblem(Message("这份材料已经办结，不用再收，请刷新页面。"))
    row.state, row.receipt = Wanted.State.RECEIVED, receipt
    row.save(update_fields=["state", "receipt"])


def file_receipt(actor: Actor, *, receipt: int, body: MaterialBody, secrecy: int = 0) -> Item:
    """归档: the paper becomes a line of the catalogue, as ``body`` says it in the end.

    Raises :class:`ReceiptProblem` when it is no longer waiting, and as ``file_material``.
    """
    with recording(actor):
        row = _waiting(actor, receipt)
        item = file_material(actor, volume=row.volume_id, body=body, secrecy=secrecy)
        key = vault.key_of(row.subject)
        row.state, row.material = Receipt.State.FILED, item.id
        row.sealed = seal_receipt(key, row.pk, body)
        _close(actor, row, ["state", "material", "sealed"])
        actor.trail.add(
            Event(
                "receipt.file",
                subject=row.subject,
                object=row.number,
                facts={"material": str(item.id)},
            )
        )
        return item


def put_aside(actor: Actor, *, receipt: int, why: str) -> None:
    """待处理: it cannot be filed yet — unsigned, without a seal, in doubt; ``why`` says what."""
    _leave(actor, receipt, Receipt.State.PROBLEM, why, "receipt.put_aside")


def send_back(actor: Actor, *, receipt: int, why: str) -> None:
    """退回: it goes back to whoever brought it, with the reason."""
    _leave(actor, receipt, Receipt.State.RETURNED, why, "receipt.send_back")


def _leave(actor: Actor, receipt: int, state: str, why: str, event: str) -> None:
    words = " ".join(why.split())
    if len(words) < 2:
        raise ReceiptProblem(Message("请写明原因，例如“缺单位盖章”。"))
    with recording(actor):
        row = _waiting(actor, receipt)
        key = vault.key_of(row.subject)
        row.state, row.sealed_note = state, seal_words(key, "note", row.pk, words)
        if state == Receipt.State.RETURNED:
            Wanted.objects.filter(receipt=row).update(state=Wanted.State.ASKED, receipt=None)
            _close(actor, row, ["state", "sealed_note"])
        else:
            row.save(update_fields=["state", "sealed_note"])
        actor.trail.add(Event(event, subject=row.subject, object=row.number))


def _waiting(actor: Actor, receipt: int) -> Receipt:
    """The receipt, locked, if it waits and the actor keeps the person's file."""
    row = Receipt.objects.select_for_update(of=("self",)).filter(pk=receipt).first()
    if row is None:
        raise Absent
    looked = keep(actor, row.volume_id, PERMISSION, lock=False)
    if row.state not in {Receipt.State.PENDING, Receipt.State.PROBLEM}:
        raise ReceiptProblem(Message("收件 {number} 已办结，请刷新页面。", number=row.number))
    row.volume = looked.volume
    return row


def _close(actor: Actor, row: Receipt, fields: list[str]) -> None:
    row.closed_at, row.closed_by = timezone.now(), actor.id
    row.save(update_fields=[*fields, "closed_at", "closed_by"])
