"""Placing holds and lifting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.disposal import holds
from dangan.materials.disposal.models import Hold
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.sealing import hold_place, seal_text
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

REASON_MIN = 4


@dataclass(frozen=True, slots=True)
class Target:
    """What a hold is to cover; ``id`` is a person, a volume, a material or a unit."""

    scope: str
    id: UUID


@dataclass(frozen=True, slots=True)
class _Placed:
    subject: UUID | None
    volume: UUID | None
    path: tuple[UUID, ...]


def place_hold(
    actor: Actor, *, target: Target, kind: str, reason: str, until: date | None = None
) -> Hold:
    """保全: from the commit on nothing in its scope is destroyed, sent away, removed or deleted.

    Waits for deeds that have asked already. Needs ``holds.manage`` over the person's unit, or the
    unit. Raises :class:`Absent`, :class:`DisposalProblem` without a reason or for a day gone by.
    """
    require(actor, "holds.manage")
    if len(reason.strip()) < REASON_MIN:
        raise DisposalProblem(Message("请写明保全事由，至少 4 个字。"))
    if until is not None and until < timezone.localdate():
        raise DisposalProblem(Message("截止日期已经过去，请改晚，或留空表示直到解除。"))
    if kind not in Hold.Kind.values:
        raise DisposalProblem(Message("请选择保全的种类。"))
    with recording(actor):
        holds.alone()
        placed = _placed(target)
        if placed is None or not actor.may_at("holds.manage", placed.path):
            raise refuse_absent(actor, target.id)
        row = Hold(
            id=uuid4(),
            serial=(Hold.objects.aggregate(last=Max("serial"))["last"] or 0) + 1,
            kind=kind,
            scope=target.scope,
            target=target.id,
            volume=placed.volume,
            subject=placed.subject,
            placed_by=actor.id,
            placed_at=timezone.now(),
            until=until,
        )
        key = vault.key_of(SYSTEM)
        row.sealed_reason = seal_text(key, hold_place(row.pk, "reason"), reason.strip())
        row.save(force_insert=True)
        actor.trail.add(
            Event(
                "hold.place",
                subject=placed.subject,
                object=str(row.pk),
                facts={"number": row.number, "kind": kind, "scope": target.scope},
                reason=reason.strip(),
            )
        )
        return row


def lift_hold(actor: Actor, *, hold: UUID, reason: str) -> Hold:
    """解除保全, by somebody other than who placed it. Raises as :func:`place_hold`."""
    require(actor, "holds.manage")
    if len(reason.strip()) < REASON_MIN:
        raise DisposalProblem(Message("请写明解除的理由，至少 4 个字。"))
    with recording(actor):
        row = Hold.objects.select_for_update().filter(pk=hold).first()
        if row is None or not actor.may_at("holds.manage", path_of(row)):
            raise refuse_absent(actor, hold)
        if row.lifted_at is not None:
            raise DisposalProblem(Message("保全 {number} 已经解除。", number=row.number))
        if row.placed_by == actor.id:
            refuse(actor, "holds.manage", subject=row.subject)
            raise DisposalProblem(Message("设置保全的人不能自己解除，请另一位有权限的人办理。"))
        row.lifted_by, row.lifted_at = actor.id, timezone.now()
        key = vault.key_of(SYSTEM)
        row.sealed_lifting = seal_text(key, hold_place(row.pk, "lifting"), reason.strip())
        row.save(update_fields=["lifted_by", "lifted_at", "sealed_lifting"])
        actor.trail.add(
            Event(
                "hold.lift",
                subject=row.subject,
                object=str(row.pk),
                facts={"number": row.number},
                reason=reason.strip(),
            )
        )
        return row


def path_of(row: Hold) -> tuple[UUID, ...]:
    """Where the hold's right is asked: the unit itself, or the person's."""
    if row.scope == Hold.Scope.UNIT:
        return units.path(row.target)
    if row.subject is None:
        return ()
    home = Subject.objects.filter(pk=row.subject).values_list("unit", flat=True).first()
    return units.path(home)


def _placed(target: Target) -> _Placed | None:
    if target.scope == Hold.Scope.UNIT:
        path = units.path(target.id)
        return _Placed(None, None, path) if path else None
    subject, volume = _owner(target)
    if subject is None:
        return None
    living = Subject.objects.filter(pk=subject).exclude(state=Subject.State.DESTROYED)
    person = living.first()
    return None if person is None else _Placed(person.pk, volume, units.path(person.unit))


def _owner(target: Target) -> tuple[UUID | None, UUID | None]:
    if target.scope == Hold.Scope.PERSON:
        return target.id, None
    if target.scope == Hold.Scope.VOLUME:
        found = Volume.objects.filter(pk=target.id).exclude(standing=Volume.Standing.DESTROYED)
        return found.values_list("subject", flat=True).first(), target.id
    if target.scope == Hold.Scope.MATERIAL:
        paper = Material.objects.filter(pk=target.id, state=Material.State.FILED).first()
        return (paper.subject, paper.volume_id) if paper else (None, None)
    return None, None


def refuse_absent(actor: Actor, object_: UUID) -> Absent:
    """Notes the refusal; gives what to raise."""
    actor.trail.add(Event("hold.place", outcome="refused", object=str(object_)))
    return Absent()
