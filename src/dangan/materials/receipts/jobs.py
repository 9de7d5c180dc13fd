"""What is done for receipts every day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from dangan.materials.receipts.models import Chase, Expected, Receipt, Wanted
from dangan.materials.receipts.owners import accounts_of, archivists
from dangan.materials.receipts.queries.registers import WAITING
from dangan.materials.receipts.watching import expect
from dangan.notices.actions import tell
from dangan.organization.calendar.queries import calendar


@app.periodic(cron="20 7 * * *")
@app.task(name="receipts.watch", queueing_lock="receipts.watch")
def watch(timestamp: int) -> None:
    """Notes what is expected, reminds who owes papers, and tells archivists what runs late."""
    del timestamp
    today = timezone.localdate()
    expect(today)
    if calendar().is_working_day(today):
        remind(today)
        tell_late(today)


def remind(today: date) -> int:
    """Overdue requests, once a working day; a day missed is not made up twice. How many."""
    overdue = Chase.objects.filter(
        state=Chase.State.OPEN, due_on__lt=today, lines__state=Wanted.State.ASKED
    ).exclude(reminded_on=today)
    reminded = 0
    for number in list(overdue.distinct().values_list("pk", flat=True)):
        with transaction.atomic():
            chase = Chase.objects.select_for_update().get(pk=number)
            if chase.reminded_on == today:
                continue
            chase.reminded_on = today
            chase.save(update_fields=["reminded_on"])
            tell(
                accounts=accounts_of(chase.owner, chase.unit),
                topic="papers.overdue",
                url=reverse("receipts:chase", args=[chase.pk]),
                facts={"number": chase.number, "date": chase.due_on.isoformat()},
                unit=chase.unit,
            )
            reminded += 1
    return reminded


def tell_late(today: date) -> None:
    """Tells each branch's archivists how many papers should have been filed by now."""
    late = [
        *Receipt.objects.filter(state__in=WAITING, due_on__lt=today).values_list(
            "volume__subject__unit", flat=True
        ),
        *Expected.objects.filter(state=Expected.State.OPEN, due_on__lt=today).values_list(
            "volume__subject__unit", flat=True
        ),
    ]
    counts: dict[frozenset[UUID], int] = {}
    for unit in set(late):
        keepers = frozenset(archivists(unit))
        counts[keepers] = counts.get(keepers, 0) + late.count(unit)
    for keepers, count in counts.items():
        tell(
            accounts=sorted(keepers),
            topic="papers.late",
            url=reverse("receipts:expected"),
            facts={"count": count},
        )
