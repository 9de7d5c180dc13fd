"""What other rooms ask about loans."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.panels import Fact
from dangan.materials.catalogue.queries import Look
from dangan.materials.loans.models import OUT, Loan
from dangan.materials.loans.rules.terms import is_overdue
from dangan.materials.loans.sealing import open_body


def open_of(*, account: UUID | None = None, subject: UUID | None = None) -> list[Loan]:
    """Loans that are out: borrowed by an account, or of one person's file. The caller decides who
    may know. One statement."""
    rows = Loan.objects.filter(state__in=OUT).select_related("request", "volume__subject")
    if account is not None:
        rows = rows.filter(request__borrower=account)
    if subject is not None:
        rows = rows.filter(subject=subject)
    return list(rows.order_by("due"))


def fact_of(actor: Actor, looked: Look) -> Fact | None:  # noqa: ARG001 - a provider's signature
    """借阅 in a volume's head: 在库, or who has it until when. The reader sees the volume."""
    label, volume = _("借阅"), looked.volume
    row = (
        Loan.objects.filter(volume=volume, state__in=OUT).select_related("request").first()
        if volume.standing == Volume.Standing.LENT
        else None
    )
    if row is None or row.due is None:
        state = "ok" if volume.standing == Volume.Standing.HELD else ""
        return Fact(label, volume.get_standing_display(), state)
    if row.state == Loan.State.LOST:
        return Fact(label, _("遗失"), "late")
    late = is_overdue(row.due, timezone.localdate())
    text = _("借出至 {day} {name}").format(day=row.due.strftime("%m-%d"), name=borrower_of(row))
    return Fact(label, text, "late" if late else "")


def borrower_of(row: Loan) -> str:
    """Who has it: an account's name, or somebody from outside."""
    if row.request.borrower:
        return names_of_accounts([row.request.borrower]).get(row.request.borrower, "")
    outside = open_body(row.request).outside
    return f"{outside.organisation} {outside.name}" if outside else ""
