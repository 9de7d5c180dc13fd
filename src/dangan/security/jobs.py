"""Scheduled work of this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.security import watching
from dangan.security.reports import actions as reports


@app.periodic(cron="*/5 * * * *")
@app.task(name="security.look", queueing_lock="security.look", lock="security.look")
def look_for_alarms(timestamp: int) -> None:
    """What the log says since the last look."""
    del timestamp
    watching.look()


@app.periodic(cron="30 5 1 * *")
@app.task(name="security.report", queueing_lock="security.report")
def monthly_report(timestamp: int) -> None:
    """The security report of the month that has ended."""
    del timestamp
    actor = system_actor(purpose="安全月报")
    reports.make(actor, month=reports.last_month())
    flush(actor.trail)
