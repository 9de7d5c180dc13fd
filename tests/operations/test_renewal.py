"""Programs behind one socket are replaced, killed and stopped while people ask, without an error.

A small program in place of dangan itself, which takes a minute to start: the supervisor, the
socket, the readiness and the server are the real ones. The whole: test_renewal_soak.py.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.operations.service import free_port

from dangan.operations.listening import BACKLOG, open_socket
from dangan.operations.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-c", "from tests.operations.tiny import serve; serve()")


class Site:
    """Two processes behind one socket, watched as ``dangan serve`` watches."""

    def __init__(self, folder: Path) -> None:
        self.port, self.said = free_port(), list[str]()
        self.broken = folder / "broken"
        self.socket = open_socket("127.0.0.1", self.port)
        self.socket.listen(BACKLOG)
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self.supervisor = Supervisor(
            tuple(Program(f"web{n}", "网页服务", _COMMAND, listens=True) for n in range(2)),
            self.said.append,
            environment={**os.environ, "PYTHONPATH": paths, "TINY_BROKEN": str(self.broken)},
            listening=self.socket,
        )
        self.supervisor.start()
        self._watching = threading.Thread(target=self.supervisor.watch)
        self._watching.start()
        self.until(lambda: self.ask() > 0)

    def ask(self, path: str = "/") -> int:
        """Which process answered; raises when none did."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200
            return int(answer.read())

    def until(self, true: object, seconds: float = 60.0) -> None:
        assert callable(true)
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.said
            time.sleep(0.02)

    def close(self) -> None:
        self.supervisor.stop()
        self._watching.join(60)
        self.socket.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


class Crowd:
    """People who ask without pause: answers and errors, counted by kind."""

    def __init__(self, site: Site, people: int = 4) -> None:
        self.site, self.seen = site, Counter[str]()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(people)]

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                self.site.ask()
                self.seen["answered"] += 1
            except (AssertionError, OSError, http.client.HTTPException) as error:
                self.seen[repr(error)] += 1
            time.sleep(0.005)

    def __enter__(self) -> Counter[str]:
        for thread in self._threads:
            thread.start()
        return self.seen

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def test_every_process_is_replaced_and_nobody_sees_an_error(site: Site) -> None:
    before = site.supervisor.pids()
    with Crowd(site) as seen:
        time.sleep(0.2)
        site.supervisor._renew.set()  # what SIGHUP does
        site.until(lambda: "已换成新的进程。" in site.said)
        time.sleep(0.2)
    assert set(seen) == {"answered"}, seen
    assert seen["answered"] > 20
    after = site.supervisor.pids()
    assert not set(before.values()) & set(after.values())


def test_what_was_begun_is_answered_by_the_process_that_goes(site: Site) -> None:
    answered: list[int] = []
    asking = [threading.Thread(target=lambda: answered.append(site.ask("/slow"))) for _ in range(4)]
    for thread in asking:
        thread.start()
    time.sleep(0.5)
    site.said.clear()
    site.supervisor._renew.set()
    site.until(lambda: "已换成新的进程。" in site.said)
    for thread in asking:
        thread.join(30)
    assert len(answered) == 4
    assert not {site.ask() for _ in range(10)} & set(answered), "the old ones have gone"


def test_a_version_that_does_not_come_up_leaves_the_old_one_at_work(site: Site) -> None:
    before, site.said[:] = site.supervisor.pids(), []
    site.broken.touch()
    try:
        with Crowd(site) as seen:
            site.supervisor._renew.set()
            site.until(lambda: any("没有起来" in line for line in site.said))
    finally:
        site.broken.unlink()
    assert set(seen) == {"answered"}, seen
    assert site.supervisor.pids() == before


def test_a_renewal_that_is_not_prepared_changes_nothing(site: Site) -> None:
    before = site.supervisor.pids()
    site.supervisor.before_renewal = lambda: False
    site.said.clear()
    site.supervisor._renew.set()
    site.until(lambda: "没有更换，原来的进程继续工作。" in site.said)
    assert site.supervisor.pids() == before
    site.supervisor.before_renewal = lambda: True


def test_who_comes_while_all_are_dead_waits_and_is_answered(site: Site) -> None:
    for pid in site.supervisor.pids().values():
        os.kill(pid, signal.SIGKILL)
    assert site.ask() > 0
