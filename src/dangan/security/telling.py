"""What lower rooms tell this one at once: new browsers of administrators, refused scripts."""

from __future__ import annotations

import logging
import time
from collections import deque
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from dangan.access.models import Grant
from dangan.access.queries import in_force
from dangan.access.sessions import devices
from dangan.security.alarms.raising import raise_alarm
from dangan.security.watching import ADMINISTRATORS
from dangan.ui import violations
from dangan.ui.violations import Violation

REPORTS = 20
"""Reports of browsers within an hour, seen by one process, that are told."""
_HOUR = 3600

_log = logging.getLogger("dangan.security")
_seen: deque[float] = deque(maxlen=REPORTS)


def connect() -> None:
    """Called from ``AppConfig.ready``."""
    devices.on_new_device("security", new_device)
    violations.listen(violation)


def new_device(account: UUID) -> None:
    """An administrator signed in from a browser not seen before."""
    held = Grant.objects.filter(
        in_force(timezone.localdate()), account=account, role__in=ADMINISTRATORS
    )
    if held.exists():
        raise_alarm("device", story=f"{account} {timezone.localdate()}", account=account)


def violation(found: Violation) -> None:
    """Enough of these within an hour is a story of the day. Never fails the report."""
    now = time.monotonic()
    _seen.append(now)
    if len(_seen) < REPORTS or now - _seen[0] > _HOUR:
        return
    _seen.clear()
    try:
        raise_alarm(
            "csp",
            story=str(timezone.localdate()),
            measure=REPORTS,
            facts={"reports": REPORTS, "directive": found.directive, "route": found.route},
        )
    except DatabaseError:
        _log.exception("an alarm about browsers' reports could not be raised")
