"""``dangan serve`` from outside: ready, recovering, refusing, stopping."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.homes import new_home
from tests.operations.service import PROGRAMS, Service, environment, running, token_of

from dangan.operations.postgres import running_pid


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder, running(folder / "home", "--demo") as started:
        yield started


def test_it_says_where_and_shows_the_demonstration_accounts(service: Service) -> None:
    said = service.log.read_text()
    assert f"档案已就绪：http://127.0.0.1:{service.port}/" in said
    for login in ("hrmanager", "employee", "newcomer", "auditor"):
        assert re.search(rf"^{login}\s", said, re.MULTILINE), login
    assert "Dangan2026" in said


def test_from_nothing_to_ready_takes_seconds(service: Service) -> None:
    found = re.search(r"用时 ([\d.]+) 秒", service.log.read_text())
    assert found is not None
    # The target is 20 s on two idle cores; here other tests run beside.
    assert float(found[1]) < 90


@pytest.mark.parametrize("name", [*PROGRAMS, "postgres"])
def test_whatever_is_killed_comes_back(service: Service, name: str) -> None:
    before = service.pid(name)
    assert service.kill(name)
    deadline = time.monotonic() + 60
    while service.pid(name) in {None, before} and time.monotonic() < deadline:
        time.sleep(0.05)
    assert service.pid(name) not in {None, before}
    service.wait_until_back()
    token = token_of(service.home, "hrmanager")
    status, _, found = service.ask("GET", "/api/v1/subjects?limit=1", token=token)
    assert status == 200
    assert found["total"] == 300


def test_a_taken_port_is_said_so_at_once(service: Service, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dangan.cli.main", "serve", "--port", str(service.port)],
        env=environment(tmp_path / "other"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert f"127.0.0.1:{service.port} 用不了" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_stops_cleanly_and_takes_the_database_with_it(service: Service) -> None:
    pids = [service.pid(name) for name in PROGRAMS]
    assert service.stop(signal.SIGINT) == 0
    assert service.log.read_text().rstrip().endswith("已停止。")
    assert running_pid(service.home / "pg") is None
    assert not any(Path(f"/proc/{pid}/cwd").exists() for pid in pids if pid)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", service.port))


def test_when_the_supervisor_itself_is_killed_nothing_is_left_on_the_port(
    service: Service,
) -> None:
    service.log.write_text("")
    service.start()
    service.wait_until_back()
    pids = [pid for name in PROGRAMS if (pid := service.pid(name))]
    assert len(pids) == len(PROGRAMS)
    assert service.process is not None
    service.process.kill()
    service.process.wait()
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_runs(pid) for pid in pids)
    service.log.write_text("")
    service.start()
    token = token_of(service.home, "hrmanager")
    assert service.ask("GET", "/api/v1/subjects?limit=1", token=token)[0] == 200


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}/cwd").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() != b""
