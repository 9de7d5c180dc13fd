"""How far reading has come: counts of what the asker sees, no others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from dangan.access.rules import Actor, require
from dangan.materials.catalogue.rules.seeing import Sight
from dangan.materials.reading.models import Control, Reading
from dangan.materials.reading.queries.rights import WHERE, Within, within
from dangan.materials.reading.shapes import Progress

State = Reading.State

_COUNT = (
    """
SELECT r.state, count(*)
FROM reading_reading r
JOIN catalogue_material m ON m.id = r.material
JOIN catalogue_volume v ON v.id = m.volume_id
JOIN dossiers_subject s ON s.id = v.subject_id
WHERE (%(volume)s::uuid IS NULL OR r.volume = %(volume)s) AND"""
    + WHERE
    + " GROUP BY r.state"
)


def progress(actor: Actor) -> Progress:
    """Over all that the actor may search, and whether reading rests. Raises :class:`Refused`
    without ``archive.search``."""
    require(actor, "archive.search")
    paused = Control.objects.filter(paused_at__isnull=False).exists()
    return _progress(within(actor), None, paused=paused)


def progress_of(actor: Actor, volume: UUID, seen: Sight) -> Progress:
    """Of one volume, as far as the actor may search it; ``seen`` is how much of it they see."""
    named = [(volume, None)] if seen.marked_all else []
    return _progress(within(actor, [*named, *((volume, one) for one in seen.named)]), volume)


def _progress(scope: Within, volume: UUID | None, *, paused: bool = False) -> Progress:
    count: dict[str, int] = {}
    if scope:
        parameters: dict[str, Any] = {"volume": volume, **scope.parameters()}
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, parameters)
            count = dict(cursor.fetchall())
    done, queued, failed = (count.get(one, 0) for one in (State.DONE, State.QUEUED, State.FAILED))
    return Progress(done, queued, failed, paused)
