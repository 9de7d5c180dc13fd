"""Asking for a loan: what is wanted is stored and its case sent on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access import units
from dangan.access.models import Account, AccountState
from dangan.access.rules import Absent, Actor, Refused, reach, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files.actions import keep as keep_file
from dangan.materials.avoidance.queries import relation_of
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.models import FileKind, Material, Secrecy, Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.loans.models import Loan, Request
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.bodies import Outside, RequestBody
from dangan.materials.loans.sealing import open_body, seal_body
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Json
from dangan.workflow.people import unit_of
from dangan.workflow.problems import CannotStart

LEAST_WORDS = 4
LONGEST_REASON = 500
AVOID = Message("干部人事档案不借给本人及其亲属。")
_LENDABLE = (Volume.Standing.HELD, Volume.Standing.LENT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish to borrow. ``volumes`` are one person's; ``materials`` narrows a volume to chosen
    materials; ``borrower`` None means somebody from outside, described in ``outside``."""

    volumes: Collection[UUID]
    borrower: UUID | None
    days: int
    reason: str
    contact: str = ""
    outside: Outside | None = None
    materials: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    letter: tuple[str, bytes] | None = None


def ask(actor: Actor, wanted: Wanted) -> Request:
    """申请借阅: opens a case; nothing is lent before it is agreed and the paper handed out.

    The asker needs ``archive.use`` over the person's unit and must be able to know of the person;
    asking for somebody else needs ``loans.manage`` there. Raises :class:`Absent`,
    :class:`Refused` (own or a relative's cadre file) and :class:`LoanProblem`.
    """
    with recording(actor):
        require(actor, "archive.use")
        volumes = _volumes(actor, wanted)
        subject = volumes[0].subject_id
        _require_may_ask(actor, wanted, volumes[0])
        _check_avoidance(actor, wanted, volumes)
        _check_words(wanted)
        _check_volumes(wanted, volumes)
        request = Request(
            id=uuid4(),
            subject=subject,
            borrower=wanted.borrower,
            requested_by=actor.id,
            at=timezone.now(),
            days=wanted.days,
        )
        request.sealed = seal_body(request, _body(wanted))
        if wanted.letter is not None:
            name, data = wanted.letter
            request.letter = keep_file(actor, subject=subject, name=name, data=data).pk
        request.save(force_insert=True)
        Loan.objects.bulk_create(
            Loan(request=request, volume=volume, subject=subject, materials=_chosen(wanted, volume))
            for volume in volumes
        )
        actor.trail.add(
            Event(
                "loan.ask",
                subject=subject,
                object=str(request.pk),
                facts={"volumes": [str(volume.pk) for volume in volumes], "days": wanted.days},
                reason=wanted.reason,
            )
        )
        _open_case(actor, request, volumes)
    return request


def resubmit(actor: Actor, *, request: UUID, days: int, reason: str, contact: str) -> Request:
    """Sends a returned request on its way again; only whoever asked may."""
    with recording(actor):
        row = Request.objects.select_for_update().filter(pk=request).first()
        if row is None or row.requested_by != actor.id:
            raise Absent
        if row.state != Request.State.RETURNED or row.case is None:
            raise LoanProblem(Message("只有退回的借阅申请可以修改后重新提交。"))
        old = open_body(row)
        volumes = [loan.volume for loan in row.loans.select_related("volume__subject")]
        wanted = Wanted(
            [volume.pk for volume in volumes], row.borrower, days, reason, contact, old.outside
        )
        _check_avoidance(actor, wanted, volumes)
        _check_words(wanted)
        row.version += 1
        row.days, row.state = days, Request.State.OPEN
        row.sealed = seal_body(row, _body(wanted))
        row.save(update_fields=["version", "days", "state", "sealed"])
        actor.trail.add(Event("loan.ask", subject=row.subject, object=str(row.pk), reason=reason))
        workflow.resubmit(actor, case=row.case, facts=_facts(row, volumes))
    return row


def cancel(actor: Actor, *, loan: UUID) -> Loan:
    """An agreed loan that nobody fetches is given up: by the borrower or the archivist."""
    with recording(actor):
        row = (
            Loan.objects.select_for_update(of=("self",))
            .select_related("request", "volume__subject")
            .filter(pk=loan)
            .first()
        )
        if row is None:
            raise Absent
        mine = actor.id in {row.request.borrower, row.request.requested_by}
        if not mine and not actor.may_at("loans.manage", units.path(row.volume.subject.unit)):
            raise Absent
        if row.state != Loan.State.READY:
            raise LoanProblem(Message("只有待领取的借阅可以取消。"))
        row.state, row.ended_at, row.ended_by = Loan.State.CANCELLED, timezone.now(), actor.id
        row.version += 1
        row.save(update_fields=["state", "ended_at", "ended_by", "version"])
        actor.trail.add(Event("loan.cancel", subject=row.subject, object=str(row.pk)))
    return row


def _volumes(actor: Actor, wanted: Wanted) -> list[Volume]:
    """The volumes, of one person and known to the actor."""
    ids = set(wanted.volumes)
    if not ids:
        raise LoanProblem(Message("请选择要借的案卷。"), "volume")
    rows = list(
        Volume.objects.select_related("subject")
        .filter(pk__in=ids, restricted_at__isnull=True)
        .exclude(standing=Volume.Standing.DESTROYED)
        .order_by("number")
    )
    if len(rows) != len(ids):
        raise Absent
    if len({row.subject_id for row in rows}) > 1:
        raise LoanProblem(Message("一次申请只能借一个人的案卷，其他人的请另行申请。"), "volume")
    path = units.path(rows[0].subject.unit)
    knows = actor.may_at("archive.view", path) or reach(actor).contains(rows[0].subject_id, path)
    if not knows or not actor.may_at("archive.use", path):
        actor.trail.add(Event("loan.ask", outcome="refused", subject=rows[0].subject_id, object=""))
        raise Absent
    return rows


