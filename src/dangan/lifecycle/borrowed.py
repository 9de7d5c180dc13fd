"""What somebody who leaves still has of the archive room's: files on loan, a file they read now.

The archive's hand-over is not signed before it is back. The sentences name volumes and cases by
their numbers, never a person.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from dangan.access.queries import account_of_subject
from dangan.dictionary.rules import Message
from dangan.materials.consultation.models import Consultation, Use
from dangan.materials.loans.queries import open_of

DEPARTMENT, LINE = "archive", "loans"
"""The line of data/checklist.toml that says it is back."""


def still_out(subject: UUID) -> list[Message]:
    """One sentence for each volume they borrowed and for each reading that goes on; the caller
    decides who may know. Three statements."""
    account = account_of_subject(subject)
    if account is None:
        return []
    return [*_loans(account), *_readings(account)]


def _loans(account: UUID) -> list[Message]:
    return [
        Message(
            "案卷 {number} 还没有归还，应于 {day} 归还。",
            number=loan.volume.number,
            day=loan.due.isoformat() if loan.due else "",
        )
        for loan in open_of(account=account)
    ]


def _readings(account: UUID) -> list[Message]:
    going_on = Consultation.objects.filter(
        state=Use.State.GRANTED,
        until__gt=timezone.now(),
        ended_at__isnull=True,
        seats__account=account,
        seats__ended_at__isnull=True,
    )
    numbers = going_on.order_by("number").values_list("number", flat=True)
    return [Message("查阅 {number} 还没有结束。", number=number) for number in numbers]
