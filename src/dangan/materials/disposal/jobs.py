"""Scheduled work: what is over is listed, destructions cut off are finished, old epochs go.
Nothing is destroyed by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.audit.actions import flush
from dangan.materials.disposal.actions import discard_postponed, end_epochs, finish_all
from dangan.materials.disposal.scanning import scan


@app.periodic(cron="10 3 * * *")
@app.task(name="disposal.scan", queueing_lock="disposal.scan")
def scan_terms(timestamp: int) -> None:
    """The nightly look for terms that are over."""
    del timestamp
    scan(system_actor())


@app.periodic(cron="* * * * *")
@app.task(name="disposal.finish", queueing_lock="disposal.finish")
def finish_destructions(timestamp: int) -> None:
    """Finishes what a killed process left, within a minute of the restart."""
    del timestamp
    finish_all()


@app.periodic(cron="40 3 * * *")
@app.task(name="disposal.tidy", queueing_lock="disposal.tidy")
def tidy(timestamp: int) -> None:
    """Files that holds kept, and key epochs older than every back-up."""
    del timestamp
    actor = system_actor()
    discard_postponed(actor)
    end_epochs(actor)
    flush(actor.trail)
