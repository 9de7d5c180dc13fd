"""借出: the borrower signs, the archivist hands out the paper."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files.actions import keep as keep_file
from dangan.files.rules import PICTURES
from dangan.materials.avoidance.queries import relation_of
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import FileKind
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries import keep, settings
from dangan.materials.loans.actions.asking import AVOID, subject_of
from dangan.materials.loans.models import Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.terms import collect_until, due_day
from dangan.organization.calendar.queries import calendar

NOT_READY = Message("这笔借阅现在不是“待领取”，请刷新后再看。")


def sign(actor: Actor, *, loan: UUID) -> Loan:
    """签收: the borrower says by their own log-in that they take the paper; only they may."""
    with recording(actor):
        row = (
            Loan.objects.select_for_update(of=("self",))
            .select_related("request", "volume")
            .filter(pk=loan, request__borrower=actor.id)
            .first()
        )
        if row is None:
            raise Absent
        if row.state != Loan.State.READY:
            raise LoanProblem(NOT_READY)
        row.signing, row.signed_at = Loan.Signing.LOGIN, timezone.now()
        row.version += 1
        row.save(update_fields=["signing", "signed_at", "version"])
        actor.trail.add(Event("loan.sign", subject=row.subject, object=str(row.pk)))
    return row


def lend(actor: Actor, *, loan: UUID, signature: bytes | None = None) -> Loan:
    """借出: an agreed loan is handed to its borrower, who has signed or signs in ``signature``.

    Needs ``loans.manage`` over the person's unit; nobody hands out to themselves. Raises
    :class:`Absent`, :class:`Refused` and :class:`LoanProblem`; then nothing has changed.
    """
    with recording(actor):
        row = _held(actor, loan)
        volume = row.volume
        if row.state != Loan.State.READY:
            raise LoanProblem(NOT_READY)
        if row.request.borrower == actor.id:
            raise LoanProblem(Message("自己借的案卷由另一位档案管理员借出。"))
        _check(row)
        if signature is not None:
            file = keep_file(
                actor,
                subject=row.subject,
                name="signature.png",
                data=signature,
                allow=PICTURES,
            )
            row.signing, row.signature, row.signed_at = Loan.Signing.DRAWN, file.pk, timezone.now()
        if not row.signing:
            raise LoanProblem(Message("借阅人还没有签收：请借阅人登录签收，或在屏幕上签名。"))
        row.state, row.handed_at, row.handed_by = Loan.State.LENT, timezone.now(), actor.id
        row.due = due_day(calendar(), timezone.localdate(), row.request.days)
        row.version += 1
        try:
            change_standing(
                actor, volume=volume.pk, expected={"held"}, to="lent", why=row.request.number
            )
            with transaction.atomic():
                row.save()
        except CatalogueProblem as problem:
            raise LoanProblem(problem.message) from None
        except IntegrityError:
            raise LoanProblem(Message("这个案卷已经借给别人。")) from None
        actor.trail.add(
            Event(
                "loan.lend",
                subject=row.subject,
                object=str(row.pk),
                facts={"volume": str(volume.pk), "due": row.due.isoformat()},
            )
        )
    return row


def _held(actor: Actor, loan: UUID) -> Loan:
    """The loan and its volume, both locked, the volume first: everybody takes that order."""
    volume = Loan.objects.filter(pk=loan).values_list("volume", flat=True).first()
    if volume is None:
        raise Absent
    keep(actor, volume, "loans.manage")
    return (
        Loan.objects.select_for_update(of=("self",))
        .select_related("request", "volume__subject")
        .get(pk=loan)
    )


def _check(row: Loan) -> None:
    """What may have changed since it was agreed."""
    stops = gates.reasons("lend", [row.volume_id]).get(row.volume_id)
    if stops:
        raise LoanProblem(stops[0])
    if row.volume.kind == FileKind.CADRE:
        borrower = subject_of(row.request.borrower)
        if relation_of(borrower, row.subject) is not None:
            raise Refused("archive.use", AVOID.text)
    agreed = row.request.agreed_at
    last = collect_until(calendar(), timezone.localdate(agreed), settings().loan_collect_days)
    if timezone.localdate() > last:
        raise LoanProblem(
            Message("同意后要在 {day} 前领取，现已过期，请重新申请。", day=last.isoformat())
        )
