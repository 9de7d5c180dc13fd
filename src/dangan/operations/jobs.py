"""Scheduled work on the installation itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.vault.actions import rotate


@app.periodic(cron="0 3 1 * *")
@app.task(name="keys.rotate", queueing_lock="keys.rotate")
def rotate_keys(timestamp: int) -> None:
    """A new key epoch each month; a killed rotation is taken up where it stood."""
    del timestamp
    actor = system_actor()
    rotate(actor)
    flush(actor.trail)
