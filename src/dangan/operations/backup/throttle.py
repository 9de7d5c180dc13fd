"""Going no faster than allowed, so that the work of others goes on."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

_BURST_SECONDS = 0.25


class Throttle:
    """Lets so many bytes a second pass; safe for several threads."""

    def __init__(self, mib_per_second: int) -> None:
        self._rate = mib_per_second * 2**20
        self._lock = threading.Lock()
        self._due = time.monotonic()

    def __call__(self, size: int) -> None:
        if not self._rate:
            return
        with self._lock:
            now = time.monotonic()
            self._due = max(self._due, now - _BURST_SECONDS) + size / self._rate
            wait = self._due - now
        if wait > 0:
            time.sleep(wait)


def step_back() -> None:
    """This process yields to all others that want the processor."""
    with suppress(OSError):
        os.nice(10)
