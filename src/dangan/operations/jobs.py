"""Scheduled work on the installation itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.operations.working import take_up_stalled
from dangan.vault.actions import rotate


@app.periodic(cron="* * * * *")
@app.task(name="operations.take_up", queueing_lock="operations.take_up")
def take_up(timestamp: int) -> None:
    """Each minute: jobs whose worker was killed are begun again."""
    del timestamp
    take_up_stalled()


@app.periodic(cron="0 3 1 * *")
@app.task(name="keys.rotate", queueing_lock="keys.rotate")
def rotate_keys(timestamp: int) -> None:
    """A new key epoch each month; a killed rotation is taken up where it stood."""
    del timestamp
    actor = system_actor()
    rotate(actor)
    flush(actor.trail)
