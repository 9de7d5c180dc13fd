"""Pausing the reader: it takes a core of a machine that others need."""

from __future__ import annotations

from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.materials.reading.models import Control


def rest(actor: Actor) -> None:
    """Stops reading after the page in hand; what waits keeps its place. Raises
    :class:`Refused` without ``archive.settings``."""
    _set(actor, paused=True)


def resume(actor: Actor) -> None:
    """Goes on reading. Raises :class:`Refused` without ``archive.settings``."""
    _set(actor, paused=False)


def _set(actor: Actor, *, paused: bool) -> None:
    require(actor, "archive.settings")
    with recording(actor):
        at = timezone.now() if paused else None
        Control.objects.update_or_create(
            id=1, defaults={"paused_at": at, "paused_by": actor.id if paused else None}
        )
        actor.trail.add(Event("reading.rest" if paused else "reading.resume"))
