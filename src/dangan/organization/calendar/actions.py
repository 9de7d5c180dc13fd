"""Taking over a year's days off."""

from __future__ import annotations

from django.db import connection

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.organization.calendar import importing
from dangan.organization.calendar.queries import forget_version
from dangan.organization.calendar.rules import SpecialDay
from dangan.organization.models import Holiday

_LOCK = 0x63616C72  # the advisory lock's number: "calr"


def import_year(actor: Actor, *, year: int, text: str) -> importing.Table:
    """Replaces a year's announced days by those of a table or notice, all or nothing.

    Due dates worked out before keep; those worked out from now on follow the new table.
    Raises :class:`~.importing.BadTable` naming every bad line.
    """
    with recording(actor):
        require(actor, "calendar.edit")
        table = importing.read(text, year)
        _replace(actor, year, table.days)
        facts = {"year": year, "off": table.off, "worked": table.worked}
        actor.trail.add(Event("calendar.import", facts=facts))
    forget_version()
    return table


def _replace(actor: Actor, year: int, days: tuple[SpecialDay, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    Holiday.objects.filter(year=year).delete()
    # A day around New Year that the neighbouring year's table names as well: the later word counts.
    Holiday.objects.filter(day__in=[item.day for item in days]).delete()
    Holiday.objects.bulk_create(
        Holiday(day=item.day, year=year, kind=item.kind, name=item.name, recorded_by=actor.id)
        for item in days
    )
    with connection.cursor() as cursor:
        # From a sequence: a number taken back by a rolled-back transaction never comes again.
        cursor.execute(
            "INSERT INTO organization_calendar_version (id, version)"
            " VALUES (1, nextval('organization_calendar_seq'))"
            " ON CONFLICT (id) DO UPDATE SET version = excluded.version"
        )
    forget_version()
