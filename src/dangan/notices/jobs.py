"""Scheduled work of notices."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.notices.carrying.outbox import deliver, tidy


@app.periodic(cron="* * * * *")
@app.task(name="notices.deliver", queueing_lock="notices.deliver")
def deliver_notices(timestamp: int) -> None:
    """Each minute: what is due goes out."""
    del timestamp
    deliver()


@app.periodic(cron="40 3 * * *")
@app.task(name="notices.tidy", queueing_lock="notices.tidy")
def tidy_notices(timestamp: int) -> None:
    """Each night: what was read or carried long ago goes."""
    del timestamp
    tidy()
