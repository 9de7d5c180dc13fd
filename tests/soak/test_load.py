"""Two hundred people at their desks for ten minutes: reading, searching, writing, deciding.

A served installation of 10 000 people with a web process for each core; each visitor has
an account, a session and an address of their own and thinks for five to fifteen seconds between
clicks. ``DANGAN_LOAD_SECONDS`` (600), ``DANGAN_LOAD_USERS`` (200), ``DANGAN_LOAD_PEOPLE`` (10000).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import httpx
import pytest
from tests.cli.conftest import Dangan
from tests.homes import new_home
from tests.operations.service import Service, environment, running
from tests.soak.figures import Figure
from tests.soak.visitors import form_token

from dangan.operations.demo.accounts import PASSWORD
from dangan.operations.postgres import EmbeddedServer

pytestmark = pytest.mark.soak

SECONDS = int(os.environ.get("DANGAN_LOAD_SECONDS", "600"))
USERS = int(os.environ.get("DANGAN_LOAD_USERS", "200"))
PEOPLE = int(os.environ.get("DANGAN_LOAD_PEOPLE", "10000"))
THINK = (5.0, 15.0)
SIGNING_IN = max(20.0, USERS * 0.6)
"""Seconds over which people arrive in the morning: a log-in is meant to cost a quarter second."""
ROOT = Path(__file__).resolve().parents[2]
RIGHTLY = ("有了新版本", "档案已封存")
"""Refusals that are right: somebody else was first, or the person has left for good."""
WORDS = ("王", "李", "zhang", "liu", "0204", "陈", "研发", "chen", "13", "赵")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder:
        home = folder / "home"
        with EmbeddedServer(home):
            loaded = Dangan(home)("demo", "--persons", PEOPLE)
            assert loaded.code == 0, loaded.complained
        with running(home, "--web", str(os.cpu_count() or 1)) as started:
            yield started


@dataclass
class Seen:
    """What all visitors saw: seconds by kind of page, what was not answered well, memory."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    written: int = 0
    decided: int = 0

    @property
    def all(self) -> list[float]:
        return [
            seconds for kind, found in self.times.items() if kind != "log-in" for seconds in found
        ]


