"""归还: the paper comes back and is looked through material by material."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import FileKind, Material, Volume
from dangan.materials.catalogue.queries import sight_of
from dangan.materials.loans.models import OUT, Check, Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.terms import of_pages, outstanding
from dangan.materials.loans.sealing import open_body, seal_body, seal_note
from dangan.materials.storeroom.actions.checking import Finding, check_volume
from dangan.vault.queries import key_of

LONGEST_NOTE = 300
_DEFECTS = {"missing": ("missing", "severe"), "damaged": ("torn", "medium")}
"""What a finding on return is in the storeroom: kind and severity."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A material as it came back: pages counted, and what is wrong if anything is."""

    material: UUID
    pages: int
    damaged: bool = False
    note: str = ""


def take_back(actor: Actor, *, loan: UUID, checks: Sequence[Checked]) -> Loan:
    """归还, whole or in part: the entry is closed once every material has been looked through.

    Materials that are not among ``checks`` stay to be checked; what was found stays open until
    somebody has dealt with it. Needs ``loans.manage``; whoever borrowed does not take back.
    Raises :class:`Absent`, :class:`Refused`, :class:`LoanProblem`.
    """
    with recording(actor):
        row = out(actor, loan)
        expected = expected_of(row)
        unknown = {item.material for item in checks} - expected.keys()
        if unknown:
            raise LoanProblem(Message("有的材料不在这笔借阅里，请刷新后再核对。"))
        _require_seen(actor, row, {item.material for item in checks})
        _save_checks(actor, row, expected, checks)
        done = set(row.checks.values_list("material", flat=True))
        left = outstanding(expected.keys(), done)
        if not checks and left:
            raise LoanProblem(Message("勾选已核对的材料，再登记归还。"))
        facts = {"volume": str(row.volume_id), "checked": len(checks), "left": len(left)}
        if left:
            actor.trail.add(Event("loan.check", subject=row.subject, object=str(loan), facts=facts))
            return row
        row.state, row.ended_at, row.ended_by = Loan.State.RETURNED, timezone.now(), actor.id
        row.version += 1
        row.save(update_fields=["state", "ended_at", "ended_by", "version"])
        change_standing(
            actor,
            volume=row.volume_id,
            expected={"lent"},
            to="held",
            why=row.request.number,
        )
        _tell_storeroom(actor, row)
        facts["findings"] = row.checks.exclude(outcome=Check.Outcome.COMPLETE).count()
        actor.trail.add(Event("loan.return", subject=row.subject, object=str(loan), facts=facts))
    return row


def declare_lost(actor: Actor, *, loan: UUID, note: str) -> Loan:
    """遗失: the borrower cannot bring it back. The volume stays out of reach of everything until
    it is found (then it is taken back as usual)."""
    with recording(actor):
        row = out(actor, loan)
        if row.state == Loan.State.LOST:
            raise LoanProblem(Message("这笔借阅已经登记遗失。"))
        words = note.strip()[:LONGEST_NOTE]
        if len(words) < 4:
            raise LoanProblem(Message("写明遗失经过，至少 4 个字。"), "note")
        request = row.request
        body = open_body(request)
        request.version += 1
        request.sealed = seal_body(request, msgspec.structs.replace(body, loss=words))
        request.save(update_fields=["version", "sealed"])
        row.state, row.lost_at = Loan.State.LOST, timezone.now()
        row.version += 1
        row.save(update_fields=["state", "lost_at", "version"])
        actor.trail.add(Event("loan.lost", subject=row.subject, object=str(loan), reason=words))
    return row


