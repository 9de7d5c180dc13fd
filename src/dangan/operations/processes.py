"""The programs that ``dangan serve`` keeps running: ``python -m dangan.operations.processes NAME``.

``web`` answers pages and the API, ``worker`` runs background jobs, ``sequencer``
appends log events to the tree. ``prepare`` brings the database up to date and
``statics`` gathers the static files; both end by themselves.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from dangan.operations.listening import BACKLOG, handed_down, say_ready, server_class
from dangan.operations.supervisor import STOP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

WEB_THREADS = 5
DRAIN_SECONDS = 12
"""Less than :data:`STOP_SECONDS`: who stops us must not have to kill us."""
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
    """Serves pages: one process (one roster in memory), several threads.

    On SIGTERM it takes no more connections and answers what it has begun, for as long as
    :data:`DRAIN_SECONDS`.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from dangan.config.environment import environment
    from dangan.operations.health import logs
    from dangan.operations.health.sharing import share_counts

    os.environ["DANGAN_CHILD"] = "1"
    env = environment()
    share_counts(env.home)
    logs.catch_what_nobody_catches()
    server_class(handed_down())(
        "dangan.operations.web:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=WEB_THREADS,
        backlog=BACKLOG,
        backpressure=256,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.library_settings(env.log),
        workers_kill_timeout=DRAIN_SECONDS,
    ).serve()


def worker() -> None:
    """Runs background jobs and the schedules. On SIGTERM it finishes what it has begun; what is
    cut off all the same is taken up by another worker (:mod:`.jobs`)."""
    _set_up()
    from dangan.operations.working import run_worker

    say_ready()
    run_worker()


def sequencer() -> None:
    """Appends committed log events to the tree and signs checkpoints."""
    _set_up()
    from dangan.audit.sequencer import run_sequencer

    stop = threading.Event()
    say_ready()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    run_sequencer(stop)


def prepare() -> None:
    """Brings the database up to date, and removes what was being received when the last ended."""
    _set_up()
    from dangan.files.incoming import sweep_incoming
    from dangan.operations.schema import bring_up_to_date

    sweep_incoming()
    bring_up_to_date()


def first() -> None:
    """Says the code for the first administrator while nobody has an account.

    On the console only: what the log keeps of it is that there was one.
    """
    _set_up()
    from dangan.access.set_up import renew_code

    code = renew_code()
    if code is not None:
        sys.stdout.write(
            "系统里还没有账号。打开首页，用这个安装码建立第一位管理员"
            f"（24 小时内有效，重新启动会换一个）：\n\n    {code}\n\n"
        )
        sys.stdout.flush()


def statics() -> None:
    """Gathers the static files when they have changed."""
    _set_up()
    from dangan.operations.statics import gather

    gather()


def _set_up() -> None:
    import django

    from dangan.operations.health.logs import catch_what_nobody_catches

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangan.config.settings")
    django.setup()
    catch_what_nobody_catches()


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
    "first": first,
    "statics": statics,
    "demo": demo,
}


def main(arguments: list[str]) -> None:
    end_with_parent()
    PROGRAMS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
