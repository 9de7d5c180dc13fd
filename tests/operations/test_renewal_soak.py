"""The whole service is replaced while people work, and nobody sees an error. Run by ``make soak``;
test_renewal.py shows the same of a small program.

Two web processes behind one socket, so that what one has written the other shows at once.
"""

from __future__ import annotations

import http.client
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.homes import new_home
from tests.operations.service import Service, _children, first_token, running

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder, running(folder / "home", "--web", "2") as started:
        yield started


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return first_token(service.environment)


def web_pids(service: Service) -> set[int]:
    assert service.process is not None
    found = set()
    for child in _children(service.process.pid):
        if b"dangan.operations.processes\0web\0" in Path(f"/proc/{child}/cmdline").read_bytes():
            found.add(child)
    return found


BETWEEN = 0.12
"""Seconds between two questions of one of them: a token may ask 1,200 times a minute."""


class Load:
    """People at work: each answer is counted by its status, each error by its kind."""

    def __init__(self, service: Service, token: str, people: int = 3) -> None:
        self.service, self.token = service, token
        self.seen: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(people)]

    def _work(self, number: int) -> None:
        while not self._stop.is_set():
            path = ("/api/v1/organisation", "/login/", "/api/v1/subjects?limit=1")[number % 3]
            try:
                status, _, _ = self.service.ask("GET", path, token=self.token)
                self.seen[str(status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
            time.sleep(BETWEEN)

    def __enter__(self) -> Counter[str]:
        for thread in self._threads:
            thread.start()
        return self.seen

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def _said(service: Service, words: str, seconds: float = 300.0) -> None:
    until = time.monotonic() + seconds
    while words not in service.log.read_text():
        assert time.monotonic() < until, service.log.read_text()[-2000:]
        time.sleep(0.1)


def test_what_one_web_process_writes_the_other_shows_at_once(service: Service, token: str) -> None:
    assert len(web_pids(service)) == 2
    served = set()
    for number in range(12):
        name = f"测试{chr(0x4E00 + number)}"
        made, _, written = service.ask(
            "POST",
            "/api/v1/subjects",
            {"rows": [{"set": "identity", "values": {"name": name}}], "reason": "两个进程"},
            token=token,
        )
        assert made == 201, written
        _, headers, found = service.ask("POST", "/api/v1/search", {"text": name}, token=token)
        assert written["subject"] in {item["subject"] for item in found}
        served.add({name.lower(): value for name, value in headers.items()}["x-request-id"])
    assert len(served) == 12
    counted = _figures(service)
    assert counted >= 24, "each process tells the sum of both"


def _figures(service: Service) -> float:
    _, _, told = service.ask("GET", "/metrics", **{"X-Nothing": str(uuid4())})
    lines = re.findall(
        r'^dangan_requests_total\{[^}]*route="/api/[^}]*\} ([\d.]+)', told.decode(), re.M
    )
    return sum(map(float, lines))


def test_everything_is_replaced_under_load_without_an_error(service: Service, token: str) -> None:
    before = web_pids(service)
    worker = service.pid("worker")
    assert service.process is not None
    with Load(service, token) as seen:
        time.sleep(0.5)
        service.process.send_signal(signal.SIGHUP)
        _said(service, "已换成新的进程")
        time.sleep(0.5)
    assert set(seen) == {"200"}, seen
    assert seen["200"] > 20
    after = web_pids(service)
    assert len(after) == 2
    assert not before & after
    assert service.pid("worker") not in {None, worker}


def test_one_killed_web_process_is_not_noticed_by_who_comes_next(
    service: Service, token: str
) -> None:
    service.kill("web")
    answers = [service.ask("GET", "/api/v1/organisation", token=token)[0] for _ in range(5)]
    assert answers == [200] * 5


def test_a_version_that_does_not_come_up_leaves_the_old_one_at_work(
    service: Service, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.process is not None
    before = web_pids(service)
    marker = service.home / "session.key"
    kept = marker.read_bytes()
    # What a broken new version does: it cannot even read its settings.
    marker.rename(marker.with_suffix(".away"))
    marker.mkdir()
    try:
        service.process.send_signal(signal.SIGHUP)
        _said(service, "原来的")
    finally:
        marker.rmdir()
        marker.with_suffix(".away").rename(marker)
    assert marker.read_bytes() == kept
    assert service.ask("GET", "/api/v1/organisation", token=token)[0] == 200
    assert len(before & web_pids(service)) >= 1


def test_what_was_asked_before_the_end_is_answered(service: Service, token: str) -> None:
    """SIGTERM: what is being answered is finished; what comes later is refused, not cut off."""
    results: list[Any] = []

    def slow() -> None:
        # The longest that needs no preparation: it reads every person's dossier.
        results.append(service.ask("GET", "/api/v1/subjects?limit=200", token=token)[0])

    asking = [threading.Thread(target=slow) for _ in range(6)]
    for thread in asking:
        thread.start()
    time.sleep(0.15)
    assert service.stop() == 0
    for thread in asking:
        thread.join(60)
    assert results == [200] * 6