class Desk:
    """One of the two hundred."""

    def __init__(
        self, port: int, number: int, login: str, told: dict[str, Any], seen: Seen
    ) -> None:
        self.role, self.people, self.login = told["role"], told["people"], login
        self.token, self.scans = told.get("token", ""), told["scans"]
        self.seen = seen
        self.chance = random.Random(number)  # noqa: S311 - clicks, no secrets
        address = f"127.0.{2 + number // 250}.{1 + number % 250}"
        self.web = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            transport=httpx.AsyncHTTPTransport(local_address=address),
            timeout=60.0,
        )

    async def ask(
        self, kind: str, method: str, path: str, fine: tuple[int, ...] = (200,), **more: Any
    ) -> httpx.Response | None:
        began = time.perf_counter()
        try:
            answer = await self.web.request(method, path, **more)
        except httpx.HTTPError as error:
            self.seen.errors[f"{kind}: {type(error).__name__}"] += 1
            return None
        self.seen.times[kind].append(time.perf_counter() - began)
        if answer.status_code not in fine and not any(one in answer.text for one in RIGHTLY):
            said = answer.text[:200] if "json" in answer.headers["Content-Type"] else ""
            self.seen.errors[f"{kind} by {self.role}: {answer.status_code} {said}"] += 1
            return None
        return answer

    async def arrive(self, password: str) -> bool:
        await self.ask("log-in page", "GET", "/login/")
        found = await self.form("log-in", "/login/", login=self.login, password=password)
        return found is not None

    async def form(self, kind: str, path: str, **fields: str) -> httpx.Response | None:
        token = form_token(self.web.cookies)
        return await self.ask(
            kind, "POST", path, (302,), data=fields, headers={"X-CSRFToken": token}
        )

    async def work(self, until: float) -> None:
        while time.monotonic() < until:
            deed = self.chance.choice(DEEDS[self.role])
            await getattr(self, deed)()
            await asyncio.sleep(self.chance.uniform(*THINK))

    # --- what people do ---

    async def desk(self) -> None:
        await self.ask("desk", "GET", "/")

    async def bell(self) -> None:
        await self.ask("bell", "GET", "/notices/count/", (200, 204))

    async def todo(self) -> None:
        await self.ask("to-do", "GET", "/flows/")

    async def roster(self) -> None:
        page = self.chance.randrange(1, 20)
        await self.ask("roster", "GET", f"/people/?page={page}&sort=identity.name")

    async def search(self) -> None:
        word = self.chance.choice(WORDS)
        head = {"X-CSRFToken": form_token(self.web.cookies), "HX-Request": "true"}
        await self.ask("search", "POST", "/people/search/", data={"q": word}, headers=head)

    async def dossier(self) -> None:
        # Out of a head's reach is an answer as well.
        fine = (200, 404) if self.role == "head" else (200,)
        await self.ask("dossier", "GET", f"/people/{self.chance.choice(self.people)}/", fine)

    async def history(self) -> None:
        await self.ask("history", "GET", f"/people/{self.chance.choice(self.people)}/history/")

    async def mine(self) -> None:
        await self.ask("my dossier", "GET", "/me/")

    async def draft(self) -> None:
        """The own form is opened, changed, kept."""
        page = await self.ask("my form", "GET", "/me/edit/")
        if page is None:
            return
        bases = dict(re.findall(r'name="(base-[a-z_]+)"[^>]*value="(\d+)"', page.text))
        await asyncio.sleep(self.chance.uniform(*THINK) / 2)
        address = f"某路{self.chance.randrange(1000)}号"
        fields = {**bases, "contact-v-address": address, "then": "save"}
        if await self.form("keep draft", "/me/edit/", **fields) is not None:
            self.seen.written += 1

    async def correct(self) -> None:
        """A number is corrected through the API, as a connected system would."""
        head = {"Authorization": f"Bearer {self.token}"}
        path = f"/api/v1/subjects/{self.chance.choice(self.people)}/records/contact"
        found = await self.ask("read record", "GET", path, headers=head)
        if found is None or not found.json():
            return
        row = found.json()[0]
        body = {"values": {"address": f"某街{self.chance.randrange(1000)}号"}}
        tag = head | {"If-Match": f'"{row["version"]}"'}
        answer = await self.ask(
            "write record", "PUT", f"{path}/{row['row']}", (200, 202, 409), json=body, headers=tag
        )
        self.seen.written += answer is not None and answer.status_code < 300

    async def raise_pay(self) -> None:
        """A change that needs approval: opens a case."""
        head = {"Authorization": f"Bearer {self.token}"}
        path = f"/api/v1/subjects/{self.chance.choice(self.people)}/records/pay"
        found = await self.ask("read record", "GET", path, headers=head)
        if found is None or not found.json():
            return
        row = found.json()[0]
        body = {"values": {"base": str(8000 + self.chance.randrange(9000))}, "reason": "调薪"}
        tag = head | {"If-Match": f'"{row["version"]}"'}
        answer = await self.ask(
            "submit change", "PUT", f"{path}/{row['row']}", (200, 202, 409), json=body, headers=tag
        )
        self.seen.written += answer is not None and answer.status_code < 300

    async def decide(self) -> None:
        head = {"Authorization": f"Bearer {self.token}"}
        box = await self.ask("to-do (API)", "GET", "/api/v1/cases?limit=20", headers=head)
        if box is None or not box.json()["lines"]:
            return
        case = self.chance.choice(box.json()["lines"])["case"]
        view = await self.ask("case", "GET", f"/api/v1/cases/{case}", headers=head)
        if view is None or not view.json()["turns"]:
            return
        body = {"step": view.json()["turns"][0]["step"], "words": "同意"}
        tag = head | {"If-Match": f'"{view.json()["version"]}"'}
        path = f"/api/v1/cases/{case}/agree"
        answer = await self.ask("agree", "POST", path, (200, 403, 409), json=body, headers=tag)
        self.seen.decided += answer is not None and answer.status_code == 200

    async def scan(self) -> None:
        await self.ask("volume and scan", "GET", self.chance.choice(self.scans))

    async def log(self) -> None:
        await self.ask("log search", "GET", "/audit/")

    async def statistics(self) -> None:
        await self.ask("statistics", "GET", "/statistics/")


