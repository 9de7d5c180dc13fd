"""对外提供: handing data to somebody outside, agreed by two people, kept on the register."""

from __future__ import annotations

from collections.abc import Sequence
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
from dangan.files import actions as files
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation import tables, within
from dangan.materials.consultation.actions.asking import Letter
from dangan.materials.consultation.models import Provision, Use
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.consultation.rules.asking import (
    STUDENT_LOOKS_ONLY,
    Wrong,
    kept_until,
    provision_problems,
    student_may,
)
from dangan.materials.consultation.rules.bodies import ProvisionBody
from dangan.materials.consultation.sealing import owner_of, seal_body
from dangan.vault import queries as vault
from dangan.workflow import actions as workflow
from dangan.workflow.people import unit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionWish:
    """A wish to hand data out. Without a volume it concerns many, and the body names nobody."""

    body: ProvisionBody
    people: int
    begins: date
    until: date
    volume: UUID | None = None
    materials: Sequence[UUID] = ()
    letters: Sequence[Letter] = ()


def ask_provision(actor: Actor, *, wish: ProvisionWish) -> Provision:
    """Asks to hand data out. Needs ``archive.use``.

    Raises :class:`Absent`, :class:`BadRequest`, :class:`dangan.files.rules.BadFile`,
    :class:`~dangan.workflow.problems.CannotStart`.
    """
    with recording(actor):
        require(actor, "archive.use")
        volume = _volume(actor, wish.volume)
        _check(actor, wish, volume)
        key = vault.key_of(owner_of(volume.subject_id if volume else None))
        kept = [
            files.keep(actor, subject=key.subject, name=letter.name, data=letter.data).id
            for letter in wish.letters
        ]
        row = Provision(
            id=uuid4(),
            volume=volume,
            subject=volume.subject_id if volume else None,
            by=actor.id,
            unit=unit_of(actor.subject),
            at=timezone.now(),
            materials=[str(one) for one in wish.materials],
            people=1 if volume else wish.people,
            begins=wish.begins,
            until=wish.until,
            kept_until=kept_until(wish.until),
        )
        body = msgspec.structs.replace(wish.body, letters=tuple(kept))
        row.sealed = seal_body(key, row.pk, row.version, body)
        row.save(force_insert=True)
        case = workflow.open_case(
            actor,
            definition="provision",
            subject=row.subject,
            object=row.pk,
            facts={"people": row.people, "basis": body.basis, "one_person": volume is not None},
            words=body.purpose.strip(),
        )
        row.case, row.number = case.id, case.number
        row.save(update_fields=["case", "number"])
        actor.trail.add(
            Event(
                "provision.ask",
                subject=row.subject,
                object=str(row.pk),
                facts={"number": row.number, "people": row.people},
            )
        )
        return row


def note_provided(actor: Actor, *, provision: UUID) -> Provision:
    """已提供: the data have been handed over, by whoever asked or who manages consultations.

    Raises :class:`Absent`, :class:`BadRequest` before it is agreed or after the period.
    """
    with recording(actor):
        row = (
            Provision.objects.select_for_update(of=("self",))
            .select_related("volume__subject")
            .filter(pk=provision)
            .first()
        )
        if row is None or not (row.by == actor.id or manages(actor, row)):
            raise Absent
        if row.state != Use.State.GRANTED or row.provided_at is not None:
            raise BadRequest([Wrong("", Message("只有已生效、尚未登记的，才能登记提供。"))])
        if not row.begins <= timezone.localdate() <= row.until:
            raise BadRequest([Wrong("", Message("不在准予提供的期限内，请重新申请。"))])
        row.provided_at, row.provided_by = timezone.now(), actor.id
        row.save(update_fields=["provided_at", "provided_by"])
        actor.trail.add(
            Event(
                "provision.provided",
                subject=row.subject,
                object=str(row.pk),
                facts={"number": row.number},
            )
        )
        return row


def manages(actor: Actor, row: Provision) -> bool:
    """Whether the actor keeps the register over what it concerns; over all of it for many."""
    unit = row.volume.subject.unit if row.volume else None
    return actor.may_at("consultation.manage", units.path(unit))


def _volume(actor: Actor, volume: UUID | None) -> Volume | None:
    if volume is None:
        return None
    return within.volumes_to_use(actor, [volume], "provision.ask")[0]


def _check(actor: Actor, wish: ProvisionWish, volume: Volume | None) -> None:
    found = provision_problems(
        people=wish.people,
        begins=wish.begins,
        until=wish.until,
        purpose=wish.body.purpose,
        receiver=wish.body.receiver,
        basis_known=wish.body.basis in tables.bases(),
    )
    if volume is None:
        if not wish.body.fields.strip():
            found.append(Wrong("fields", Message("请写明提供哪些数据项。")))
    else:
        found += within.standing_problems(volume)
        if not student_may(volume.subject.kind, "provide"):
            found.append(Wrong("volume", STUDENT_LOOKS_ONLY))
        if relation(actor, volume.subject_id) is not None:
            text = Message("案卷 {number} 需要你回避，不能由你申请。", number=volume.number)
            found.append(Wrong("volume", text))
            refused = Event("provision.ask", outcome="refused", subject=volume.subject_id)
            actor.trail.add(refused)
        if not wish.body.fields.strip() and not wish.materials:
            found.append(Wrong("fields", Message("请写明提供哪些材料或数据项。")))
    if found:
        raise BadRequest(found)
