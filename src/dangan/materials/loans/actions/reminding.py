"""Reminders of loans: once before the last day, on it, and every working day after it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from dangan.materials.loans.models import Loan, Told
from dangan.materials.loans.rules.terms import reminders
from dangan.materials.loans.telling import letters_to_borrowers, tell_archivists
from dangan.notices.actions import tell_all
from dangan.organization.calendar.queries import calendar


def remind(day: date | None = None) -> int:
    """Tells what holds on ``day`` (today) and was not told; says how many loans.

    Any number of processes may ask as often as they like: the table lets each be told once, in
    the transaction that tells it.
    """
    today = day or timezone.localdate()
    with transaction.atomic():
        told = _fresh(today)
        Told.objects.bulk_create(Told(loan=row, kind=kind, on=on) for row, kind, on in told)
        tell_all(letters_to_borrowers((row, f"loan.{kind}") for row, kind, _on in told))
        for topic in ("due", "overdue"):
            mine = [row for row, kind, _on in told if kind == topic]
            if mine:
                tell_archivists(mine, f"loan.{topic}_list", urgent=topic == "overdue")
    return len(told)


def _fresh(today: date) -> list[tuple[Loan, str, date]]:
    """What holds today and stands in no line of the table. The loans' rows are locked: whoever
    else asks at the same time passes them by."""
    days = calendar()
    near = days.add_working_days(today, 1)
    rows = (
        Loan.objects.filter(state=Loan.State.LENT, due__lte=near)
        .select_related("request", "volume__subject")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("id")
    )
    found: list[tuple[Loan, str, date]] = [
        (row, kind, on)
        for row in rows
        if row.due is not None
        for kind, on in reminders(days, row.due, today)
    ]
    told = set(
        Told.objects.filter(loan__in={row.pk for row, _kind, _on in found}).values_list(
            "loan", "kind", "on"
        )
    )
    return [(row, kind, on) for row, kind, on in found if (row.pk, kind, on) not in told]
