"""What dies comes back; what is told to stop stops, children included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dangan.operations.supervisor import Program, Supervisor, pause_before_restart

_SLEEPER = "import time; time.sleep(600)"
_PARENT_OF_ONE = (
    "import subprocess, sys, time;"
    f"child = subprocess.Popen([sys.executable, '-c', {_SLEEPER!r}]);"
    "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(600)"
)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _wait(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _program(code: str, *arguments: str, name: str = "one") -> Program:
    return Program(name, "某服务", (sys.executable, "-c", code, *arguments))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervised(said: list[str]) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def start(*programs: Program, **settings: object) -> Supervisor:
        supervisor = Supervisor(programs, said.append, **settings)  # type: ignore[arg-type]  # settings of one test
        supervisor.start()
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.stop()
        supervisor.watch()


def test_a_killed_program_comes_back_and_people_are_told(
    supervised: Callable[..., Supervisor], said: list[str]
) -> None:
    supervisor = supervised(_program(_SLEEPER))
    first = supervisor.pids()["one"]
    os.kill(first, signal.SIGKILL)
    _wait(lambda: not _alive(first))
    supervisor.beat()
    supervisor.beat()
    second = supervisor.pids()["one"]
    assert second != first
    assert _alive(second)
    assert said == ["某服务停了（信号 SIGKILL），正在重新启动。"]


def test_what_a_dead_program_leaves_behind_is_ended(
    supervised: Callable[..., Supervisor], tmp_path: Path
) -> None:
    note = tmp_path / "child"
    supervisor = supervised(_program(_PARENT_OF_ONE, str(note)))
    _wait(lambda: note.exists() and note.read_text() != "")
    child = int(note.read_text())
    os.kill(supervisor.pids()["one"], signal.SIGKILL)
    _wait(lambda: not _alive(supervisor.pids()["one"]))
    supervisor.beat()
    _wait(lambda: not _alive(child))


def test_a_program_that_keeps_failing_is_not_started_in_a_rush(
    supervised: Callable[..., Supervisor],
) -> None:
    assert [pause_before_restart(count) for count in (1, 2, 3, 4, 20)] == [0.0, 0.5, 1.0, 2.0, 15.0]
    supervisor = supervised(_program("raise SystemExit(3)"))
    deadline = time.monotonic() + 2.0
    launches = set()
    while time.monotonic() < deadline:
        launches |= set(supervisor.pids().values())
        supervisor.beat()
        time.sleep(0.01)
    assert 2 <= len(launches) <= 4


def test_stopping_ends_every_program_even_a_deaf_one(
    supervised: Callable[..., Supervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dangan.operations.supervisor.STOP_SECONDS", 0.5)
    ready = tmp_path / "ready"
    deaf = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open(sys.argv[1], 'w').write('x'); time.sleep(600)"
    )
    supervisor = supervised(_program(_SLEEPER), _program(deaf, str(ready), name="deaf"))
    _wait(ready.exists)
    pids = list(supervisor.pids().values())
    supervisor.stop()
    supervisor.watch()
    assert not any(_alive(pid) for pid in pids)


def test_a_database_that_cannot_start_yet_does_not_stop_the_rest(
    supervised: Callable[..., Supervisor], said: list[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("still recovering")

    supervisor = supervised(_program(_SLEEPER), keep_database=broken)
    supervisor.beat()
    assert _alive(supervisor.pids()["one"])
    assert said == ["数据库还没有恢复：still recovering"]


def test_a_program_that_is_slow_to_stop_does_not_outlive_a_killed_supervisor_for_long(
    tmp_path: Path,
) -> None:
    ready = tmp_path / "ready"
    slow = (
        "import os, signal, sys, time; from dangan.operations import processes;"
        "processes.STOP_SECONDS = 0.5; processes.end_with_parent();"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time;"
            f"subprocess.Popen([sys.executable, '-c', {slow!r}, sys.argv[1]]); time.sleep(600)",
            str(ready),
        ]
    )
    _wait(lambda: ready.exists() and ready.read_text() != "")
    pid = int(ready.read_text())
    parent.kill()
    parent.wait()
    _wait(lambda: not _alive(pid))
