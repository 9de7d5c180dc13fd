"""Work that a worker does. Arguments are identifiers only."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from procrastinate.contrib.django import app

from dangan.exchange import actions
from dangan.exchange.actions.jobs import TASK, Step


@app.task(name=TASK)
def import_file(job: str, step: str) -> None:
    """Checks an upload or brings it in."""
    actions.perform(UUID(job), cast(Step, step))


@app.periodic(cron="10 3 * * *")
@app.task(name="exchange.clean_up", queueing_lock="exchange.clean_up")
def clean_up(timestamp: int) -> None:
    """Discards uploads and reports that have stood long enough."""
    del timestamp
    actions.clean_up()
