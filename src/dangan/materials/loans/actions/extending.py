"""续借: once per loan, asked for before its last day is over."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries import settings
from dangan.materials.loans.actions.returning import out
from dangan.materials.loans.models import Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.rules.terms import is_overdue
from dangan.materials.loans.sealing import open_body, seal_body
from dangan.materials.loans.telling import tell_archivists, tell_borrower
from dangan.organization.calendar.queries import calendar


def ask_extension(actor: Actor, *, loan: UUID, days: int, reason: str) -> Loan:
    """The borrower asks for more days; an archivist decides. Raises :class:`LoanProblem`."""
    with recording(actor):
        row = (
            Loan.objects.select_for_update(of=("self",))
            .select_related("request", "volume__subject")
            .filter(pk=loan)
            .first()
        )
        if row is None or actor.id not in {row.request.borrower, row.request.requested_by}:
            raise Absent
        _check(row, days, reason)
        request = row.request
        body = open_body(request)
        request.version += 1
        request.sealed = seal_body(
            request, msgspec.structs.replace(body, extension=reason.strip()[:300])
        )
        request.save(update_fields=["version", "sealed"])
        row.extension, row.extension_days = Loan.Extension.ASKED, days
        row.extension_at, row.version = timezone.now(), row.version + 1
        row.save(update_fields=["extension", "extension_days", "extension_at", "version"])
        actor.trail.add(
            Event("loan.extend_ask", subject=row.subject, object=str(row.pk), facts={"days": days})
        )
        tell_archivists([row], "loan.extension")
    return row


def decide_extension(actor: Actor, *, loan: UUID, agree: bool) -> Loan:
    """同意 or 不同意续借, by an archivist who is not the borrower."""
    with recording(actor):
        row = out(actor, loan)
        if row.extension != Loan.Extension.ASKED or row.due is None:
            raise LoanProblem(Message("没有待处理的续借申请。"))
        row.extension = Loan.Extension.AGREED if agree else Loan.Extension.REFUSED
        if agree:
            row.due = calendar().add_working_days(row.due, row.extension_days)
        row.extension_by, row.version = actor.id, row.version + 1
        row.save(update_fields=["extension", "extension_by", "due", "version"])
        facts = {"agreed": agree, "due": row.due.isoformat()}
        actor.trail.add(Event("loan.extend", subject=row.subject, object=str(row.pk), facts=facts))
        tell_borrower(row, "loan.extended" if agree else "loan.not_extended")
    return row


def _check(row: Loan, days: int, reason: str) -> None:
    most = settings().loan_most_days - row.request.days
    if row.state != Loan.State.LENT or row.due is None:
        raise LoanProblem(Message("只有借出中的案卷可以续借。"))
    if row.extension:
        raise LoanProblem(Message("每笔借阅只能续借一次。"))
    if is_overdue(row.due, timezone.localdate()):
        raise LoanProblem(Message("已经逾期，请先归还。"))
    if not 1 <= days <= most:
        if most < 1:
            raise LoanProblem(Message("借期已到上限，不能再续借。"), "days")
        raise LoanProblem(Message("续借填 1 至 {most} 个工作日。", most=most), "days")
    if len(reason.strip()) < 4:
        raise LoanProblem(Message("写明续借原因，至少 4 个字。"), "reason")
