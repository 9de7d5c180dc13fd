"""催收: asking departments for what is missing, and what they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import keep
from dangan.materials.receipts.models import Chase, Wanted
from dangan.materials.receipts.owners import accounts_of, archivists
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.materials.receipts.queries.gaps import lacks_of
from dangan.materials.receipts.queries.reach import may_answer
from dangan.materials.receipts.rules.required import Lack
from dangan.materials.receipts.sealing import seal_lack, seal_words, token_of_lack
from dangan.notices.actions import tell
from dangan.vault import queries as vault

PERMISSION = "receipts.manage"


def ask(actor: Actor, *, volume: UUID, tokens: Collection[int], due_on: date) -> list[Chase]:
    """Asks for these gaps: one request for each department that owes some of them, told at once.

    ``tokens`` are those that :func:`~dangan.materials.receipts.queries.gaps` gave; what has been
    asked for or filed meanwhile is left out. Raises :class:`ReceiptProblem` when nothing is left.
    """
    if due_on <= timezone.localdate():
        raise ReceiptProblem(Message("补交期限要晚于今天，请改正。"))
    with recording(actor):
        looked = keep(actor, volume, PERMISSION)
        chosen = {
            token: lack
            for token, lack in _open_lacks(looked.volume).items()
            if token in set(tokens)
        }
        if not chosen:
            raise ReceiptProblem(Message("所选材料已在催收或已归档，请刷新页面。"))
        chases = []
        for owner in sorted({lack.owner for lack in chosen.values()}):
            mine = {token: lack for token, lack in chosen.items() if lack.owner == owner}
            chases.append(_chase(actor, looked.volume, owner, mine, due_on))
        return chases


def _chase(
    actor: Actor, volume: Volume, owner: str, lacks: Mapping[int, Lack], due_on: date
) -> Chase:
    key, unit = vault.key_of(volume.subject_id), volume.subject.unit
    chase = Chase.objects.create(
        unit=unit, owner=owner, asked_at=timezone.now(), asked_by=actor.id, due_on=due_on
    )
    Wanted.objects.bulk_create(
        Wanted(
            chase=chase,
            volume=volume,
            subject=volume.subject_id,
            token=token,
            sealed=seal_lack(key, token, lack),
        )
        for token, lack in lacks.items()
    )
    actor.trail.add(
        Event(
            "chase.ask",
            subject=volume.subject_id,
            object=chase.number,
            facts={"count": len(lacks), "due": due_on.isoformat()},
        )
    )
    tell(
        accounts=accounts_of(owner, unit),
        topic="papers.wanted",
        url=reverse("receipts:chase", args=[chase.pk]),
        facts={"number": chase.number, "count": len(lacks), "date": due_on.isoformat()},
        unit=unit,
    )
    return chase


def _open_lacks(volume: Volume) -> dict[int, Lack]:
    """Gaps for which nobody has been asked yet, by token."""
    lacks = {token_of_lack(volume.pk, lack): lack for lack in lacks_of(volume)}
    known = Wanted.objects.filter(volume=volume).exclude(state=Wanted.State.RECEIVED)
    for token in known.values_list("token", flat=True):
        lacks.pop(token, None)
    return lacks


def waive(actor: Actor, *, volume: UUID, token: int, why: str) -> None:
    """不再追收: the paper is known to be gone, or was never made; the reason stays with it.

    Raises :class:`ReceiptProblem` without a reason, or when it is asked for or filed.
    """
    words = _reason(why)
    with recording(actor):
        looked = keep(actor, volume, PERMISSION)
        lack = _open_lacks(looked.volume).get(token)
        if lack is None:
            raise ReceiptProblem(Message("所选材料已在催收或已归档，请刷新页面。"))
        key = vault.key_of(looked.volume.subject_id)
        row = Wanted(
            volume=looked.volume,
            subject=looked.volume.subject_id,
            token=token,
            state=Wanted.State.WAIVED,
            sealed=seal_lack(key, token, lack),
            answered_at=timezone.now(),
            answered_by=actor.id,
        )
        row.save()
        row.sealed_answer = seal_words(key, "answer", row.pk, words)
        row.save(update_fields=["sealed_answer"])
        actor.trail.add(Event("chase.waive", subject=row.subject, object=str(row.pk)))


def answer(actor: Actor, *, wanted: int, sent: bool, words: str = "") -> None:
    """The department says that the paper is on its way, or that there is none (with a reason)."""
    said = " ".join(words.split()) if sent else _reason(words)
    with recording(actor):
        row = Wanted.objects.select_for_update(of=("self",)).filter(pk=wanted).first()
        if row is None or row.chase is None or not may_answer(actor, row.chase):
            raise Absent
        # The request is locked too: closing it and answering do not pass each other.
        chase = Chase.objects.select_for_update().get(pk=row.chase.pk)
        open_ = chase.state == Chase.State.OPEN
        if not open_ or row.state not in {
            Wanted.State.ASKED,
            Wanted.State.ABSENT,
            Wanted.State.SENT,
        }:
            raise ReceiptProblem(Message("这份材料已经办结，请刷新页面。"))
        key = vault.key_of(row.subject)
        row.state = Wanted.State.SENT if sent else Wanted.State.ABSENT
        row.sealed_answer = seal_words(key, "answer", row.pk, said) if said else None
        row.answered_at, row.answered_by = timezone.now(), actor.id
        row.save(update_fields=["state", "sealed_answer", "answered_at", "answered_by"])
        actor.trail.add(
            Event(
                "chase.answer",
                subject=row.subject,
                object=row.chase.number,
                facts={"state": row.state},
            )
        )
        tell(
            accounts=archivists(row.chase.unit),
            topic="papers.answered",
            url=reverse("receipts:chase", args=[row.chase.pk]),
            facts={"number": row.chase.number},
            unit=row.chase.unit,
        )


def settle(actor: Actor, *, chase: int) -> None:
    """办结: nothing of it waits any more; what the department could not find stays known as gone.

    Raises :class:`ReceiptProblem` while something waits.
    """
    with recording(actor):
        row = Chase.objects.select_for_update().filter(pk=chase).first()
        if row is None or not actor.may_at(PERMISSION, units.path(row.unit)):
            raise Absent
        if row.state != Chase.State.OPEN:
            raise ReceiptProblem(Message("催收 {number} 已办结，请刷新页面。", number=row.number))
        if row.lines.filter(state__in=[Wanted.State.ASKED, Wanted.State.SENT]).exists():
            raise ReceiptProblem(Message("还有材料没有收到，不能办结。"))
        row.state, row.closed_at = Chase.State.CLOSED, timezone.now()
        row.save(update_fields=["state", "closed_at"])
        actor.trail.add(Event("chase.settle", object=row.number))


def _reason(words: str) -> str:
    said = " ".join(words.split())
    if len(said) < 2:
        raise ReceiptProblem(Message("请写明原因，例如“原单位已撤销，无法补开”。"))
    return said
