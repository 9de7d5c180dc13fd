"""催要回执, and the daily word to those who keep transfers."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries import settings
from dangan.materials.loans.telling import keepers
from dangan.materials.transfers.actions.sending import held
from dangan.materials.transfers.models import Transfer
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.rules.checks import is_due_for_chase
from dangan.notices.actions import Letter, tell_all
from dangan.organization.calendar.queries import calendar


def chase(actor: Actor, *, transfer: UUID) -> Transfer:
    """登记催办: a letter goes out; how often and when is kept. Not before the term is over."""
    with recording(actor):
        row, lines = held(actor, transfer, {Transfer.State.SENT})
        today = timezone.localdate()
        days = settings().receipt_chase_days
        if row.sent_on is None or today <= row.sent_on + timedelta(days=days):
            raise TransferProblem(Message("发出 {days} 天后仍没有回执才需要催办。", days=days))
        if row.chased_on != today:
            row.chased += 1
            row.chased_on = today
            row.save(update_fields=["chased", "chased_on"])
            for person in dict.fromkeys(line.subject for line in lines):
                actor.trail.add(
                    Event(
                        "transfer.chase",
                        subject=person,
                        object=str(row.pk),
                        facts={"times": row.chased},
                    )
                )
    return row


def late(today: date) -> list[Transfer]:
    """Slips whose receipt is to be asked for now."""
    days = settings().receipt_chase_days
    rows = Transfer.objects.filter(
        state=Transfer.State.SENT, sent_on__lt=today - timedelta(days=days)
    ).order_by("sent_on")
    return [
        row
        for row in rows
        if row.sent_on and is_due_for_chase(row.sent_on, today, days, row.chased_on)
    ]


def remind(day: date | None = None) -> int:
    """Tells those who keep transfers, once a day on working days, how many receipts are late.

    Says how many; asked again on the same day it tells nobody.
    """
    today = day or timezone.localdate()
    if not calendar().is_working_day(today):
        return 0
    with transaction.atomic():
        rows = [
            row
            for row in Transfer.objects.select_for_update(skip_locked=True).filter(
                pk__in=[row.pk for row in late(today)]
            )
            if row.reminded_on != today
        ]
        if not rows:
            return 0
        Transfer.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
        accounts = {account for account, _unit in keepers("transfers.manage")}
        url = f"{reverse('transfers:register')}?state=late"
        tell_all([Letter(tuple(accounts), "transfer.chase", url, {"count": len(rows)})])
    return len(rows)
