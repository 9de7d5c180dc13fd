"""How far reading has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Exists

from dangan.access.rules import Actor, require
from dangan.materials.reading.models import Control, Reading
from dangan.materials.reading.shapes import Progress

State = Reading.State


def progress(actor: Actor) -> Progress:
    """Over the whole archive room: counts only, and whether reading rests. Raises
    :class:`Refused` without ``archive.search``."""
    require(actor, "archive.search")
    paused = Exists(Control.objects.filter(paused_at__isnull=False))
    rows = list(Reading.objects.values_list("state").annotate(pages=Count("*"), rests=paused))
    return _progress([row[:2] for row in rows], paused=any(row[2] for row in rows))


def progress_of(volumes: Collection[UUID]) -> dict[UUID, Progress]:
    """Of volumes that the caller has decided to show; one statement."""
    rows = Reading.objects.filter(volume__in=list(volumes)).values_list("volume", "state")
    counted: dict[UUID, list[tuple[str, int]]] = {volume: [] for volume in volumes}
    for volume, state, pages in rows.annotate(pages=Count("*")):
        counted[volume].append((state, pages))
    return {volume: _progress(states) for volume, states in counted.items()}


def _progress(rows: Iterable[tuple[str, int]], *, paused: bool = False) -> Progress:
    count = Counter(dict(rows))
    return Progress(count[State.DONE], count[State.QUEUED], count[State.FAILED], paused)
