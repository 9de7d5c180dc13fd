"""Asking for a consultation 查阅, and asking again after it came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files import actions as files
from dangan.materials.avoidance.queries import relations
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.catalogue.rules.settings import ArchiveSettings
from dangan.materials.catalogue.table import categories
from dangan.materials.consultation import tables, within
from dangan.materials.consultation.models import Consultation, Seat, Use
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.consultation.rules.asking import (
    STUDENT,
    Asking,
    Wrong,
    problems,
    top_secrecy,
)
from dangan.materials.consultation.rules.bodies import ConsultationBody, Outsider, Scope
from dangan.materials.consultation.sealing import open_body, seal_body
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Json
from dangan.workflow.models import Case
from dangan.workflow.people import unit_of

MOST_AT_ONCE = 5
"""Volumes in one request; more is a matter for the archivist, not for a form."""


@dataclass(frozen=True, slots=True)
class OutsiderWish:
    """Somebody from another unit who shall read."""

    name: str
    unit: str
    document: str
    number: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A file handed in: department letter, letter of introduction, identity document."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationWish:
    """A request as somebody fills it in."""

    volumes: Sequence[UUID]
    readers: Sequence[UUID]
    ground: str
    purpose: str
    scope: Scope
    outsiders: Sequence[OutsiderWish] = ()
    applicant_post: str = ""
    applicant_phone: str = ""
    starts: datetime | None = None
    letters: Sequence[Letter] = ()


def ask_consultation(actor: Actor, *, wish: ConsultationWish) -> list[Consultation]:
    """Asks to see volumes: one row and one case for each, all of them or none.

    Needs ``archive.use`` over each person's unit. Raises :class:`Absent` for a volume out of
    reach, :class:`BadRequest`, :class:`dangan.files.rules.BadFile`, and the workflow's
    :class:`~dangan.workflow.problems.CannotStart`.
    """
    with recording(actor):
        require(actor, "archive.use")
        volumes = within.volumes_to_use(actor, wish.volumes, "consultation.ask")
        _check(actor, volumes, wish, kept_letters=0)
        batch = uuid4()
        return [_ask_one(actor, volume, wish, batch) for volume in volumes]


def revise_consultation(
    actor: Actor, *, consultation: UUID, wish: ConsultationWish, words: str = ""
) -> Consultation:
    """Changes a request that came back and sends it on its way again; only who asked may.

    The volume stays. Letters handed in before stay, new ones are added. Raises as
    :func:`ask_consultation`.
    """
    with recording(actor):
        require(actor, "archive.use")
        row = Consultation.objects.select_for_update().filter(pk=consultation, by=actor.id).first()
        if row is None or row.case is None or row.state != Use.State.OPEN:
            raise Absent
        if not Case.objects.filter(pk=row.case, state="returned").exists():
            raise Absent
        volumes = within.volumes_to_use(actor, [row.volume_id], "consultation.ask")
        key = vault.key_of(row.subject)
        before = open_body(key, row.pk, row.version, row.sealed, ConsultationBody)
        _check(actor, volumes, wish, kept_letters=len(before.letters))
        row.version += 1
        row.hours, row.starts = wish.scope.hours, wish.starts
        Seat.objects.filter(consultation=row).delete()
        body = _body(actor, row, key, wish, letters=before.letters)
        row.top = _top(volumes[0], wish.scope, key)
        row.sealed = seal_body(key, row.pk, row.version, body)
        row.save()
        actor.trail.add(
            Event("consultation.revise", subject=row.subject, object=str(row.pk), reason=words)
        )
        workflow.resubmit(actor, case=row.case, facts=facts_of(row, body), words=words)
        return row


def _ask_one(actor: Actor, volume: Volume, wish: ConsultationWish, batch: UUID) -> Consultation:
    key = vault.key_of(volume.subject_id)
    set_ = settings()
    row = Consultation(
        id=uuid4(),
        batch=batch,
        volume=volume,
        subject=volume.subject_id,
        student=volume.subject.kind == STUDENT,
        by=actor.id,
        unit=unit_of(actor.subject),
        at=timezone.now(),
        hours=wish.scope.hours,
        needed=set_.readers_least if volume.kind == FileKind.CADRE else 1,
        presence_minutes=set_.presence_minutes,
        starts=wish.starts,
        top=_top(volume, wish.scope, key),
    )
    row.sealed = b""
    row.save(force_insert=True)
    body = _body(actor, row, key, wish)
    row.sealed = seal_body(key, row.pk, row.version, body)
    case = workflow.open_case(
        actor,
        definition="student_use" if row.student else "consultation",
        subject=row.subject,
        object=row.pk,
        facts=facts_of(row, body),
        words=wish.purpose.strip(),
        barred=list(wish.readers),
    )
    row.case, row.number = case.id, case.number
    row.save(update_fields=["sealed", "case", "number"])
    actor.trail.add(
        Event(
            "consultation.ask",
            subject=row.subject,
            object=str(row.pk),
            facts={"number": row.number, "readers": len(wish.readers) + len(wish.outsiders)},
        )
    )
    return row


def _top(volume: Volume, scope: Scope, key: SubjectKey) -> int:
    """The highest mark among what is asked for; the volume's own mark counts whatever is."""
    return max(volume.secrecy, top_secrecy(scope, within.lying_in(volume.pk, key)))


