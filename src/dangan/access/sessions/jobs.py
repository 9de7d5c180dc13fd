"""Sessions and requests whose time is over go, every quarter of an hour."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access import consents
from dangan.access.sessions.actions import tidy


@app.periodic(cron="*/15 * * * *")
@app.task(name="sessions.tidy", queueing_lock="sessions.tidy")
def tidy_sessions(timestamp: int) -> None:
    """Deletes sessions that ended by themselves; requests of two people nobody decided end too."""
    del timestamp
    tidy()
    consents.expire()
