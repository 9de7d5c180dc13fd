"""Keeps a set of programs running: starts them, starts again what dies, stops all together.

Knows nothing of Django. Each program runs in a session of its own, so that a
terminal's Ctrl-C reaches the supervisor only and whatever a dead program left
behind can be ended as a group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType

BEAT_SECONDS = 0.2
STOP_SECONDS = 15.0
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 15.0


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running: a label for people, and the command line."""

    name: str
    label: str
    command: tuple[str, ...]


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
    ``say`` prints one line for people.
    """

    programs: tuple[Program, ...]
    say: Callable[[str], None]
    keep_database: Callable[[], object] = lambda: None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[_Running] = field(default_factory=list)

    def start(self) -> None:
        """Starts every program; returns at once."""
        self._running = [_Running(program) for program in self.programs]
        for running in self._running:
            self._launch(running)

    def stop_on_signals(self) -> None:
        """Lets SIGTERM and SIGINT end :meth:`watch`."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

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
        running.process = subprocess.Popen(  # noqa: S603 - our own programs
            running.program.command,
            env=dict(self.environment) | {"DANGAN_SUPERVISOR": str(os.getpid())},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        running.started = time.monotonic()

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
        alive = [r.process for r in self._running if r.process is not None]
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
        for running in self._running:
            running.process = None


def _ending(code: int) -> str:
    if code >= 0:
        return f"退出码 {code}"
    with suppress(ValueError):
        return f"信号 {signal.Signals(-code).name}"
    return f"信号 {-code}"


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def python_program(name: str, label: str, module: str, arguments: Iterable[str] = ()) -> Program:
    """A program that is one of our modules, run by this interpreter."""
    return Program(name, label, (sys.executable, "-m", module, *arguments))
