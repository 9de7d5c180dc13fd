"""Scheduled work of this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.entitlements.actions import sweep


@app.periodic(cron="*/15 * * * *")
@app.task(name="entitlements.sweep", queueing_lock="entitlements.sweep")
def sweep_entitlements(timestamp: int) -> None:
    """What falls due: lapsed grants, notices, reviews at their end."""
    del timestamp
    actor = system_actor(purpose="权限到期")
    sweep(actor)
    flush(actor.trail)
