"""Scheduled work on dossiers."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.dossiers.scanning import scan_all


@app.periodic(cron="30 2 * * *")
@app.task(name="dossiers.scan", queueing_lock="dossiers.scan")
def scan_dossiers(timestamp: int) -> None:
    """The nightly scan for problems; a second one waits for the first."""
    del timestamp
    scan_all(system_actor())
