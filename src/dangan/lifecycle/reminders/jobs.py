"""Scheduled work of reminders."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.lifecycle.reminders.actions import sweep


@app.periodic(cron="*/20 6-22 * * *")
@app.task(name="reminders.sweep", queueing_lock="reminders.sweep")
def sweep_reminders(timestamp: int) -> None:
    """The day's reminders, from six in the morning; asked often so that a standstill is made good
    as soon as anything runs again. A day that is done costs one statement."""
    del timestamp
    sweep(system_actor())
