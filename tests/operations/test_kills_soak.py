"""kill -9 of anything at any moment of an import or an edit: whole or absent, nothing doubled.

Run by ``make soak``. Rounds by ``DANGAN_SOAK_ROUNDS`` (50 by default).
"""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.cli.conftest import Dangan
from tests.homes import new_home
from tests.operations.service import PROGRAMS, Service, environment, running, token_of

from dangan.operations.demo.names import id_number

pytestmark = pytest.mark.soak

ROUNDS = int(os.environ.get("DANGAN_SOAK_ROUNDS", "50"))
PEOPLE = 150
SEED = int(os.environ.get("DANGAN_SOAK_SEED", "20260101"))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder, running(folder / "home", "--demo") as started:
        yield started


def _workbook(path: Path, round_: int) -> Path:
    """People of one round; their numbers begin with its own letters."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "员工编号", "身份证号码", "入职日期"])
    for number in range(PEOPLE):
        day = f"19{60 + round_ % 40:02d}-{1 + number // 28:02d}-{1 + number % 28:02d}"
        sheet.append(
            [
                f"测{chr(0x4E00 + number)}",
                f"R{round_:03d}N{number:03d}",
                id_number("310104", day, round_ // 40, male=True),
                "2020-01-01",
            ]
        )
    book.save(path)
    return path


def _count(service: Service, token: str, round_: int) -> int:
    """How many people of the round there are, by their own numbers, doubles included."""
    listed = 0
    offset = 0
    while True:
        status, _, found = service.ask(
            "GET",
            f"/api/v1/subjects?sort=identity.employee_number&descending=true&limit=200&offset={offset}",
            token=token,
        )
        assert status == 200
        numbers = [i["cells"]["identity.employee_number"]["value"] for i in found["items"]]
        listed += sum(str(number).startswith(f"R{round_:03d}N") for number in numbers)
        offset += 200
        if offset >= found["total"]:
            return listed


def _retry(ask: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Asks until the service is back; a 5xx while it recovers counts as not back yet."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            status, headers, body = ask()
            if status < 500:
                return status, headers, body
        except (OSError, http.client.HTTPException):
            pass
        assert time.monotonic() < deadline, "the service did not come back"
        time.sleep(0.2)


def _settle(service: Service) -> None:
    service.wait_until_back()
    time.sleep(0.2)
    service.wait_until_back()


def test_an_import_is_whole_or_absent_whatever_is_killed(service: Service, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    token = token_of(service.home, "hrmanager")
    whole = absent = 0
    for round_ in range(ROUNDS):
        path = _workbook(tmp_path / f"{round_}.xlsx", round_)
        command = [sys.executable, "-m", "dangan.cli.main", "import", str(path), "--json"]
        importing = subprocess.Popen(
            command,
            env=environment(service.home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.5, 6.0))
        victim = chance.choice(("import", "import", "postgres", "postgres", *PROGRAMS))
        if victim == "import":
            importing.kill()
        else:
            service.kill(victim)
        importing.wait(120)
        _settle(service)
        _retry(lambda: service.ask("GET", "/api/v1/organisation", token=token))
        there = _count(service, token, round_)
        assert there in {0, PEOPLE}, f"round {round_}, {victim} killed: {there} of {PEOPLE}"
        whole, absent = whole + (there > 0), absent + (there == 0)
        again = Dangan(service.home)("import", path, "--json")
        assert again.code == 0, again
        assert again.document["imported"] == (PEOPLE if there == 0 else 0)
        assert _count(service, token, round_) == PEOPLE
    assert whole
    assert absent
    checked = Dangan(service.home)("audit", "verify", "--data", "--json")
    assert checked.code == 0, checked.document["problems"][:5]


def test_an_accepted_edit_is_never_lost_and_never_half(service: Service) -> None:
    chance = random.Random(SEED + 1)  # noqa: S311 - moments, no secrets
    token = token_of(service.home, "hrmanager")
    _, _, found = service.ask("GET", "/api/v1/subjects?limit=1", token=token)
    subject = found["items"][0]["subject"]
    path = f"/api/v1/subjects/{subject}/records/contact"
    _, _, records = service.ask("GET", path, token=token)
    record = f"{path}/{records[0]['row']}"
    accepted: list[tuple[int, str]] = []
    stop = threading.Event()

    def edit() -> None:
        """Edits without pause; what was answered with 200 counts as accepted."""
        number = 0
        while not stop.is_set():
            number += 1
            try:
                status, _, now = service.ask("GET", record, token=token)
                if status != 200:
                    continue
                address = f"某路{number}号"
                tag = {"If-Match": f'"{now["version"]}"'}
                status, _, _ = service.ask(
                    "PUT", record, {"values": {"address": address}}, token=token, **tag
                )
                if status == 200:
                    accepted.append((now["version"] + 1, address))
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.2, 1.5))
            service.kill(
                chance.choice(("web", "web", "postgres", "postgres", "sequencer", "worker"))
            )
            _settle(service)
    finally:
        stop.set()
        editor.join(120)
    assert len(accepted) > ROUNDS
    _, _, versions = _retry(lambda: service.ask("GET", f"{record}/versions", token=token))
    numbers = sorted(item["version"] for item in versions)
    assert numbers == list(range(1, len(numbers) + 1)), "a version is missing or doubled"
    assert {version for version, _ in accepted} <= set(numbers)
    assert len({version for version, _ in accepted}) == len(accepted), "one version accepted twice"
    _, _, now = service.ask("GET", record, token=token)
    if accepted[-1][0] == now["version"]:
        assert now["cells"]["address"]["value"] == accepted[-1][1]
    checked = Dangan(service.home)("audit", "verify", "--data", "--json")
    assert checked.code == 0, checked.document["problems"][:5]
