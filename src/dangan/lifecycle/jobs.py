"""Scheduled work on staff movements."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import in_force
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.queries import overdue_duties
from dangan.notices.actions import tell


@app.periodic(cron="30 8 * * *")
@app.task(name="lifecycle.overdue", queueing_lock="lifecycle.overdue")
def remind_overdue(timestamp: int) -> None:
    """Tells the departments of duties that are overdue, each morning until they are signed."""
    del timestamp
    remind()


def remind() -> int:
    """The same at once; says how many accounts were told. A count, never about whom."""
    told = 0
    for department, count in overdue_duties().items():
        known = checklist().departments.get(department)
        holders = _holders(known.role) if known else []
        if holders:
            url = reverse("lifecycle:duties")
            tell(accounts=holders, topic="reminder.due", url=url, facts={"count": count})
            told += len(holders)
    return told


def _holders(role: str) -> list[UUID]:
    """Active accounts that hold the role."""
    grants = Grant.objects.filter(
        in_force(timezone.localdate()), role=role, account__state=AccountState.ACTIVE
    )
    return list(
        Account.objects.filter(pk__in=grants.values("account")).values_list("pk", flat=True)
    )
