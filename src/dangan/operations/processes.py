"""The programs that ``dangan serve`` keeps running: ``python -m dangan.operations.processes NAME``.

``web`` answers pages and the API, ``worker`` runs background jobs, ``sequencer``
appends log events to the tree. ``prepare`` brings the database up to date and
``statics`` gathers the static files; both end by themselves.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from dangan.operations.supervisor import STOP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

WEB_THREADS = 5
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Asks the kernel for SIGTERM when the parent dies, so that no orphan keeps the port.

    A program without its supervisor has nobody to end it when it is slow to stop, as a worker
    with a long job is: it gets as long as the supervisor would have given it.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_outlive, args=(os.getppid(),), daemon=True).start()
    expected = os.environ.get("DANGAN_SUPERVISOR")
    if expected and os.environ.get("DANGAN_CHILD") is None and os.getppid() != int(expected):
        sys.exit(0)


def _outlive(parent: int) -> None:
    """Ends this process when it still runs :data:`STOP_SECONDS` after its parent."""
    while os.getppid() == parent:
        time.sleep(1.0)
    time.sleep(STOP_SECONDS)
    os._exit(1)


def web(host: str, port: str) -> None:
    """Serves pages: one process (one roster in memory), several threads."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ["DANGAN_CHILD"] = "1"
    Server(
        "dangan.operations.web:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=WEB_THREADS,
        backpressure=256,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=8,
    ).serve()


def worker() -> None:
    """Runs background jobs and the schedules."""
    _set_up()
    from django.core.management import call_command

    # It announces itself on standard output whatever its verbosity.
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("procrastinate", "worker", "--concurrency", "2")


def sequencer() -> None:
    """Appends committed log events to the tree and signs checkpoints."""
    _set_up()
    from dangan.audit.sequencer import run_sequencer

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    run_sequencer(stop)


def prepare() -> None:
    """Brings the database up to date, and removes what was being received when the last ended."""
    _set_up()
    from dangan.files.incoming import sweep_incoming
    from dangan.operations.schema import bring_up_to_date

    sweep_incoming()
    bring_up_to_date()


def statics() -> None:
    """Gathers the static files when they have changed."""
    _set_up()
    from dangan.operations.statics import gather

    gather()


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
    django.setup()


def demo() -> None:
    """Loads the demonstration organisation unless people are there already."""
    _set_up()
    from dangan.operations.demo.loading import load_once

    load_once()


PROGRAMS: dict[str, Callable[..., None]] = {
    "web": web,
    "worker": worker,
    "sequencer": sequencer,
    "prepare": prepare,
    "statics": statics,
    "demo": demo,
}


def main(arguments: list[str]) -> None:
    end_with_parent()
    PROGRAMS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