def _body(
    actor: Actor,
    row: Consultation,
    key: SubjectKey,
    wish: ConsultationWish,
    letters: Sequence[UUID] = (),
) -> ConsultationBody:
    """Stores seats and letters, and gives the body that names them."""
    Seat.objects.bulk_create(
        Seat(consultation=row, account=account) for account in dict.fromkeys(wish.readers)
    )
    outsiders = tuple(
        Outsider(seat=uuid4(), name=one.name, unit=one.unit, document=one.document,
                 number=one.number)
        for one in wish.outsiders
    )  # fmt: skip
    Seat.objects.bulk_create(Seat(id=one.seat, consultation=row) for one in outsiders)
    kept = [
        files.keep(actor, subject=key.subject, name=letter.name, data=letter.data).id
        for letter in wish.letters
    ]
    return ConsultationBody(
        ground=wish.ground,
        purpose=wish.purpose.strip(),
        asked=wish.scope,
        applicant_post=wish.applicant_post,
        applicant_phone=wish.applicant_phone,
        outsiders=outsiders,
        letters=(*letters, *kept),
    )


def facts_of(row: Consultation, body: ConsultationBody) -> dict[str, Json]:
    """What the flow may branch on."""
    scope = body.granted or body.asked
    return {
        "file_kind": row.volume.kind,
        "top_secrecy": row.top,
        "outsiders": bool(body.outsiders),
        "readers": row.seats.count(),
        "hours": scope.hours,
        "takes": scope.print or scope.download,
        "applicant_unit": str(row.unit) if row.unit else "",
    }


def _check(
    actor: Actor, volumes: Sequence[Volume], wish: ConsultationWish, *, kept_letters: int
) -> None:
    """Raises :class:`BadRequest` with everything that stands in the way; a relative is noted."""
    set_ = settings()
    subjects = [volume.subject_id for volume in volumes]
    own = relations(actor.subject, subjects)
    readers = within.parties(wish.readers, subjects)
    found: list[Wrong] = []
    if not 1 <= len(volumes) <= MOST_AT_ONCE:
        text = Message("一次申请查阅 1 至 {most} 个案卷。", most=MOST_AT_ONCE)
        raise BadRequest([Wrong("volume", text)])
    for volume in volumes:
        asking = replace(
            _asking(volume, wish, set_),
            applicant_keeps_away=volume.subject_id in own,
            readers=[party.as_reader_of(volume.subject_id) for party in readers],
            letters=len(wish.letters) + kept_letters,
        )
        found += [*within.standing_problems(volume), *problems(asking)]
        if asking.applicant_keeps_away or any(one.keeps_away for one in asking.readers):
            refused = Event("consultation.ask", outcome="refused", subject=volume.subject_id)
            actor.trail.add(refused)
    if found:
        raise BadRequest(list(dict.fromkeys(found)))


def _asking(volume: Volume, wish: ConsultationWish, set_: ArchiveSettings) -> Asking:
    """What the rules judge about one volume of the request, before anybody is judged."""
    return Asking(
        number=volume.number,
        cadre=volume.kind == FileKind.CADRE,
        subject_kind=volume.subject.kind,
        applicant_keeps_away=False,
        readers=(),
        outsiders=len(wish.outsiders),
        letters=0,
        ground_known=wish.ground in tables.grounds(),
        purpose=wish.purpose,
        scope=wish.scope,
        categories_known=all(one in categories().by_no for one in wish.scope.categories),
        readers_least=set_.readers_least,
        most_hours=set_.view_most_hours,
        now=timezone.now(),
        starts=wish.starts,
    )
