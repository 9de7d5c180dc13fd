"""Scheduled work on loans."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.materials.loans.actions import remind


@app.periodic(cron="20 8-18 * * *")
@app.task(name="loans.remind", queueing_lock="loans.remind")
def remind_of_loans(timestamp: int) -> None:
    """Each hour of the day: a morning without the service is made good, and nothing told twice."""
    del timestamp
    remind()
