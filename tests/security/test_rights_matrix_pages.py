"""Every address and operation, each method, asked by every role about people near, far and gone.

What it takes to open an address stands in data/route_rights.tsv, who holds it in
data/permission_roles.tsv; neither is read from the program (rights_tables.py adds what is new).
Whoever does not hold it is refused and the refusal is in the log; whoever holds it over another
branch, or asks for a dossier that the law has put aside, is told nothing of the person. A sample
runs by default, every combination under ``make soak``.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.urls.converters import get_converters
from tests.archive import make_archive
from tests.cast import Cast
from tests.house.test_routes_classified import Route, routes
from tests.security.rights_tables import (
    holders,
    rights_of_routes,
    stated_holders,
    stated_routes,
)
from tests.soak.figures import Figure

from dangan.access import actions as access
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor, token_scopes
from dangan.api.build import api
from dangan.audit.actions import recording
from dangan.confidentiality import actions as secrecy
from dangan.dossiers import destroying
from dangan.dossiers.models import Record, Subject

BACKEND = "dangan.access.backends.SealedLogin"
PASSWORD = "chengxu2026"
ROLES = (
    "employee", "head", "hr_specialist", "hr_manager", "administration", "finance", "legal", "it",
    "security_admin", "archivist", "leader", "privacy_officer", "auditor",
)  # fmt: skip
NEAR, FAR = "华东公司", "华南公司"
TOLD = {
    "沈知微": ("沈知微", "020486", "13812345678", "33010619910612"),
    "罗文博": ("罗文博", "030001", "13900000001", "44010619880202"),
    "俞书衡": ("俞书衡", "020103", "13800000103", "33010619850505"),
}
TOKENS_NEVER = {"security_admin", "auditor"}
"""Roles without ``tokens.own``: their deeds want a person in front of the page."""
SAMPLE = 60


@dataclass
class Asker:
    """One role over one branch, by session and by token; or nobody."""

    role: str
    branch: str
    account: UUID | None = None
    session: str = ""
    token: str = ""

    def arrive(self) -> None:
        """Signs in; since every question is undone, no session is kept alive by asking."""
        browser = Client()
        browser.force_login(Account.objects.get(pk=self.account), BACKEND)
        self.session = browser.cookies[settings.SESSION_COOKIE_NAME].value

    def fresh(self) -> Client:
        """A browser that has nothing but the session, whatever was asked before."""
        browser = Client(raise_request_exception=False)
        if self.session:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return browser

    def holds(self, right: str) -> bool:
        if right in {"public", "signed in"}:
            return True
        return self.role in holders()[right]


@dataclass
class World:
    cast: Cast
    things: dict[str, dict[str, Any]]
    """By person, what stands in addresses."""
    askers: list[Asker]


@pytest.fixture
def world(cast: Cast) -> World:
    archive = make_archive(cast)
    console = console_actor(purpose="测试")
    for person in TOLD:
        archive.volume(person, "employee_file")
    things = {person: _things(cast, person, archive.volumes[person].pk) for person in TOLD}
    # 罗文博's dossier is put aside by law; 俞书衡 holds a secret post.
    Subject.objects.filter(pk=cast.people["罗文博"]).update(state=Subject.State.DEPARTED)
    with recording(console):
        destroying.restrict(console, subject=cast.people["罗文博"])
    wish = secrecy.PostWish(
        unit=cast.units["财务部"],
        position="会计",
        level="1",
        duties="不得外传。",
        training_months=24,
        checks=(),
        needs_agreement=False,
    )
    secrecy.open_post(cast.actor("hr_manager", name="梁慎行"), wish=wish)
    askers = [_asker(role, branch, cast) for branch in (NEAR, FAR) for role in ROLES]
    askers.append(Asker("nobody", ""))
    ended = _asker("hr_manager", NEAR, cast)
    ended.role = "ended"
    access.lock_account(console, account=ended.account)
    cache.clear()
    return World(cast, things, [*askers, ended])


def _things(cast: Cast, person: str, volume: UUID) -> dict[str, Any]:
    subject = cast.people[person]
    record = Record.objects.get(subject=subject, info_set="contact", current=True)
    return {"subject": subject, "volume": volume, "info_set": "contact", "row": record.row}


def _asker(role: str, branch: str, cast: Cast) -> Asker:
    anchor = cast.units[branch]
    subject = cast.people["陆怀瑾" if branch == NEAR else "何雨桐"] if role == "employee" else None
    made = access.create_account(
        console_actor(),
        login=f"u-{uuid4()}",
        name=role,
        subject=subject,
        roles=[] if role == "employee" else [(role, anchor)],
        password=PASSWORD,
        must_change=False,
    )
    if role == "employee":  # one account a person: two more employees would be refused
        Account.objects.filter(pk=made.id).update(subject=subject)
    asker = Asker(role, branch, made.id)
    asker.arrive()
    if role not in TOKENS_NEVER:
        actor = actor_of(made.id)
        asker.token = access.create_token(
            actor, label="测试", scopes=token_scopes(actor), days=1
        ).raw
    return asker


@dataclass(frozen=True)
class Cell:
    """One question: which address, how, who, about whom."""

    name: str
    method: str
    address: str
    right: str
    person: str
    """About whom; empty: nobody's thing stands in the address."""
    by_token: bool = False


