"""检查: what was found in a volume or a place, and its repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files.actions import keep as keep_file
from dangan.files.rules import JPEG, PNG
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.actions.places import MANAGE
from dangan.materials.storeroom.models import Check, Defect, Place, Placement
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.rules.checking import DEFECTS, SEVERITIES, worst
from dangan.materials.storeroom.sealing import seal_words
from dangan.vault.queries import key_of
from dangan.vault.rules import SYSTEM

LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. ``photograph`` is (file name, content)."""

    kind: str
    severity: str
    photograph: tuple[str, bytes] | None = None


def check_volume(
    actor: Actor, *, volume: UUID, findings: Sequence[Finding], words: str = ""
) -> Check:
    """检查案卷. Needs ``storeroom.manage`` over the person's unit; without findings it is 完好.

    Raises :class:`Absent`, :class:`StoreroomProblem`, ``BadFile``; nothing is stored then.
    """
    with recording(actor):
        require(actor, MANAGE)
        row = volumes_within(actor, MANAGE).select_related("subject").filter(pk=volume).first()
        if row is None:
            actor.trail.add(Event("check.make", outcome="refused", object=str(volume)))
            raise Absent
        if row.standing != Volume.Standing.HELD:
            raise StoreroomProblem(
                Message("案卷 {number} 不在库，回来后再检查。", number=row.number)
            )
        made = _check(actor, row.subject_id, findings, words, volume=row)
        _note(Q(volume=row), made, actor)
        actor.trail.add(
            Event(
                "check.make",
                subject=row.subject_id,
                object=str(row.pk),
                facts={"condition": made.condition, "findings": len(findings)},
            )
        )
    return made


def check_place(
    actor: Actor, *, place: UUID, findings: Sequence[Finding], words: str = ""
) -> Check:
    """检查 of a place with all that stands in it at home and within reach: counts as a check of
    each of these volumes. ``words`` are sealed under the system's key: no names in them."""
    with recording(actor):
        require(actor, MANAGE)
        grown = tree()
        require_place(actor, grown, place, MANAGE)
        inside = [spot.id for spot in grown.under(place)]
        within = volumes_within(actor, MANAGE).filter(standing=Volume.Standing.HELD)
        there = Placement.objects.filter(place__in=inside, volume__in=within)
        made = _check(
            actor,
            SYSTEM,
            findings,
            words,
            place_id=place,
            place_text=grown.label(place),
            covered=there.count(),
        )
        there.update(checked_at=made.at, condition=made.condition)
        Place.objects.filter(pk__in=inside).update(checked_at=made.at)
        actor.trail.add(
            Event(
                "check.make",
                object=str(place),
                facts={
                    "condition": made.condition,
                    "findings": len(findings),
                    "volumes": made.covered,
                },
            )
        )
    return made


def ask_repair(actor: Actor, *, defect: UUID, words: str = "") -> Defect:
    """送修: somebody has been asked to mend it; ``words`` say who and how."""
    return _repair(actor, defect, words, Defect.State.ASKED)


def mended(actor: Actor, *, defect: UUID, words: str = "") -> Defect:
    """修复完成. The next check tells the volume's condition anew."""
    return _repair(actor, defect, words, Defect.State.DONE)


def _repair(actor: Actor, defect: UUID, words: str, to: str) -> Defect:
    with recording(actor):
        require(actor, MANAGE)
        row = (
            Defect.objects.select_for_update(of=("self",))
            .select_related("check_made__volume")
            .filter(pk=defect)
            .first()
        )
        if row is None:
            raise Absent
        subject = _require_reach(actor, row.check_made)
        if row.state in {Defect.State.DONE, to}:
            raise StoreroomProblem(Message("这一条已经登记过，刷新后再看。"))
        if words.strip():
            row.sealed_repair = seal_words(
                key_of(subject), "repair", row.pk, words.strip()[:LONGEST_WORDS]
            )
        row.state = to
        if to == Defect.State.ASKED:
            row.asked_at, row.asked_by = timezone.now(), actor.id
        else:
            row.done_at, row.done_by = timezone.now(), actor.id
        row.save()
        actor.trail.add(
            Event(
                "check.repair",
                subject=subject if subject != SYSTEM else None,
                object=str(row.pk),
                facts={"to": to},
            )
        )
    return row


def _require_reach(actor: Actor, row: Check) -> UUID:
    """Under whose key the check's words are; raises :class:`Absent` out of reach."""
    if row.place_id is not None:
        require_place(actor, tree(), row.place_id, MANAGE)
        return SYSTEM
    found = volumes_within(actor, MANAGE).filter(pk__in=[row.volume_id]).first()
    if found is None:
        raise Absent
    return found.subject_id


def _check(
    actor: Actor, subject: UUID, findings: Sequence[Finding], words: str, **about: object
) -> Check:
    for one in findings:
        if one.kind not in DEFECTS or one.severity not in SEVERITIES:
            raise StoreroomProblem(Message("请从列表中选择问题和程度。"), "findings")
    if len(words) > LONGEST_WORDS:
        raise StoreroomProblem(Message("说明不超过 {most} 个字。", most=LONGEST_WORDS), "words")
    made = Check(
        id=uuid4(),
        at=timezone.now(),
        by=actor.id,
        condition=worst(one.severity for one in findings),
        **about,
    )
    if words.strip():
        made.sealed_words = seal_words(key_of(subject), "check", made.pk, words.strip())
    made.save(force_insert=True)
    for one in findings:
        _defect(actor, made, subject, one)
    return made


def _defect(actor: Actor, made: Check, subject: UUID, one: Finding) -> None:
    photograph = None
    if one.photograph is not None:
        name, data = one.photograph
        photograph = keep_file(actor, subject=subject, name=name, data=data, allow={JPEG, PNG}).pk
    Defect.objects.create(
        check_made=made, kind=one.kind, severity=one.severity, photograph=photograph
    )


def _note(which: Q, made: Check, actor: Actor) -> None:
    """The volume's last check, also of one that has no place yet."""
    done = Placement.objects.filter(which).update(checked_at=made.at, condition=made.condition)
    if not done and made.volume_id is not None:
        Placement.objects.create(
            volume_id=made.volume_id,
            since=made.at,
            by=actor.id,
            checked_at=made.at,
            condition=made.condition,
        )
