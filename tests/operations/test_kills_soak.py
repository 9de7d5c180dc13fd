"""kill -9 of anything at any moment of an import or an edit: whole or absent, nothing doubled.

Run by ``make soak``. ``DANGAN_SOAK_ROUNDS`` (200 by default) rounds of mixed load; a fourth of
them for imports and for one record, which take longer each.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from PIL import Image
from tests.cli.conftest import Dangan
from tests.homes import new_home
from tests.operations.service import PROGRAMS, Service, environment, running, token_of
from tests.soak.figures import Figure
from tests.soak.visitors import Visitor

from dangan.operations.demo.accounts import PASSWORD
from dangan.operations.demo.names import id_number
from dangan.operations.postgres import EmbeddedServer

pytestmark = pytest.mark.soak

MIXED_ROUNDS = int(os.environ.get("DANGAN_SOAK_ROUNDS", "200"))
ROUNDS = max(1, MIXED_ROUNDS // 4)
PEOPLE = 150
SEED = int(os.environ.get("DANGAN_SOAK_SEED", "20260101"))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder:
        home = folder / "home"
        with EmbeddedServer(home):
            loaded = Dangan(home)("demo", "--persons", 60)
            assert loaded.code == 0, loaded.complained
        with running(home) as started:
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


# --- mixed load ----------------------------------------------------------------------------------


@dataclass
class Load:
    """Writers that go on whatever is killed, and what was answered as accepted."""

    service: Service
    stop: threading.Event = field(default_factory=threading.Event)
    edits: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    people: list[str] = field(default_factory=list)
    cases: dict[str, int] = field(default_factory=dict)
    pictures: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Answers that were no; to see why a writer wrote nothing."""

    def start(self, works: Sequence[Callable[[int], None]]) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._on, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        return threads

    def _on(self, work: Callable[[int], None]) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                work(number)
            except (OSError, http.client.HTTPException, httpx.HTTPError):
                time.sleep(0.05)
            except Exception as error:
                self.faults.append(repr(error))
                time.sleep(0.2)


def test_nothing_accepted_is_lost_under_mixed_load(service: Service, figure: Figure) -> None:
    """Edits, new people, cases and pictures at the same time, one process after another killed."""
    chance = random.Random(SEED + 2)  # noqa: S311 - moments, no secrets
    load = Load(service)
    before = _tree_sizes(service)
    threads = load.start(
        [
            _editing(load, "hrmanager"),
            _joining(load),
            _asking(load),
            _deciding(load),
            _picturing(load),
        ]
    )
    kills: Counter[str] = Counter()
    began = time.monotonic()
    try:
        # A victim that is just coming back is not there to be killed: such a round is none.
        while kills.total() < MIXED_ROUNDS:
            time.sleep(chance.uniform(0.1, 1.0))
            victim = chance.choice((*PROGRAMS, "web", "postgres"))
            kills[victim] += service.kill(victim)
            service.wait_until_back()
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(120)
    seconds = (time.monotonic() - began) / MIXED_ROUNDS
    assert load.faults == []
    _settle(service)
    lost = _lost(load)
    checked = Dangan(service.home)("audit", "verify", "--data", "--json")
    wrong = len(checked.document["problems"])
    print(
        kills, f"{seconds:.1f} s a round", *lost[:10], *checked.document["problems"][:5], sep="\n"
    )
    accepted = {
        "edits": sum(map(len, load.edits.values())),
        "people": len(load.people),
        "cases": len(load.cases),
        "pictures": sum(load.pictures.values()),
    }
    assert all(accepted.values()), (accepted, load.refused)
    accepted["all"] = sum(accepted.values())
    done = sum(kills.values())
    figure(
        "kill -9 under mixed load: processes killed",
        done,
        f"≥ {MIXED_ROUNDS}",
        done >= MIXED_ROUNDS,
    )
    figure(
        "kill -9: changes accepted meanwhile",
        accepted["all"],
        f"≥ {MIXED_ROUNDS}",
        accepted["all"] >= MIXED_ROUNDS,
    )
    figure("kill -9: accepted changes lost", len(lost), "0", not lost)
    figure("kill -9: contradictions in log and data", wrong, "0", checked.code == 0)
    after = _tree_sizes(service)
    assert before < after, "checkpoints grow"


