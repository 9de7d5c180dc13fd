"""Garbage in every part of a request, as every role: never a 5xx, never a value not meant for them.

The API is called by schemathesis from its own description; pages get what no form would send, in
path, query, fields, files, headers and cookies. Some hundred calls by default, 20 000 and more
under ``make soak``. Each call is undone: it stands alone and can be repeated from what is printed.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks
from tests.archive import make_archive
from tests.cast import Cast, make_cast
from tests.house.test_routes_classified import routes
from tests.soak import canaries
from tests.soak.canaries import FAR_PERSON, NEAR_PERSON, ROLES, Asker, Canary
from tests.soak.figures import Figure

import dangan

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default")]

API_CASES = int(os.environ.get("DANGAN_FUZZ_CASES", "22000"))
PAGE_CASES = API_CASES // 2
BRIEF = 100
"""Besides those of tests/api/test_schemathesis.py."""
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)
api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
api.config.phases.coverage.enabled = False

NASTY = (
    "", " ", "0", "-1", "1e999", "NaN", "9" * 40, "\x00", "a\x00b", "\ud7ff", "\u202e隐\u2066藏",
    "𠮷" * 3, "'", '"', "' OR 1=1 --", "%", "%s", "%00", "{}", "{{7*7}}", "${7*7}", "../../x",
    "<script>alert(1)</script>", "=1+1", "@SUM(A1)", "null", "[]", "true", "0000-00-00", "2024-13",
    "9999-12-31", "2026-02-30", "10000-01-01", "none", "identity", "identity.name", "1,2,3", "٣",
    "-identity.name", "contact.mobile", "沈", "shen", "长" * 3000, "a" * 70000, "\r\nX: y", "0x10",
    "http://example.com/", "//example.com", "javascript:alert(1)", "１２３", "1" * 19, "1_000",
    "00000000-0000-0000-0000-000000000000", "9223372036854775808", "-9223372036854775809",
    "2147483648", "32768",
)  # fmt: skip
HEADERS = (
    "HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Boosted", "X-Purpose", "Range",
    "Accept-Language", "Accept", "If-Match", "If-None-Match", "If-Modified-Since", "Referer",
    "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "X-Background", "Origin",
    "Authorization", "Content-Language", "Content-Range",
)  # fmt: skip
NAMES = (
    "q", "sort", "page", "offset", "limit", "set", "unit", "columns", "next", "state", "from", "to",
    "view", "as_of", "row", "version", "base_version", "reason", "kind", "name", "value", "values",
    "file", "files", "date", "day", "year", "code", "role", "subject", "account", "password", "key",
    "login", "current", "new", "again", "filters", "filter", "descending", "ids", "items", "step",
    "chosen", "text", "note", "comment", "verb", "purpose", "label", "scopes", "days", "until",
    "number", "ask", "mobile", "position", "joined", "level", "category", "title", "month", "pages",
    "material", "volume", "place", "language", "lang", "topic", "format", "identity.name",
)  # fmt: skip
"""Names of fields and parameters; those of every form are added from the templates."""


@lru_cache(maxsize=1)
def form_names() -> tuple[str, ...]:
    """With the names that stand in templates and forms."""
    source = Path(dangan.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in source.glob("**/templates/**/*.html")]
    texts += [path.read_text(encoding="utf-8") for path in source.glob("**/views/*.py")]
    texts += [path.read_text(encoding="utf-8") for path in source.glob("**/views.py")]
    found = {name for text in texts for name in FORM_NAME.findall(text)}
    return (*NAMES, *sorted(found - set(NAMES)))


FORM_NAME = re.compile(
    r"""(?:name="|(?:POST|GET|FILES)(?:\.get|\.getlist)?[\[(]["'])([a-z_]{1,30})["']"""
)


@dataclass
class Found:
    """What went wrong, once for each place in the code."""

    asked: int = 0
    broke: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    last: str = ""

    def seen(self, **_signal: Any) -> None:
        """Where the exception came from, for a person to mend."""
        kind, error, trace = sys.exc_info()
        if kind is not None and trace is not None:
            ours = [frame for frame in extract_tb(trace) if "/dangan/" in frame.filename]
            where = (
                f"{ours[-1].filename.rpartition('/dangan/')[2]}:{ours[-1].lineno}" if ours else ""
            )
            self.last = f"{kind.__name__} at {where}: {str(error)[:90]}"


@dataclass
class World:
    cast: Cast
    planted: list[Canary]
    things: list[str]
    found: Found = field(default_factory=Found)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """One connection for the whole test: what a request does is undone, so it must not close it."""
    cache.clear()
    cast = make_cast()
    planted = canaries.plant(cast)
    archive = make_archive(cast)
    volumes = [archive.volume(name, "employee_file").pk for name in (NEAR_PERSON, FAR_PERSON)]
    things = [*cast.people.values(), *cast.units.values(), *volumes, *archive.materials.values()]
    made = World(cast, planted, [str(thing) for thing in things])
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    got_request_exception.connect(made.found.seen)
    yield made
    got_request_exception.disconnect(made.found.seen)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def generated(examples: int) -> Callable[[Any], Any]:
    """The same calls every time; all of them, whatever is found."""
    return settings(
        max_examples=max(1, examples),
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


# --- the API -------------------------------------------------------------------------------------


def fuzz_api(world: World, every: int) -> None:
    """So many calls, spread over all roles and operations."""
    operations = [result.ok() for result in api.get_all_operations()]
    callers = [asker for role in ROLES if (asker := canaries.asker(role, world.cast)).token]
    pairs = [(caller, operation) for caller in callers for operation in operations]
    pairs = pairs[:: max(1, len(pairs) // every)]
    for caller, operation in pairs:
        _api_as(world, caller, operation, every // len(pairs) or 1)


def _api_as(world: World, caller: Asker, operation: Any, calls: int) -> None:
    @generated(calls)
    @given(case=operation.as_strategy(), person=st.sampled_from([NEAR_PERSON, FAR_PERSON]))
    def call(case: Any, person: str) -> None:
        if "subject" in (case.path_parameters or {}):
            case.path_parameters["subject"] = str(world.cast.people[person])
        _api_call(world, caller, case)

    call()


def _api_call(world: World, caller: Asker, case: Any) -> None:
    cache.clear()
    found = world.found
    found.asked += 1
    found.last = ""
    headers = {"Authorization": f"Bearer {caller.token}"}
    with transaction.atomic():
        answer = case.call(headers=headers)
        transaction.set_rollback(True)
    found.statuses[answer.status_code] += 1
    what = f"{case.method} {case.operation.path}"
    try:
        case.validate_response(answer, checks=CHECKS, headers=headers)
    except (FailureGroup, AssertionError) as failed:
        told = [str(one).split("\n")[0] for one in getattr(failed, "exceptions", [failed])]
        found.broke[f"{what}: {answer.status_code} {found.last or told}"] += 1
    text = f"{dict(answer.headers)}{answer.text}"
    for leak in canaries.leaked(text, caller, world.planted):
        found.leaks[f"{what} told {caller.role} {leak}"] += 1


def test_a_hundred_calls_of_the_api_by_every_role(world: World) -> None:
    fuzz_api(world, BRIEF)
    assert world.found.broke == {}
    assert world.found.leaks == {}
    assert world.found.asked >= BRIEF // 2


# --- pages ---------------------------------------------------------------------------------------


def values(things: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(NASTY), st.sampled_from(things), st.text(max_size=20), st.uuids().map(str)
    )


@dataclass(frozen=True)
class Request:
    route: Any
    method: str
    path: str
    query: dict[str, str]
    fields: dict[str, Any]
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes | None


@st.composite
def requests(draw: st.DrawFn, known: list[Any], things: list[str]) -> Request:
    """Something for one of the addresses."""
    value = values(things)
    route = draw(st.sampled_from(known))
    path = _path(draw, route, things)
    names = st.one_of(st.sampled_from(form_names()), st.text(max_size=8))
    fields: dict[str, Any] = draw(st.dictionaries(names, value, max_size=6))
    if draw(st.integers(0, 5)) == 0:
        name = draw(st.sampled_from(["file", "files", "picture", "photo", "book", "paper"]))
        content = draw(st.one_of(st.binary(max_size=64), st.sampled_from(FILES)))
        kind = draw(st.sampled_from(["image/png", "application/pdf", "text/html", ""]))
        fields[name] = SimpleUploadedFile(draw(value)[:60] or "x", content, kind)
    headers = draw(st.dictionaries(st.sampled_from(HEADERS), value, max_size=3))
    return Request(
        route,
        draw(st.sampled_from(["GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"])),
        path,
        draw(st.dictionaries(names, value, max_size=4)),
        fields,
        {key: _one_line(text)[:4000] for key, text in headers.items()},
        draw(st.dictionaries(st.sampled_from(["csrftoken", "messages", "x"]), value, max_size=1)),
        draw(st.none() | st.none() | st.binary(max_size=60) | st.sampled_from(BODIES)),
    )


FILES = (
    b"%PDF-1.7\n%",
    b"\x89PNG\r\n\x1a\n",
    b"PK\x03\x04",
    b"\xff\xd8\xff\xe0",
    b"<svg/onload=alert(1)>",
)
BODIES = (b"{", b"[]", b'{"a": NaN}', b'"x"', b"null", b"[" * 2000, b"\xff\xfe", b"a=%ff&b=%00")


def _one_line(text: str) -> str:
    """As far as a server hands headers on."""
    return "".join(
        sign for sign in text.encode("utf-8", "replace").decode("latin-1") if sign >= " "
    )


def _path(draw: st.DrawFn, route: Any, things: list[str]) -> str:
    """The address, with ids of things that exist, of others, or with garbage in its places."""
    text = _addresses()[route.name]
    parts = []
    for part in text.split("/"):
        if not part.startswith("<"):
            parts.append(part)
        elif "uuid" in part:
            parts.append(draw(st.sampled_from(things) | st.uuids().map(str)))
        elif "int:" in part:
            parts.append(draw(st.sampled_from(["0", "1", "2", "99", "9" * 25])))
        else:
            word = st.sampled_from(["identity", "contact", "pay", "sex", "x", "all", "1", "\u6c88"])
            parts.append(draw(word))
    return "/".join(parts)


def _addresses() -> dict[str, str]:
    if not ADDRESSES:
        ADDRESSES.update(_walk(None, "", ""))
    return ADDRESSES


ADDRESSES: dict[str, str] = {}


def _walk(resolver: Any, namespace: str, before: str) -> Iterator[tuple[str, str]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, f"{before}{entry.pattern}")
        else:
            yield f"{namespace}{entry.name or ''}", f"/{before}{entry.pattern}"


def fuzz_pages(world: World, every: int, roles: tuple[str, ...] = ROLES) -> None:
    known = [route for route in routes() if not route.name.startswith("api:")]
    known = [route for route in known if route.name not in {"access:logout"}]
    askers = [canaries.asker(role, world.cast) for role in roles]
    for asker in [*askers, Asker("nobody", UUID(int=0), "")]:
        _pages_as(world, asker, known, every // (len(askers) + 1))
        cache.clear()


def _pages_as(world: World, asker: Asker, known: list[Any], calls: int) -> None:
    browser = asker.browser() if asker.role != "nobody" else Client()
    browser.raise_request_exception = False
    session = {key: morsel.value for key, morsel in browser.cookies.items()}

    @generated(calls)
    @given(asked=requests(known, world.things))
    def send(asked: Request) -> None:
        browser.cookies.clear()
        for key, value in session.items():
            browser.cookies[key] = value
        _page_call(world, asker, browser, asked)

    send()


def _page_call(world: World, asker: Asker, browser: Client, asked: Request) -> None:
    found = world.found
    found.asked += 1
    found.last = ""
    if found.asked % 20 == 0:
        cache.clear()
    for key, value in asked.cookies.items():
        browser.cookies[key] = "".join(c for c in value if " " < c < "\x7f" and c not in ';,"\\')[
            :500
        ]
    with transaction.atomic():
        answer = _send(browser, asked)
        transaction.set_rollback(True)
    found.statuses[answer.status_code] += 1
    if answer.status_code >= 500:
        found.broke[f"{asked.method} {asked.route.name}: {answer.status_code} {found.last}"] += 1
    text = "" if answer.streaming else answer.content.decode(errors="replace")
    heads = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
    for leak in canaries.leaked(heads + text, asker, world.planted):
        found.leaks[f"{asked.method} {asked.route.name} told {asker.role} {leak}"] += 1


def _send(browser: Client, asked: Request) -> Any:
    if asked.method == "GET":
        return browser.get(asked.path, asked.query, headers=asked.headers)
    if asked.body is not None:
        return browser.generic(
            asked.method, asked.path, asked.body, "application/json", headers=asked.headers
        )
    if asked.method == "POST":
        return browser.post(asked.path, asked.fields, headers=asked.headers)
    return browser.generic(asked.method, asked.path, headers=asked.headers)


def test_a_hundred_requests_for_pages_by_every_role(world: World) -> None:
    fuzz_pages(world, BRIEF)
    assert world.found.broke == {}
    assert world.found.leaks == {}


@pytest.mark.soak
def test_twenty_thousand_calls_of_the_api(world: World, figure: Figure) -> None:
    fuzz_api(world, API_CASES)
    _tell("schemathesis as every role", world.found, figure, API_CASES * 9 // 10)


@pytest.mark.soak
def test_ten_thousand_requests_for_pages(world: World, figure: Figure) -> None:
    fuzz_pages(world, PAGE_CASES)
    _tell("garbage to pages as every role", world.found, figure, PAGE_CASES * 9 // 10)


def _tell(what: str, found: Found, figure: Figure, least: int) -> None:
    for places in (found.broke, found.leaks):
        for place, count in places.most_common():
            print(f"{count:5} {place}")
    print(sorted(found.statuses.items()))
    broke, leaks = sum(found.broke.values()), sum(found.leaks.values())
    figure(f"{what}: calls", found.asked, f"≥ {least:,}", found.asked >= least)
    figure(f"{what}: 5xx and answers not as described", broke, "0", broke == 0)
    figure(f"{what}: leaks of canaries", leaks, "0", leaks == 0)
