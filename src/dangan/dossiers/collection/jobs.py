"""Scheduled work on collection forms."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from dangan.access.queries import system_actor
from dangan.dossiers.collection.actions import expire_forms


@app.periodic(cron="20 3 * * *")
@app.task(name="collection.expire", queueing_lock="collection.expire")
def expire(timestamp: int) -> None:
    """Destroys what nobody answered in time."""
    del timestamp
    expire_forms(system_actor(), now=timezone.now())
