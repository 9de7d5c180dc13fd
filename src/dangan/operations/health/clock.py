"""Was this machine's clock set while we run? Then nothing that depends on it may be trusted.

Set ahead, it would lift locks before their time; set back, it would bring expired grants and old
sessions to life. The machine's time since its start cannot be set and is what we compare with.
While the clock is wrong every request is refused; when it is right again, or when the clock of a
database on another machine agrees with it, work goes on by itself. A restart takes the clock as
it stands.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

TOLERANCE = 120.0
"""Seconds: more than a clock service corrects at a time, less than the shortest limit we keep."""
_ASK_EVERY = 5.0

_started: float | None = None
_asked_at = 0.0


def watch() -> None:
    """Take the clock as right now; called once by each web process."""
    global _started  # noqa: PLW0603 - of this process
    _started = _offset()


def jumped() -> bool:
    """Whether the clock is not to be trusted; never where :func:`watch` was not called."""
    if _started is None or abs(_offset() - _started) <= TOLERANCE:
        return False
    if _another_machine_agrees():
        watch()
        return False
    return True


def _offset() -> float:
    """Wall clock less time since start, suspended time included."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _another_machine_agrees() -> bool:
    """A database under ``DANGAN_DATABASE_URL`` has a clock of its own; ours embedded has not."""
    global _asked_at  # noqa: PLW0603 - of this process
    now = time.monotonic()
    if settings.DANGAN.embedded_database or now - _asked_at < _ASK_EVERY:
        return False
    _asked_at = now
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            (theirs,) = cursor.fetchone()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return bool(abs(theirs - time.time()) <= TOLERANCE / 2)
