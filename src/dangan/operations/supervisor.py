"""Keeps a set of programs running: starts them, starts again what dies, stops all together, and
replaces them one by one by newer ones while others work on.

Knows nothing of Django. Each program runs in a session of its own, so that a
terminal's Ctrl-C reaches the supervisor only and whatever a dead program left
behind can be ended as a group.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dangan.operations.listening import HANDED_DOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType

BEAT_SECONDS = 0.2
STOP_SECONDS = 15.0
WARM_SECONDS = 300.0
"""How long a new process may take until it is ready: a large roster is loaded in it."""
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 15.0


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running: a label for people, and the command line.

    One that ``listens`` is given the supervisor's socket, and is replaced by letting its successor
    get ready before it goes.
    """

    name: str
    label: str
    command: tuple[str, ...]
    listens: bool = False


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0


def pause_before_restart(failures: int) -> float:
    """Seconds to wait before the ``failures``-th restart in a row: at once, then doubling."""
    return 0.0 if failures <= 1 else min(LONGEST_PAUSE, 0.5 * 2.0 ** (failures - 2))


@dataclass
class Supervisor:
    """Runs ``programs`` until told to stop.

    ``keep_database`` is called each beat and starts a database that died;
    ``say`` prints one line for people. ``listening`` is the socket that programs share.
    ``before_renewal`` says whether programs may be replaced now (SIGHUP).
    """

    programs: tuple[Program, ...]
    say: Callable[[str], None]
    keep_database: Callable[[], object] = lambda: None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    listening: socket.socket | None = None
    before_renewal: Callable[[], bool] = lambda: True
    _stop: threading.Event = field(default_factory=threading.Event)
    _renew: threading.Event = field(default_factory=threading.Event)
    _running: list[_Running] = field(default_factory=list)

    def start(self) -> None:
        """Starts every program; returns at once."""
        self._running = [_Running(program) for program in self.programs]
        for running in self._running:
            self._launch(running)

    def stop_on_signals(self) -> None:
        """Lets SIGTERM and SIGINT end :meth:`watch`, and SIGHUP replace the programs."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        signal.signal(signal.SIGHUP, lambda _number, _frame: self._renew.set())

    def stop(self) -> None:
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def pids(self) -> dict[str, int]:
        """The process id of each program that runs, by name."""
        return {r.program.name: r.process.pid for r in self._running if r.process is not None}

    def watch(self) -> None:
        """Keeps everything running until a signal or :meth:`stop`, then ends all programs."""
        try:
            while not self._stop.wait(BEAT_SECONDS):
                self.beat()
                if self._renew.is_set():
                    self._renew.clear()
                    self.renew()
        finally:
            self._end_all()

    def beat(self) -> None:
        """One look at everything: what has died is started again when its pause is over."""
        self._look_at_database()
        now = time.monotonic()
        for running in self._running:
            if running.process is None:
                if now >= running.not_before:
                    self._launch(running)
            elif running.process.poll() is not None:
                self._bury(running, now)

    def _look_at_database(self) -> None:
        try:
            self.keep_database()
        except Exception as error:
            # The database may need several attempts after a crash; the next beat tries again.
            self.say(f"数据库还没有恢复：{error}")
            self._stop.wait(1.0)

    def _launch(self, running: _Running) -> None:
        running.process = self._spawn(running.program)
        running.started = time.monotonic()

    def _spawn(self, program: Program, **more: str) -> subprocess.Popen[bytes]:
        given = dict(self.environment) | {"DANGAN_SUPERVISOR": str(os.getpid())} | more
        handed: tuple[int, ...] = ()
        if program.listens and self.listening is not None:
            handed = (self.listening.fileno(),)
            given[HANDED_DOWN] = str(handed[0])
        return subprocess.Popen(  # noqa: S603 - our own programs
            program.command,
            env=given,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            pass_fds=handed,
        )

    # --- replacing them ---------------------------------------------------------------------

    def renew(self) -> bool:
        """Replaces every program by a new process of what is installed now; nobody waits.

        Those that listen first, each only when its successor is ready. When one does not get
        ready everything stays as it is.
        """
        self.say("正在换成新的进程。")
        if not self.before_renewal():
            self.say("没有更换，原来的进程继续工作。")
            return False
        for running in sorted(self._running, key=lambda r: not r.program.listens):
            if self._stop.is_set():
                return False
            if not (self._succeed(running) if running.program.listens else self._replace(running)):
                self.say(f"新的{running.program.label}没有起来，原来的继续工作。")
                return False
        self.say("已换成新的进程。")
        return True

    def _replace(self, running: _Running) -> bool:
        """Lets it finish what it does, then starts the new one."""
        if running.process is not None:
            _end([running.process])
        self._launch(running)
        return True

    def _succeed(self, running: _Running) -> bool:
        """Starts the successor, waits until it is ready, then lets the old one finish."""
        with _Readiness() as readiness:
            new = self._spawn(running.program, NOTIFY_SOCKET=readiness.name, DANGAN_WARM="1")
            until = time.monotonic() + WARM_SECONDS
            while not readiness.told():
                self._look_at_database()
                if new.poll() is not None or self._stop.is_set() or time.monotonic() > until:
                    _end([new])
                    return False
        old, running.process, running.started = running.process, new, time.monotonic()
        if old is not None:
            _end([old])
        return True

    def _bury(self, running: _Running, now: float) -> None:
        process = running.process
        if process is None:
            return
        _kill_group(process.pid)
        steady = now - running.started >= STEADY_SECONDS
        running.failures = 1 if steady else running.failures + 1
        running.process = None
        running.not_before = now + pause_before_restart(running.failures)
        self.say(f"{running.program.label}停了（{_ending(process.returncode)}），正在重新启动。")

    def _end_all(self) -> None:
        _end([r.process for r in self._running if r.process is not None])
        for running in self._running:
            running.process = None


class _Readiness:
    """Where one new process says that it is ready: a socket without a file, with a name that
    nobody else can guess."""

    def __init__(self) -> None:
        self.name = f"@dangan-{secrets.token_hex(16)}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def __enter__(self) -> _Readiness:
        self._socket.bind(f"\0{self.name[1:]}")
        self._socket.settimeout(BEAT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def told(self) -> bool:
        """Waits for one beat."""
        try:
            return b"READY=1" in self._socket.recv(4096)
        except TimeoutError:
            return False


def _end(alive: list[subprocess.Popen[bytes]]) -> None:
    """Asks them to finish, waits for :data:`STOP_SECONDS`, and ends whatever is left of them."""
    for process in alive:
        with suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in alive:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for process in alive:
        _kill_group(process.pid)
        process.wait()


def _ending(code: int) -> str:
    if code >= 0:
        return f"退出码 {code}"
    with suppress(ValueError):
        return f"信号 {signal.Signals(-code).name}"
    return f"信号 {-code}"


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def python_program(
    name: str, label: str, module: str, arguments: Iterable[str] = (), *, listens: bool = False
) -> Program:
    """A program that is one of our modules, run by this interpreter."""
    return Program(name, label, (sys.executable, "-m", module, *arguments), listens)