def cells(world: World) -> Iterator[Cell]:
    """Every address with the things of every person, each method that could be sent."""
    rights = rights_of_routes()
    for route in routes():
        if route.name.startswith("api:") or route.name not in rights:
            continue
        names = set(route.pattern.pattern.converters)
        for person in TOLD if names & {"subject", "volume"} else [""]:
            address = _address(route, world.things.get(person, {}))
            for method in ("GET", "POST"):
                if address:
                    yield Cell(route.name, method, address, rights[route.name], person)
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"{'/'.join(operation.methods)} {prefix}{path}"
                for person in TOLD if "{uuidstr:subject}" in path else [""]:
                    address = _operation(f"{prefix}/{path}", world.things.get(person, {}))
                    for method in operation.methods:
                        yield Cell(name, method, address, rights[name], person, by_token=True)


def _address(route: Route, things: dict[str, Any]) -> str:
    kinds = {type(converter): name for name, converter in get_converters().items()}
    sample = {"uuid": uuid4(), "int": 987654321, "slug": "identity", "str": "x", "path": "x"}
    values = {
        name: things.get(name, sample.get(kinds.get(type(converter), "str"), uuid4()))
        for name, converter in route.pattern.pattern.converters.items()
    }
    try:
        return reverse(route.name, kwargs=values)
    except NoReverseMatch:
        return ""


def _operation(path: str, things: dict[str, Any]) -> str:
    parts = []
    for part in f"/api/v1/{path}".split("/"):
        name = part.strip("{}").rpartition(":")[2]
        parts.append(str(things.get(name, uuid4())) if part.startswith("{") else part)
    return "/".join(part for part in parts if part).join(("/", ""))


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    sent: str
    """Where it sends on to."""
    text: str
    """Headers and body."""
    noted: bool
    """A refusal is in the log of it."""
    asks_for_proof: bool
    """Who may do this is asked to prove themselves again first."""


def ask(asker: Asker, cell: Cell) -> Answer:
    """Nothing of the question stays: each stands alone."""
    with transaction.atomic():
        before = _refusals(asker)
        if cell.by_token:
            headers = {"If-Match": '"1"'}
            if asker.token:
                headers["Authorization"] = f"Bearer {asker.token}"
            answer = Client(raise_request_exception=False).generic(
                cell.method, cell.address, "{}", content_type="application/json", headers=headers
            )
        else:
            answer = asker.fresh().generic(cell.method, cell.address)
        noted = _refusals(asker) > before
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        sent = answer.headers.get("Location", "")
        heads = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
        transaction.set_rollback(True)
    proof = answer.headers.get("X-Step-Up") == "1"
    return Answer(answer.status_code, sent, f"{heads}\n{text}", noted, proof)