def _tree_sizes(service: Service) -> int:
    """The size of the newest exported checkpoint; the check compares all of them with the log."""
    return int(Dangan(service.home)("audit", "verify", "--json").document["leaves"])


def _people(service: Service, token: str, count: int) -> list[str]:
    _, _, found = _retry(lambda: service.ask("GET", f"/api/v1/subjects?limit={count}", token=token))
    return [item["subject"] for item in found["items"]]


def _editing(load: Load, login: str) -> Callable[[int], None]:
    service = load.service
    token = token_of(service.home, login)
    records = []
    for subject in _people(service, token, 5):
        path = f"/api/v1/subjects/{subject}/records/contact"
        _, _, found = service.ask("GET", path, token=token)
        records += [f"{path}/{item['row']}" for item in found[:1]]

    def edit(number: int) -> None:
        record = records[number % len(records)]
        status, _, now = service.ask("GET", record, token=token)
        if status != 200:
            return
        address = f"某路{number}号"
        tag = {"If-Match": f'"{now["version"]}"'}
        body = {"values": {"address": address}}
        status, _, _ = service.ask("PUT", record, body, token=token, **tag)
        if status == 200:
            load.edits[record].append((now["version"] + 1, address))

    return edit


def _joining(load: Load) -> Callable[[int], None]:
    token = token_of(load.service.home, "hrmanager")

    def join(number: int) -> None:
        values = {"name": f"测{chr(0x4E00 + number % 9000)}", "employee_number": f"K{number:05d}"}
        values |= {"id_number": id_number("310104", _day(number), number // 8000, male=True)}
        body = {"rows": [{"set": "identity", "values": values}], "reason": "入职"}
        status, _, made = load.service.ask("POST", "/api/v1/subjects", body, token=token)
        if status == 201:
            load.people.append(made["subject"])
        else:
            load.refused[f"POST /subjects: {status} {str(made)[:300]}"] += 1
        time.sleep(0.1)

    return join


def _day(number: int) -> str:
    return f"19{60 + number // 336 % 40:02d}-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"


def _asking(load: Load) -> Callable[[int], None]:
    """Changes that need approval: each opens a case, named in the answer."""
    service = load.service
    token = token_of(service.home, "finance")
    subjects = _people(service, token, 200)

    def ask(number: int) -> None:
        path = f"/api/v1/subjects/{subjects[number % len(subjects)]}/records/pay"
        status, _, found = service.ask("GET", path, token=token)
        if status != 200 or not found:
            return
        record, tag = f"{path}/{found[0]['row']}", {"If-Match": f'"{found[0]["version"]}"'}
        body = {"values": {"base": str(8000 + number)}, "reason": "调薪"}
        status, _, asked = service.ask("PUT", record, body, token=token, **tag)
        if status == 202:
            load.cases[asked["case"]] = 0
        else:
            load.refused[f"PUT pay: {status} {str(asked)[:300]}"] += 1
        time.sleep(0.2)

    return ask


def _deciding(load: Load) -> Callable[[int], None]:
    service = load.service
    logins = ("hr", "finance", "leader", "head", "hrmanager")
    deciders = [token_of(service.home, login) for login in logins]

    def decide(number: int) -> None:
        token = deciders[number % len(deciders)]
        status, _, box = service.ask("GET", "/api/v1/cases?limit=1", token=token)
        if status != 200 or not box["lines"]:
            time.sleep(0.2)
            return
        case = box["lines"][0]["case"]
        status, _, view = service.ask("GET", f"/api/v1/cases/{case}", token=token)
        if status != 200:
            return
        for step in {turn["step"] for turn in view["turns"]}:
            body = {"step": step, "words": "同意"}
            tag = {"If-Match": f'"{view["version"]}"'}
            status, _, done = service.ask(
                "POST", f"/api/v1/cases/{case}/agree", body, token=token, **tag
            )
            if status == 200:
                load.cases[case] = max(load.cases.get(case, 0), done["version"])
                return

    return decide


def _picturing(load: Load) -> Callable[[int], None]:
    service = load.service
    subjects = _people(service, token_of(service.home, "hrmanager"), 40)
    visitor: list[Visitor] = []

    def picture(number: int) -> None:
        if not visitor:
            visitor.append(Visitor(service.port))
            visitor[0].sign_in("hrmanager", PASSWORD)
        subject = subjects[number % len(subjects)]
        files = {"picture": ("1.png", _drawn(number), "image/png")}
        answer = visitor[0].post(f"/people/{subject}/photo/", files)
        if answer.status_code == 302 and "/people/" in answer.headers["Location"]:
            load.pictures[subject] += 1
        else:
            load.refused[f"photo: {answer.status_code} {answer.headers.get('Location')}"] += 1
            visitor.pop().close()
        time.sleep(0.2)

    return picture


def _drawn(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 420), (number % 256, number // 256 % 256, 99)).save(buffer, "PNG")
    return buffer.getvalue()


def _listed(service: Service, token: str) -> set[str]:
    """Everybody on the roster."""
    found: set[str] = set()
    while True:
        path = f"/api/v1/subjects?limit=200&offset={len(found)}&sort=identity.employee_number"
        _, _, listed = _retry(lambda path=path: service.ask("GET", path, token=token))  # type: ignore[misc]  # of this turn
        found |= {item["subject"] for item in listed["items"]}
        if len(found) >= listed["total"] or not listed["items"]:
            return found


def _lost(load: Load) -> list[str]:
    """What was accepted and is not there."""
    service, lost = load.service, []
    token = token_of(service.home, "hrmanager")

    def ask(path: str) -> Any:
        return _retry(lambda: service.ask("GET", path, token=token))[2]

    for record, accepted in load.edits.items():
        versions = ask(f"{record}/versions")
        numbers = sorted(item["version"] for item in versions)
        if numbers != list(range(1, len(numbers) + 1)):
            lost.append(f"{record}: versions {numbers}")
        lost += [f"{record} v{version}" for version, _ in accepted if version not in numbers]
        now = ask(record)
        version, address = accepted[-1]
        if now["version"] == version and now["cells"]["address"]["value"] != address:
            lost.append(f"{record}: another value")
    # Listed, not opened: one reader's budget of opened dossiers is smaller than what was written.
    lost += sorted(set(load.people) - _listed(service, token))
    kept = _kept(service, sorted(load.pictures))
    for case, version in load.cases.items():
        if kept["cases"].get(case, -1) < version:
            lost.append(f"case {case}: {kept['cases'].get(case)}, accepted {version}")
    lost += [
        f"portrait of {subject}" for subject in sorted(load.pictures.keys() - kept["pictures"])
    ]
    return lost


KEPT = """
import django, json, sys; django.setup()
from uuid import UUID
from dangan.access.queries import console_actor
from dangan.dossiers.queries import portrait
from dangan.workflow.models import Case
def opens(subject):
    try:
        return portrait(console_actor(), UUID(subject)).startswith(b"\\xff\\xd8")
    except Exception:
        return False
print(json.dumps({
    "cases": {str(key): version for key, version in Case.objects.values_list("pk", "version")},
    "pictures": [subject for subject in json.load(sys.stdin) if opens(subject)],
}))
"""


def _kept(service: Service, subjects: list[str]) -> dict[str, Any]:
    """Versions of cases, and whose portraits open: asked at the console, since one reader's budget
    of opened dossiers is smaller than what was written."""
    done = subprocess.run(
        [sys.executable, "-c", KEPT],
        env=service.environment | {"DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
        input=json.dumps(subjects),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