def settle_finding(actor: Actor, *, check: int) -> Check:
    """What was found on return has been dealt with."""
    with recording(actor):
        row = (
            Check.objects.select_for_update(of=("self",))
            .select_related("loan__volume__subject")
            .filter(pk=check)
            .first()
        )
        if row is None:
            raise Absent
        _require(actor, row.loan.volume)
        if row.outcome == Check.Outcome.COMPLETE or row.settled_at is not None:
            raise LoanProblem(Message("这一项不用处理。"))
        row.settled_at, row.settled_by = timezone.now(), actor.id
        row.save(update_fields=["settled_at", "settled_by"])
        actor.trail.add(Event("loan.settle", subject=row.loan.subject, object=str(row.loan_id)))
    return row


def expected_of(row: Loan) -> dict[UUID, int]:
    """The materials that must come back and their pages. Nothing is counted in a volume that was
    restricted meanwhile: it comes back shut."""
    if row.volume.restricted_at is not None:
        return {}
    filed = Material.objects.filter(volume=row.volume_id, state=Material.State.FILED)
    if row.materials is not None:
        filed = filed.filter(pk__in=row.materials)
    return dict(filed.values_list("pk", "pages"))


def out(actor: Actor, loan: UUID) -> Loan:
    """A loan that is out, with its volume locked before it."""
    found = Loan.objects.filter(pk=loan).values_list("volume", flat=True).first()
    if found is None:
        raise Absent
    volume = Volume.objects.select_for_update(of=("self",)).select_related("subject").get(pk=found)
    _require(actor, volume)
    row = Loan.objects.select_for_update(of=("self",)).select_related("request").get(pk=loan)
    row.volume = volume
    if row.state not in OUT:
        raise LoanProblem(Message("这笔借阅现在没有借出，不用归还。"))
    if row.request.borrower == actor.id:
        raise LoanProblem(Message("自己借的案卷由另一位档案管理员核对归还。"))
    return row


def _require(actor: Actor, volume: Volume) -> None:
    """A restricted volume is nobody's to see, yet it must come back: rights are asked here."""
    if not actor.may_at("loans.manage", units.path(volume.subject.unit)):
        actor.trail.add(
            Event("loan.return", outcome="refused", subject=volume.subject_id, object="")
        )
        raise Absent
    if volume.kind == FileKind.CADRE and relation(actor, volume.subject_id) is not None:
        raise Refused("loans.manage", "任何人不经手本人和亲属的干部人事档案")


def _tell_storeroom(actor: Actor, row: Loan) -> None:
    """Damage and missing pages become findings of a condition check, to be repaired there. Who
    does not keep the storeroom leaves them open here."""
    found = set(row.checks.values_list("outcome", flat=True)) & _DEFECTS.keys()
    path = units.path(row.volume.subject.unit)
    if not found or not actor.may_at("storeroom.manage", path):
        return
    check_volume(
        actor,
        volume=row.volume_id,
        findings=[Finding(*_DEFECTS[outcome]) for outcome in sorted(found)],
        words=str(Message("归还核对 {number}", number=row.request.number)),
    )


def _require_seen(actor: Actor, row: Loan, materials: Collection[UUID]) -> None:
    """What is marked 机密 or above is counted by named readers only."""
    if not materials:
        return
    sight = sight_of(actor, row.volume)
    marks = Material.objects.filter(pk__in=materials).values_list("pk", "secrecy")
    if not all(sight.shows(material, secrecy) for material, secrecy in marks):
        raise LoanProblem(Message("机密以上的材料由指定阅览人核对。"))


def _save_checks(
    actor: Actor, row: Loan, expected: dict[UUID, int], checks: Sequence[Checked]
) -> None:
    key = key_of(row.subject)
    for item in checks:
        outcome: str = of_pages(expected[item.material], item.pages)
        if item.damaged and outcome == "complete":
            outcome = "damaged"
        note = item.note.strip()[:LONGEST_NOTE]
        Check.objects.update_or_create(
            loan=row,
            material=item.material,
            defaults={
                "outcome": outcome,
                "pages": item.pages,
                "sealed_note": seal_note(key, row.pk, item.material, note),
                "at": timezone.now(),
                "by": actor.id,
                "settled_at": None,
                "settled_by": None,
            },
        )
