"""What happens to the files every night."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.files.looking_after import check_fixity, sweep

logger = logging.getLogger(__name__)


@app.periodic(cron="40 2 * * *")
@app.task(name="files.look_after", queueing_lock="files.look_after")
def look_after(timestamp: int) -> None:
    """Sweeps up strays and compares the files with their digests."""
    del timestamp
    actor = system_actor()
    sweep(actor)
    found = check_fixity(actor)
    if found.damaged:
        logger.error("%d sealed files are missing or altered", len(found.damaged))