def _refusals(asker: Asker) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE actor = %s AND outcome = 'refused'",
            [asker.account],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def fault(world: World, asker: Asker, cell: Cell) -> str:
    """What is wrong with the answer; empty when it is as the tables say."""
    answer = ask(asker, cell)
    if answer.status >= 500:
        return f"broke with {answer.status}"
    wrong = _wrong(asker, cell, answer)
    if not wrong and cell.person and not _may_know(asker, cell.person):
        wrong = next((f"tells {word}" for word in TOLD[cell.person] if word in answer.text), "")
    return wrong


def _wrong(asker: Asker, cell: Cell, answer: Answer) -> str:
    unknown = asker.role in {"nobody", "ended"} or (cell.by_token and not asker.token)
    wrong = ""
    if cell.right == "public":
        pass
    elif unknown:
        turned_away = answer.status == 401 if cell.by_token else answer.sent.startswith("/login/")
        wrong = "" if turned_away else f"answered {answer.status} to somebody unknown"
    elif cell.by_token and answer.status == 422:
        pass  # what was asked could not be read, before it was seen who may ask it
    elif asker.holds(cell.right) and answer.asks_for_proof:
        pass
    elif answer.status == 403:
        wrong = "" if answer.noted else "a refusal that the log does not have"
    elif not asker.holds(cell.right):
        wrong = f"answered {answer.status}, holds no {cell.right}"
    elif answer.sent.startswith("/login/") and cell.name != "access:logout":
        wrong = "sent to the log-in page"
    return wrong


def _may_know(asker: Asker, person: str) -> bool:
    """Who has the person in reach; a dossier put aside is in nobody's."""
    if person == "罗文博" or asker.role in {"nobody", "ended", "it", "security_admin", "auditor"}:
        return False
    return asker.branch == NEAR and asker.role != "employee"


def _count(world: World, every: int) -> tuple[Counter[str], list[str]]:
    counted: Counter[str] = Counter()
    faults = []
    for cell in cells(world):
        for asker in world.askers:
            key = f"{cell.name}{cell.method}{cell.person}{asker.role}{asker.branch}"
            if zlib.crc32(key.encode()) % every:
                continue
            counted["asked"] += 1
            if wrong := fault(world, asker, cell):
                faults.append(
                    f"{cell.method} {cell.name} ({cell.person or 'nobody'}) by"
                    f" {asker.role} of {asker.branch}: {wrong}"
                )
        cache.clear()
        if counted["asked"] // 2000 > counted["arrivals"]:
            counted["arrivals"] += 1
            for asker in world.askers:
                if asker.account and asker.role != "ended":
                    asker.arrive()
    return counted, faults


def test_the_tables_speak_of_every_address_and_permission() -> None:
    """Something new? ``python -m tests.security.rights_tables`` adds it; read the difference."""
    stated, roles = stated_routes(), stated_holders()
    assert sorted(stated.keys() - rights_of_routes().keys()) == []
    assert sorted(roles.keys() - holders().keys()) == []
    assert {name: stated[name] for name in rights_of_routes().keys() & stated} == {
        name: right for name, right in rights_of_routes().items() if name in stated
    }
    assert {key: frozenset(value.split()) for key, value in roles.items()} == {
        key: value for key, value in holders().items() if key in roles
    }


def test_a_sample_of_all_questions_is_answered_as_the_tables_say(world: World) -> None:
    counted, faults = _count(world, SAMPLE)
    assert faults == []
    assert counted["asked"] > 300


@pytest.mark.soak
def test_every_question_is_answered_as_the_tables_say(world: World, figure: Figure) -> None:
    counted, faults = _count(world, 1)
    asked = counted["asked"]
    figure("rights matrix: pages and operations asked", asked, "≥ 20,000", asked >= 20_000)
    what = "rights matrix: wrong answers, leaks and refusals that the log does not have"
    print(*faults[:50], sep="\n")
    figure(what, len(faults), "0", not faults)
