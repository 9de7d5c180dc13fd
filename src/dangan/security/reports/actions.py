"""Making a month's report."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from django.urls import reverse
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.notices.actions import tell
from dangan.security.alarms.raising import guardians
from dangan.security.models import Report
from dangan.security.reports.figures import figures_of
from dangan.security.reports.printing import printed
from dangan.security.sealing import seal_document, seal_figures
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

MONTHS = 12


def last_month(today: date | None = None) -> date:
    """The first day of the month that has ended."""
    first = (today or timezone.localdate()).replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def months_to_make(today: date | None = None) -> list[date]:
    """This month so far and the eleven before it."""
    month = (today or timezone.localdate()).replace(day=1)
    found = [month]
    while len(found) < MONTHS:
        month = last_month(month)
        found.append(month)
    return found


def make(actor: Actor, *, month: date) -> Report:
    """Counts a month, prints it and keeps both sealed; one made before is made anew.

    Permission security.view: it counts, and names nobody. Raises :class:`ValueError` for a month
    that is not over a year back or to come.
    """
    require(actor, "security.view")
    month = month.replace(day=1)
    if month not in months_to_make():
        raise ValueError(month)
    found = figures_of(month)
    document = printed(found)
    key = vault.key_of(SYSTEM)
    with recording(actor):
        row = Report.objects.select_for_update().filter(month=month).first() or Report(
            month=month, version=0
        )
        row.version += 1
        row.made_at, row.made_by = timezone.now(), actor.id
        row.sealed = seal_figures(key, row, msgspec.json.encode(found))
        row.document = seal_document(key, row, document)
        row.save()
        if actor.kind == "system":
            tell(
                accounts=guardians(),
                topic="security.report",
                url=reverse("security:reports"),
                facts={"date": f"{month:%Y-%m}"},
            )
        actor.trail.add(
            Event("security.make", object=str(row.id), facts={"month": f"{month:%Y-%m}"})
        )
    return row
