"""Scheduled work on cases."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.workflow.actions import sweep


@app.periodic(cron="*/5 * * * *")
@app.task(name="workflow.sweep", queueing_lock="workflow.sweep")
def sweep_cases(timestamp: int) -> None:
    """Effects, reminders and work of people who are gone; a second sweep waits for the first."""
    del timestamp
    sweep()


@app.periodic(cron="17 * * * *")
@app.task(name="workflow.refresh", queueing_lock="workflow.refresh")
def refresh_cases(timestamp: int) -> None:
    """Asks anew who is to do all open work: heads and role holders change without notice."""
    del timestamp
    sweep(everybody=True)
