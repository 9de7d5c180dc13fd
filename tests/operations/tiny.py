"""A small program behind our own server and socket, started in a fraction of a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels

from dangan.operations.listening import handed_down, say_ready, server_class


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Tells its process; ``/slow`` takes two seconds about it."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(2)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def serve() -> None:
    """Serves, unless this version is broken."""
    if Path(os.environ["TINY_BROKEN"]).exists():
        raise SystemExit(3)
    server_class(handed_down())(
        "tests.operations.tiny:loaded",
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        websockets=False,
        factory=True,
        log_level=LogLevels.error,
        workers_kill_timeout=8,
    ).serve()


def loaded() -> Callable[..., Any]:
    """Called in the process that answers, when everything is loaded."""
    time.sleep(0.3)  # as if a roster had to be read
    say_ready()
    return application
