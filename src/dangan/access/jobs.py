"""Work that two people agreed to and that takes longer than a request."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.vault.actions import rotate


@app.task(name="keys.rotate_as_asked", queueing_lock="keys.rotate_as_asked")
def rotate_as_asked() -> None:
    """A new key epoch; a killed rotation is taken up where it stood."""
    actor = system_actor()
    rotate(actor)
    flush(actor.trail)
