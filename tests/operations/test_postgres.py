"""The embedded server: starts once, survives a kill, stops with its last user."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.homes import new_home

from dangan.operations.postgres import EmbeddedServer, running_pid, socket_dir

_QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home() as home:
        yield home


def _ask(home: Path, statement: str) -> object:
    host = str(socket_dir(home / "pg"))
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as opened:
        cursor = opened.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_two_users_share_one_server_and_the_last_one_stops_it(home: Path) -> None:
    first = EmbeddedServer(home, _QUICK).start()
    second = EmbeddedServer(home, _QUICK).start()
    pid = running_pid(home / "pg")
    assert pid is not None
    assert first.stop_if_last() is False
    assert running_pid(home / "pg") == pid
    assert second.stop_if_last() is True
    assert running_pid(home / "pg") is None


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    server = EmbeddedServer(home, {**_QUICK, "fsync": "on"}).start()
    _ask(home, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = running_pid(home / "pg")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while running_pid(home / "pg") is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.ensure_running() != pid
    assert _ask(home, "SELECT answer FROM kept") == (42,)
    server.stop_if_last()


def test_the_record_of_a_recycled_process_is_no_running_server(home: Path) -> None:
    with EmbeddedServer(home, _QUICK):
        record = (home / "pg" / "postmaster.pid").read_text()
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        lines = record.splitlines()
        lines[0] = str(stranger.pid)
        (home / "pg" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        assert running_pid(home / "pg") is None
        with EmbeddedServer(home, _QUICK):
            assert _ask(home, "SELECT 1") == (1,)
        stranger.kill()


def test_a_first_start_that_was_cut_short_is_begun_again(home: Path) -> None:
    half = home / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(home, _QUICK):
        assert _ask(home, "SELECT 1") == (1,)
    assert not half.exists()


def test_nobody_else_reaches_the_server_by_path(home: Path) -> None:
    deep = home / ("long" * 30)
    with EmbeddedServer(deep, _QUICK):
        assert len(str(socket_dir(deep / "pg") / ".s.PGSQL.5432")) <= 107
        for folder in (deep / "pg", socket_dir(deep / "pg")):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    socket_dir(deep / "pg").rmdir()


def test_statements_and_values_stay_out_of_the_servers_log(home: Path) -> None:
    with EmbeddedServer(home, _QUICK):
        _ask(home, "CREATE TABLE names (name text UNIQUE)")
        _ask(home, "INSERT INTO names VALUES ('canary-4711')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            _ask(home, "INSERT INTO names VALUES ('canary-4711')")
        with pytest.raises(psycopg.errors.SyntaxError):
            _ask(home, "SELECT 'canary-4711' FROM FROM")
    logs = [*(home / "pg" / "server-log").iterdir(), home / "pg" / "start.log"]
    assert any("duplicate key" in log.read_text() for log in logs)
    assert not any("canary" in log.read_text() for log in logs)
