"""An installation being made out of a back-up: a folder, a server, and processes inside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dangan.config.environment import Environment
from dangan.operations.backup.fetching import Fetched
from dangan.operations.backup.rules.orders import Answer, Order
from dangan.operations.backup.rules.problems import BackupProblem
from dangan.operations.backup.snapshot import Target
from dangan.operations.postgres import (
    EmbeddedServer,
    connection_settings,
    running_pid,
)

_TOLD = ("DANGAN_LANGUAGE", "DANGAN_CIPHER_SUITE", "DANGAN_DEBUG", "DANGAN_BACKUP_DAYS")
"""Settings of the process that restores which hold inside what it restores as well."""


class StageFailed(BackupProblem):
    """A step inside the restored installation did not come to its end."""


@dataclass(frozen=True, slots=True)
class Installation:
    """``database_url`` is empty for the embedded server of ``home``."""

    home: Path
    database_url: str = ""

    @property
    def target(self) -> Target:
        env = Environment(home=self.home, database_url=self.database_url)
        return Target.of(connection_settings(env))

    def environment(self) -> dict[str, str]:
        """What a process inside it is told: nothing of the installation that restores."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("DANGAN_") or key in _TOLD
        }
        kept |= {"DANGAN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "dangan.config.settings"}
        if self.database_url:
            kept["DANGAN_DATABASE_URL"] = self.database_url
        return kept

    def do(self, order: Order) -> Answer:
        """Runs one stage to its end; raises :class:`StageFailed` with what it said last."""
        done = subprocess.run(
            [sys.executable, "-m", "dangan.operations.backup.stages"],
            input=msgspec.json.encode(order),
            capture_output=True,
            env=self.environment(),
            check=False,
        )
        if done.returncode:
            if os.environ.get("DANGAN_DEBUG"):
                sys.stderr.write(done.stderr.decode(errors="replace"))
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            kind = lines[-1].split(":")[0][:120] if lines else "中途停了"
            raise StageFailed(f"恢复出的系统没有走完“{order.deed}”一步（{kind}）。")
        return msgspec.json.decode(done.stdout, type=Answer)

    def put_root(self, fetched: Fetched) -> None:
        """The root secret, for its owner alone; the key of sessions is made anew."""
        descriptor = os.open(self.home / "root.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(fetched.keys.root)
            file.flush()
            os.fsync(file.fileno())

    def mark(self, fetched: Fetched) -> None:
        """A demonstration stays one: its passwords are known."""
        if fetched.manifest.demonstration:
            Environment(home=self.home).demo_mark.touch()


@contextmanager
def server(installation: Installation, extra: dict[str, str] | None = None) -> Iterator[None]:
    """The embedded server while the block runs; nothing for a database of one's own."""
    if installation.database_url:
        yield
        return
    with EmbeddedServer(installation.home, extra):
        yield


def remove(folder: Path) -> None:
    """Removes a folder of ours, with whatever server a killed process left running in it."""
    pid = running_pid(folder / "pg")
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 20
        while running_pid(folder / "pg") is not None and time.monotonic() < deadline:
            time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)
