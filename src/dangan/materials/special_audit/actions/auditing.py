"""Beginning an audit, writing down what was found, and two people signing it."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries import Look, contents, keep
from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.special_audit.problems import AuditProblem
from dangan.materials.special_audit.queries.audits import refuse_marked
from dangan.materials.special_audit.reading import form_of
from dangan.materials.special_audit.rules.items import (
    DATED,
    ITEMS,
    Body,
    Entry,
    undecided,
    unsettled,
)
from dangan.materials.special_audit.sealing import open_body, seal_body
from dangan.materials.special_audit.wording import bad_day
from dangan.vault import queries as vault

PERMISSION = "special_audit.manage"


def begin(actor: Actor, *, volume: UUID) -> SpecialAudit:
    """A new audit of the volume. Raises :class:`AuditProblem` while another one is open, and as
    :func:`dangan.materials.catalogue.queries.keep`."""
    with recording(actor):
        looked = keep(actor, volume, PERMISSION)
        if SpecialAudit.objects.filter(volume=volume, state__in=["open", "examined"]).exists():
            raise AuditProblem(Message("这一卷正在专项审核，请打开进行中的那一次。"))
        row = SpecialAudit(
            volume=looked.volume,
            subject=looked.volume.subject_id,
            begun_at=timezone.now(),
            begun_by=actor.id,
        )
        row.sealed = seal_body(vault.key_of(row.subject), row, Body())
        row.save()
        actor.trail.add(Event("special_audit.begin", subject=row.subject, object=row.number))
        return row


def enter(actor: Actor, *, audit: int, item: str, version: int, entry: Entry) -> SpecialAudit:
    """Writes down what was found for one item; another examiner's save in between is refused.

    Raises :class:`AuditProblem` for a day that is none, and a material of another volume.
    """
    if item not in ITEMS:
        raise Absent
    for value in (entry.value, entry.settled) if item in DATED else ():
        if value and (problem := bad_day(value)):
            raise AuditProblem(problem)
    with recording(actor):
        row, looked = _held(actor, audit, {SpecialAudit.State.OPEN})
        if row.version != version:
            raise AuditProblem(
                Message("另一个人刚刚保存过这次审核，你填的没有写入。请刷新后再填。")
            )
        body = _body(row)
        told = msgspec.structs.replace(entry, source=_source(looked, entry.material))
        _save(row, msgspec.structs.replace(body, entries={**body.entries, item: told}))
        actor.trail.add(
            Event(
                "special_audit.enter",
                subject=row.subject,
                object=row.number,
                facts={"item": item},
            )
        )
        return row


def _source(looked: Look, material: str) -> str:
    if not material:
        return ""
    items, _hidden = contents(looked)
    found = next((item for item in items if str(item.id) == material), None)
    if found is None:
        raise AuditProblem(Message("所选材料不在这一卷里，请重新选择。"))
    parts = (found.body.label, found.body.title, found.body.formed)
    return " ".join(part for part in parts if part)


def examine(actor: Actor, *, audit: int) -> None:
    """初审完成: every item has its verdict; it goes to another person.

    Raises :class:`AuditProblem` while an item waits for a verdict or for what is to hold.
    """
    with recording(actor):
        row, looked = _held(actor, audit, {SpecialAudit.State.OPEN})
        body = _body(row)
        if undecided(body) or unsettled(body):
            count = len(undecided(body)) + len(unsettled(body))
            raise AuditProblem(Message("还有 {n} 项没有填结论或认定，填完再提交复审。", n=count))
        form = form_of(actor, looked.volume, vault.key_of(row.subject))
        said = {"birth": form.birth, "work": form.work_start, "party": form.party_joined}
        row.state = SpecialAudit.State.EXAMINED
        row.examined_at, row.examined_by = timezone.now(), actor.id
        row.catalogue_version = looked.volume.materials
        row.findings = sum(body.entry(item).verdict in {"differs", "doubt"} for item in ITEMS)
        _save(row, msgspec.structs.replace(body, form=said, returned=""))
        actor.trail.add(Event("special_audit.examine", subject=row.subject, object=row.number))


def confirm(actor: Actor, *, audit: int) -> None:
    """复审认定, by somebody else than who examined. Raises :class:`AuditProblem` otherwise."""
    with recording(actor):
        row, _looked = _held(actor, audit, {SpecialAudit.State.EXAMINED})
        _refuse_same(actor, row)
        row.state = SpecialAudit.State.CONCLUDED
        row.closed_at, row.closed_by = timezone.now(), actor.id
        row.save(update_fields=["state", "closed_at", "closed_by"])
        actor.trail.add(Event("special_audit.confirm", subject=row.subject, object=row.number))


def send_back(actor: Actor, *, audit: int, why: str) -> None:
    """复审退回, with what is to be done. Raises :class:`AuditProblem` without a reason."""
    words = " ".join(why.split())
    if len(words) < 2:
        raise AuditProblem(Message("请写明退回的原因。"))
    with recording(actor):
        row, _looked = _held(actor, audit, {SpecialAudit.State.EXAMINED})
        _refuse_same(actor, row)
        row.state, row.examined_at, row.examined_by = SpecialAudit.State.OPEN, None, None
        _save(row, msgspec.structs.replace(_body(row), returned=words))
        actor.trail.add(Event("special_audit.send_back", subject=row.subject, object=row.number))


def cancel(actor: Actor, *, audit: int) -> None:
    """取消: begun by mistake; what was written down stays readable."""
    with recording(actor):
        row, _looked = _held(actor, audit, {SpecialAudit.State.OPEN})
        row.state = SpecialAudit.State.CANCELLED
        row.closed_at, row.closed_by = timezone.now(), actor.id
        row.save(update_fields=["state", "closed_at", "closed_by"])
        actor.trail.add(Event("special_audit.cancel", subject=row.subject, object=row.number))


def _refuse_same(actor: Actor, row: SpecialAudit) -> None:
    if row.examined_by == actor.id:
        raise AuditProblem(Message("初审和复审不能是同一个人，请另一位审核人办理。"))


def _held(actor: Actor, audit: int, states: set[str]) -> tuple[SpecialAudit, Look]:
    """The audit, locked, if the actor keeps the file and it stands so.

    Raises :class:`Absent`, :class:`Refused` and :class:`AuditProblem`.
    """
    row = SpecialAudit.objects.select_for_update(of=("self",)).filter(pk=audit).first()
    if row is None:
        raise Absent
    looked = keep(actor, row.volume_id, PERMISSION, lock=False)
    refuse_marked(actor, row, _body(row))
    if row.state not in states:
        raise AuditProblem(
            Message(
                "{number} 现在是“{state}”，不能这样办理。",
                number=row.number,
                state=row.get_state_display(),
            )
        )
    return row, looked


def _body(row: SpecialAudit) -> Body:
    return open_body(vault.key_of(row.subject), row)


def _save(row: SpecialAudit, body: Body) -> None:
    row.version += 1
    row.sealed = seal_body(vault.key_of(row.subject), row, body)
    row.save()
