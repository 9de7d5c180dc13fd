"""The air of a room: readings, what was out of bounds, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.materials.catalogue.queries import settings
from dangan.materials.storeroom.models import Air
from dangan.materials.storeroom.queries.places import in_reach, require_place, tree
from dangan.materials.storeroom.queries.shelves import VIEW
from dangan.materials.storeroom.rules.air import BREACHES, Bounds, out_of_bounds
from dangan.materials.storeroom.sealing import open_words
from dangan.ui.messages import say
from dangan.vault.queries import key_of
from dangan.vault.rules import SYSTEM

MOST_POINTS = 1500
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Exceeding:
    """A reading out of bounds."""

    row: Air
    what: str
    measures: str
    who: str


@dataclass(frozen=True, slots=True)
class RoomAir:
    """The log of a room over some days."""

    room: UUID
    label: str
    days: int
    bounds: Bounds
    latest: Air | None
    readings: int
    exceeding: tuple[Exceeding, ...]
    over: int
    chart: dict[str, Any]


def rooms(actor: Actor) -> list[tuple[UUID, str]]:
    """Rooms in reach that are in use."""
    require(actor, VIEW)
    grown = tree()
    return [
        (room.id, room.code)
        for room in grown.children.get(None, [])
        if in_reach(actor, grown, room.id) and not room.closed
    ]


def room_air(actor: Actor, room: UUID, *, days: int = 30) -> RoomAir:
    """Readings of the last days. Raises :class:`Absent`."""
    require(actor, VIEW)
    grown = tree()
    if require_place(actor, grown, room).level != "room":
        raise Absent
    given = settings()
    bounds = Bounds(given.temperature, given.humidity)
    since = timezone.now() - timedelta(days=days)
    rows = list(Air.objects.filter(room=room, at__gte=since).order_by("at"))
    wrong = [
        (row, breaches)
        for row in rows
        if (breaches := out_of_bounds(bounds, row.temperature, row.humidity))
    ]
    key = key_of(SYSTEM)
    shown = wrong[-MOST_LINES:][::-1]
    names = names_of_accounts({row.measures_by for row, _b in shown if row.measures_by})
    return RoomAir(
        room,
        grown.label(room),
        days,
        bounds,
        rows[-1] if rows else None,
        len(rows),
        tuple(
            Exceeding(
                row,
                "、".join(say(BREACHES[one]) for one in breaches),
                open_words(key, "air", row.pk, row.sealed_measures),
                names.get(row.measures_by or SYSTEM, ""),
            )
            for row, breaches in shown
        ),
        len(wrong),
        _chart(rows, bounds),
    )


def _chart(rows: list[Air], bounds: Bounds) -> dict[str, Any]:
    every = max(1, len(rows) // MOST_POINTS)
    kept = rows[::every]
    return {
        "times": [_moment(row.at) for row in kept],
        "temperature": [float(row.temperature) for row in kept],
        "humidity": [float(row.humidity) for row in kept],
        "bounds": {"temperature": bounds.temperature, "humidity": bounds.humidity},
    }


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"
