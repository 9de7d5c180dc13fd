"""The whole service as a user runs it: ``dangan serve`` in a process of its own, over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dangan.operations.postgres import running_pid

READY = re.compile(r"已就绪")
PROGRAMS = ("web", "worker", "sequencer")


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DANGAN_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "DANGAN_HOME": str(home), "DANGAN_SECOND_FACTOR": "offered"}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """A running service; ``log`` is the file with everything it said."""

    home: Path
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home) | self.more

    def start(self, *options: str, seconds: float = 300.0) -> None:
        command = [sys.executable, "-m", "dangan.cli.main", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + seconds
        while not READY.search(self.log.read_text(errors="replace")):
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "never ready"
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)

    def pid(self, name: str) -> int | None:
        """The process id of one of the programs, or of PostgreSQL."""
        if name == "postgres":
            try:
                return int((self.home / "pg" / "postmaster.pid").read_text().split("\n")[0])
            except (OSError, ValueError):
                return None
        assert self.process is not None
        # Where setproctitle is installed, the web server calls itself by what it serves.
        wanted = [f"dangan.operations.processes\0{name}\0"]
        wanted += ["dangan.operations.web:application"] if name == "web" else []
        for child in _children(self.process.pid):
            try:
                line = Path(f"/proc/{child}/cmdline").read_text()
                if any(one in line for one in wanted):
                    return child
            except OSError:
                continue
        return None

    def kill(self, name: str) -> bool:
        """kill -9, if it runs at this moment."""
        pid = self.pid(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def ask(
        self, method: str, path: str, body: object = None, *, token: str = "", **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON body of an API call; raises OSError when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            content = None if body is None else json.dumps(body)
            sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, content, {**sent, **headers})
            answer = connection.getresponse()
            raw = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, dict(answer.getheaders()), json.loads(raw) if is_json else raw

    def wait_until_back(self, seconds: float = 120.0) -> None:
        """Waits until every program runs and the pages answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if all(map(self.pid, PROGRAMS)) and running_pid(self.home / "pg"):
                    status, _, _ = self.ask("GET", "/api/v1/organisation")
                    if status == 401:
                        return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        raise AssertionError(self.log.read_text(errors="replace")[-3000:])


def _children(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(pid) for pid in path.read_text().split()]
    except OSError:
        return []


@contextmanager
def running(home: Path, *options: str, **more: str) -> Iterator[Service]:
    """A service on ``home`` that is stopped whatever happens; ``more`` is for its environment."""
    service = Service(home, home.parent / f"{home.name}.log", more=more)
    try:
        service.start(*options)
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.stop()


TOKEN = """
import django; django.setup()
from dangan.access.queries import actor_named, token_scopes
from dangan.access.actions import create_token
actor = actor_named({login!r})
print(create_token(actor, label="测试", scopes=token_scopes(actor), days=1).raw)
"""


FIRST = """
import django; django.setup()
from dangan.access.actions import create_account, create_token
from dangan.access.queries import actor_named, console_actor, token_scopes
from dangan.audit.actions import flush
from dangan.organization import actions
console = console_actor(purpose="测试")
actions.load_units(console, [("示例集团", "group"), ("示例集团/人事部", "department")])
create_account(
    console,
    login="hrm",
    name="人事",
    roles=[("hr_manager", None)],
    reason="测试",
    must_change=False,  # a token of whoever must is not valid
)
flush(console.trail)
actor = actor_named("hrm")
print(create_token(actor, label="测试", scopes=token_scopes(actor), days=1).raw)
"""


def first_token(given: dict[str, str]) -> str:
    """Units and an account in an empty installation, and a token of the account: seconds less than
    the demonstration organisation. ``given`` is the environment of the running service."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST],
        env=given | {"DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def token_of(home: Path, login: str) -> str:
    """A token of one of the demonstration accounts; the service must be running."""
    done = subprocess.run(
        [sys.executable, "-c", TOKEN.format(login=login)],
        env=environment(home) | {"DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]
