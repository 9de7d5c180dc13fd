"""Scheduled work on the log. It acts as the system, which the log's own room cannot name."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit import actions


@app.periodic(cron="17 * * * *")
@app.task(name="audit.check", queueing_lock="audit.check")
def check_log(timestamp: int) -> None:
    """The hourly check of the whole log; what it found shows on the log's page."""
    del timestamp
    actions.check(system_actor())
