"""A primary and its stand-by, made of the embedded server's own programs, over TCP.

As docs/hardening.zh-CN.md tells to set them up: the stand-by confirms every commit.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tests.homes import new_home
from tests.operations.service import free_port

from dangan.operations.postgres import make_reachable, run_program, server_owner

DATABASE = "dangan"
_SETTINGS = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "fsync": "off",  # no power is cut here: a killed process loses nothing it wrote
    "wal_keep_size": "256MB",
    "wal_log_hints": "on",  # so that pg_rewind can make a stand-by of the old primary
    "log_min_messages": "fatal",
    "log_error_verbosity": "terse",
    "jit": "off",
}


@dataclass
class Server:
    """One server; ``name`` is how the other knows it."""

    folder: Path
    name: str
    port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def start(self) -> None:
        log = str(self.folder / f"{self.name}.log")
        options = f"-p {self.port} -h 127.0.0.1 -k '{self.folder}'"
        run_program("pg_ctl", ["-w", "-D", str(self.data), "-o", options, "-l", log, "start"])

    def kill(self) -> None:
        """kill -9 of the postmaster; its children end with it."""
        os.kill(self._pid(), signal.SIGKILL)

    def stop(self) -> None:
        with suppress(OSError, ValueError):
            os.kill(self._pid(), signal.SIGQUIT)

    def promote(self) -> None:
        run_program("pg_ctl", ["-w", "-D", str(self.data), "promote"])

    def set(self, **settings: str) -> None:
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def reload(self) -> None:
        os.kill(self._pid(), signal.SIGHUP)

    def _pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def ask(self, statement: str, database: str = DATABASE, user: str = "postgres") -> Any:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, dbname=database, autocommit=True
        ) as opened:
            cursor = opened.execute(statement)
            return cursor.fetchone() if cursor.description else None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{DATABASE}"


@dataclass
class Pair:
    """A primary and its synchronous stand-by."""

    primary: Server
    standby: Server

    @property
    def url(self) -> str:
        """Both; whichever takes writes is used."""
        hosts = ",".join(f"127.0.0.1:{s.port}" for s in (self.primary, self.standby))
        return f"postgresql://postgres@{hosts}/{DATABASE}"

    def wait_for_standby(self) -> None:
        until = time.monotonic() + 20
        asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        while self.primary.ask(asked) != (1,):
            assert time.monotonic() < until, "the stand-by does not follow"
            time.sleep(0.05)


def make_primary(folder: Path) -> Server:
    server = Server(folder, "one")
    _make_folder(server.data)
    run_program(
        "initdb",
        ["--auth=trust", "--encoding=utf8", "--locale=C", "-U", "postgres", "-D", str(server.data)],
    )
    server.set(**_SETTINGS)
    server.start()
    server.ask(f"CREATE DATABASE {DATABASE}", database="postgres")
    return server


def make_standby(primary: Server, name: str = "two") -> Server:
    """A copy of the primary that follows it; the primary then waits for it at each commit."""
    server = Server(primary.folder, name)
    _make_folder(server.data)
    source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
    run_program(
        "pg_basebackup", ["-d", source, "-D", str(server.data), "-R", "-X", "stream", "-c", "fast"]
    )
    server.start()
    primary.set(synchronous_standby_names=name, synchronous_commit="on")
    primary.reload()
    return server


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = server_owner()
    make_reachable(folder.parent, owner)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        os.chown(folder.parent, owner.pw_uid, owner.pw_gid)


@contextmanager
def primary_alone() -> Iterator[Server]:
    with new_home() as folder:
        server = make_primary(folder)
        try:
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pair() -> Iterator[Pair]:
    """Both, over when the block is left, whoever lives then."""
    with new_home() as folder:
        primary = make_primary(folder)
        made = Pair(primary, Server(folder, "two"))
        try:
            made.standby = make_standby(primary)
            made.wait_for_standby()
            yield made
        finally:
            primary.stop()
            made.standby.stop()
            time.sleep(0.2)
            shutil.rmtree(folder, ignore_errors=True)
