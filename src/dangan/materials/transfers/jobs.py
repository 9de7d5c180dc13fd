"""Scheduled work on transfers."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.materials.transfers.actions import remind


@app.periodic(cron="35 8-18 * * *")
@app.task(name="transfers.remind", queueing_lock="transfers.remind")
def remind_of_transfers(timestamp: int) -> None:
    """Receipts that are late; each hour of the day, told once."""
    del timestamp
    remind()