def _require_may_ask(actor: Actor, wanted: Wanted, volume: Volume) -> None:
    if wanted.borrower == actor.id:
        return
    if not actor.may_at("loans.manage", units.path(volume.subject.unit)):
        raise refuse(actor, "loans.manage", subject=volume.subject_id)


def _check_avoidance(actor: Actor, wanted: Wanted, volumes: Sequence[Volume]) -> None:
    """Neither who asks nor who borrows may be the person or a relative (干部人事档案)."""
    if not any(volume.kind == FileKind.CADRE for volume in volumes):
        return
    subject = volumes[0].subject_id
    readers = {actor.subject, subject_of(wanted.borrower)}
    if any(relation_of(reader, subject) is not None for reader in readers):
        actor.trail.add(Event("loan.ask", outcome="refused", subject=subject, object=""))
        raise Refused("archive.use", AVOID.text, recorded=True)


def subject_of(account: UUID | None) -> UUID | None:
    """Whose account it is; None for one without a dossier."""
    if account is None:
        return None
    return Account.objects.filter(pk=account).values_list("subject", flat=True).first()


def _check_words(wanted: Wanted) -> None:
    rules = settings()
    if not 1 <= wanted.days <= rules.loan_most_days:
        raise LoanProblem(
            Message("借期填 1 至 {most} 个工作日。", most=rules.loan_most_days), "days"
        )
    reason = wanted.reason.strip()
    if not LEAST_WORDS <= len(reason) <= LONGEST_REASON:
        raise LoanProblem(
            Message(
                "写明借阅事由，{least} 到 {most} 个字。", least=LEAST_WORDS, most=LONGEST_REASON
            ),
            "reason",
        )
    if wanted.borrower is None:
        _check_outside(wanted)
    elif not Account.objects.filter(pk=wanted.borrower, state=AccountState.ACTIVE).exists():
        raise LoanProblem(Message("借阅人没有可用的账号，请按外单位人员登记。"), "borrower")


def _check_outside(wanted: Wanted) -> None:
    given = wanted.outside
    if given is None or not given.name.strip() or not given.organisation.strip():
        raise LoanProblem(Message("外单位人员要填写姓名和单位。"), "outside_name")
    if not given.document.strip() or not given.letter.strip():
        raise LoanProblem(Message("外单位人员要登记证件号码和介绍信编号。"), "document")


def _check_volumes(wanted: Wanted, volumes: Sequence[Volume]) -> None:
    stops = gates.reasons("read", [volume.pk for volume in volumes])
    for volume in volumes:
        if volume.standing not in _LENDABLE:
            raise LoanProblem(
                Message(
                    "案卷 {number} 现在是“{standing}”，不能借。",
                    number=volume.number,
                    standing=volume.get_standing_display(),
                ),
                "volume",
            )
        if stops.get(volume.pk):
            raise LoanProblem(stops[volume.pk][0], "volume")
        _check_materials(wanted, volume)
    mine = Loan.objects.filter(volume__in=volumes, state__in=("asked", "ready", "lent"))
    if wanted.borrower and mine.filter(request__borrower=wanted.borrower).exists():
        raise LoanProblem(Message("同一个人对这个案卷已有未办完的借阅。"), "volume")


def _check_materials(wanted: Wanted, volume: Volume) -> None:
    chosen = set(wanted.materials.get(volume.pk, ()))
    if not chosen:
        return
    filed = Material.objects.filter(volume=volume, state=Material.State.FILED, pk__in=chosen)
    if filed.count() != len(chosen):
        raise LoanProblem(Message("有的材料已不在这个案卷里，请重新选择。"), "materials")


def _chosen(wanted: Wanted, volume: Volume) -> list[str] | None:
    chosen = wanted.materials.get(volume.pk, ())
    return sorted(str(one) for one in set(chosen)) or None


def _body(wanted: Wanted) -> RequestBody:
    return RequestBody(
        reason=wanted.reason.strip(), contact=wanted.contact.strip(), outside=wanted.outside
    )


def _open_case(actor: Actor, request: Request, volumes: Sequence[Volume]) -> None:
    barred = [request.borrower] if request.borrower else []
    try:
        case = workflow.open_case(
            actor,
            definition="loan",
            subject=request.subject,
            object=request.pk,
            facts=_facts(request, volumes),
            barred=barred,
        )
    except CannotStart as problem:
        raise LoanProblem(problem.message) from None
    Request.objects.filter(pk=request.pk).update(case=case.id, number=case.number)
    request.case, request.number = case.id, case.number


def _facts(request: Request, volumes: Sequence[Volume]) -> dict[str, Json]:
    unit = unit_of(subject_of(request.borrower))
    highest = max(max(volume.secrecy, volume.highest) for volume in volumes)
    return {
        "inside": unit is not None,
        "outside": request.borrower is None,
        "unit": str(unit) if unit else "",
        "cadre": any(volume.kind == FileKind.CADRE for volume in volumes),
        "marked": highest >= Secrecy.CONFIDENTIAL,
        "days": request.days,
        "volumes": len(volumes),
    }