_HR = [
    "desk",
    "bell",
    "roster",
    "search",
    "search",
    "dossier",
    "dossier",
    "history",
    "correct",
    "todo",
]
DEEDS = {
    "employee": ["desk", "bell", "mine", "mine", "draft"],
    "hr_specialist": _HR,
    "hr_manager": [*_HR, "raise_pay", "raise_pay", "decide", "decide", "statistics"],
    "head": ["desk", "bell", "roster", "search", "dossier", "todo", "decide"],
    "finance": ["desk", "roster", "search", "dossier", "raise_pay", "decide"],
    "archivist": ["desk", "roster", "search", "dossier", "scan", "scan", "scan"],
    "leader": ["desk", "roster", "search", "dossier", "statistics", "todo", "decide", "decide"],
    "auditor": ["bell", "log"],
    "administration": ["desk", "roster", "search", "dossier"],
}


def settled(service: Service) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.settling", str(USERS)],
        env=environment(service.home) | {"DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def resident(service: Service) -> float:
    """Megabytes that the web servers' processes hold."""
    total = 0
    assert service.process is not None
    for process in _below(service.process.pid):
        line = Path(f"/proc/{process}/cmdline").read_text()
        if "processes\0web\0" not in line and "web:application" not in line:
            continue
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024


def _below(process: int) -> Iterator[int]:
    yield process
    path = Path(f"/proc/{process}/task/{process}/children")
    for child in path.read_text().split():
        yield from _below(int(child))


async def day(service: Service, told: dict[str, Any], seen: Seen) -> None:
    """Everybody arrives, works, and the memory is read meanwhile."""
    desks = [
        Desk(service.port, number, login, one | {"scans": told["scans"]}, seen)
        for number, (login, one) in enumerate(told["accounts"].items())
    ]
    end = time.monotonic() + SIGNING_IN + SECONDS

    async def one(desk: Desk) -> None:
        await asyncio.sleep(desk.chance.uniform(0, SIGNING_IN))
        if await desk.arrive(PASSWORD):
            await desk.work(end)
        await desk.web.aclose()

    async def watch() -> None:
        await asyncio.sleep(SIGNING_IN)
        while time.monotonic() < end:
            seen.memory.append(resident(service))
            await asyncio.sleep(5)

    await asyncio.gather(watch(), *map(one, desks))


def test_two_hundred_at_once(service: Service, figure: Figure) -> None:
    told, seen = settled(service), Seen()
    asyncio.run(day(service, told, seen))
    for kind, found in sorted(seen.times.items()):
        p95 = quantiles(found, n=20)[-1] if len(found) > 1 else found[0]
        print(f"{kind:16} {len(found):6}  mean {mean(found) * 1000:6.0f}  p95 {p95 * 1000:6.0f} ms")
    print(seen.errors, f"written {seen.written}, decided {seen.decided}")
    print("memory MB:", *(f"{one:.0f}" for one in seen.memory[::6]))
    print(service.log.read_text(errors="replace")[-1500:])
    p95 = quantiles(seen.all, n=20)[-1] * 1000
    half = len(seen.memory) // 2
    early, late = mean(seen.memory[half // 2 : half]), mean(seen.memory[half + half // 2 :])
    growth = 100 * (late - early) / early
    users = f"{len(told['accounts'])} at once for {SECONDS / 60:.0f} min"
    figure(f"{users}: requests", len(seen.all), "", True)
    figure(f"{users}: p95", p95, "≤ 500 ms", p95 <= 500, "ms")
    errors = sum(seen.errors.values())
    figure(f"{users}: errors", errors, "0", errors == 0)
    figure(f"{users}: growth of memory in the second half", growth, "≤ 5 %", growth <= 5, "%")
    assert seen.written
