"""What happens when a canary is touched: written down by the statement that counted the deed,
told once the answer is out, so that neither words nor time tell the reader."""

from __future__ import annotations

import logging
from typing import Any

from asgiref.local import Local
from django.core.signals import request_finished
from django.db import DatabaseError, transaction
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.security.alarms.raising import raise_suspicion
from dangan.security.models import Trip
from dangan.security.rules.stories import Suspicion
from dangan.vault.rules import VaultError

_log = logging.getLogger("dangan.security")
_waiting = Local()

OPENED, TAKEN_OUT = 3, 2
"""Grades: opened by itself, or among many others in an export."""


def sprung(actor: Actor) -> None:
    """Notes that a canary was touched; its alarm is raised when the answer is out."""
    _waiting.sprung = True
    if actor.kind not in {"account", "token"}:
        settle()


def connect() -> None:
    """Called from ``AppConfig.ready``."""
    request_finished.connect(_after, dispatch_uid="security.canaries")


def _after(**_given: Any) -> None:
    if not getattr(_waiting, "sprung", False):
        return
    _waiting.sprung = False
    try:
        settle()
    except (DatabaseError, VaultError):
        _log.exception("an alarm waits for the next round")


def settle() -> int:
    """Raises the alarms of trips not told yet; how many. A kill leaves the rest to the next round.

    One story is one account and canary on one day; what comes later is counted on it.
    """
    told = 0
    for number in list(Trip.objects.filter(settled_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            trip = Trip.objects.select_for_update().filter(pk=number, settled_at=None).first()
            if trip is None:
                continue
            raise_suspicion(_suspicion(trip))
            trip.settled_at = timezone.now()
            trip.save(update_fields=["settled_at"])
            told += 1
    return told


def _suspicion(trip: Trip) -> Suspicion:
    day = timezone.localtime(trip.at).date().isoformat()
    single = trip.deed in {"open", "reveal"}
    return Suspicion(
        kind="canary",
        story=f"{trip.account} {trip.canary if single else 'export'} {day}",
        at=trip.at,
        measure=1,
        grade=OPENED if single else TAKEN_OUT,
        account=trip.account,
        address=trip.address,
        facts={"deed": trip.deed, "people": trip.people, "canary": str(trip.canary)},
    )
