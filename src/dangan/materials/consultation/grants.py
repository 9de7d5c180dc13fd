"""The grants that consultations give: asked by the catalogue for every look at a volume."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue.grants import Grant
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.consultation.models import Consultation, Seat
from dangan.materials.consultation.rules.reading import Reading, shows
from dangan.materials.consultation.rules.reading import Seat as Place

READABLE = (Volume.Standing.HELD, Volume.Standing.LENT)
"""Scans of a lent volume may be read; one that moves, went away or is gone is read by nobody."""


def given(actor: Actor, volume: UUID) -> list[Grant]:
    """What consultations let the actor see of a volume at this moment.

    Two statements where the actor has a reading of it, one otherwise. Needs ``archive.read``.
    Cadre files are kept from relatives by the catalogue itself; others are here.
    """
    if not actor.may("archive.read"):
        return []
    now = timezone.now()
    found = [row for row in _open_for(actor, volume, now) if shown_to(row, actor.id, now)]
    if not found or _keeps_away(actor, found[0]):
        return []
    return [_grant(row) for row in found]


def shown_to(row: Consultation, account: UUID, now: datetime) -> bool:
    """Whether this account sees pages by this consultation now."""
    return shows(reading_of(row), places_of(row.seats.all()), account, now)


def _open_for(actor: Actor, volume: UUID, now: datetime) -> Iterable[Consultation]:
    return (
        Consultation.objects.filter(
            volume=volume,
            state=Consultation.State.GRANTED,
            until__gt=now,
            volume__standing__in=READABLE,
            volume__restricted_at__isnull=True,
            pk__in=Seat.objects.filter(account=actor.id).values("consultation"),
        )
        .select_related("volume")
        .prefetch_related("seats")
        .order_by("until")
    )


def _keeps_away(actor: Actor, row: Consultation) -> bool:
    if row.volume.kind == FileKind.CADRE:
        return False  # catalogue.queries.sight_of has asked
    return relation(actor, row.subject) is not None


def _grant(row: Consultation) -> Grant:
    assert row.until is not None  # noqa: S101 - filtered by it
    return Grant(
        number=row.number,
        until=row.until,
        materials=None if row.materials is None else frozenset(map(UUID, row.materials)),
        print=row.print and not row.student,
        download=row.download and not row.student,
        marked=row.marked,
    )


def reading_of(row: Consultation) -> Reading:
    """What decides when it shows."""
    return Reading(
        state=row.state,
        hours=row.hours,
        needed=row.needed,
        presence=timedelta(minutes=row.presence_minutes),
        starts=row.starts,
        use_before=row.use_before,
        opened_at=row.opened_at,
        until=row.until,
        ended_at=row.ended_at,
    )


def place_of(seat: Seat) -> Place:
    return Place(seat.account, seat.present_at, seat.ended_at is not None)


def places_of(seats: Iterable[Seat]) -> list[Place]:
    return [place_of(seat) for seat in seats]
