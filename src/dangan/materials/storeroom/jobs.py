"""Scheduled work of the storeroom."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.materials.storeroom import telling


@app.periodic(cron="40 7 * * *")
@app.task(name="storeroom.remind", queueing_lock="storeroom.remind")
def remind_of_checks(timestamp: int) -> None:
    """Each morning; a morning missed is made good on the next."""
    del timestamp
    telling.remind()
