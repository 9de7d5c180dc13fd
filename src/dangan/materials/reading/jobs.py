"""Reading in the background: in a worker, never in a web process."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dangan.materials.reading import actions


@app.periodic(cron="* * * * *")
@app.task(name="reading.work", queueing_lock="reading.work")
def read_pages(timestamp: int) -> None:
    """Each minute: pages that wait are read, for most of a minute."""
    del timestamp
    actions.work()
