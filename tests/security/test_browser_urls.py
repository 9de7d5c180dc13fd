"""No address tells whom it is about: links, forms, fragments, redirects and pushed addresses.

Addresses stay behind in histories, proxies and logs. Names, numbers and telephones go in bodies;
what must stand in an address, such as the words of a search, stands there sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from tests.cast import PEOPLE, Cast
from tests.security.conftest import Join
from tests.security.test_web import pages

HTMX = {"HX-Request": "true"}
_ADDRESS = re.compile(
    r"\b(?:href|src|action|formaction|hx-(?:get|post|put|patch|delete|push-url|replace-url)"
    r"|data-[a-z-]*(?:url|href|panel|bell))=[\"']([^\"']*)[\"']"
)
_AT_MOST = 60
"""Kinds of pages looked at by one reader."""


def canaries() -> set[str]:
    known = set()
    for name, (number, _sex, identity, mobile, _unit, _position) in PEOPLE.items():
        known |= {name, number, identity, mobile, name[1:]}
    return known


def addresses(answer: HttpResponse) -> Iterator[str]:
    """Every address an answer bears, decoded as a person reading the address bar would."""
    for name in ("Location", "HX-Push-Url", "HX-Replace-Url", "HX-Redirect", "HX-Location"):
        if name in answer.headers:
            yield answer.headers[name]
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        yield from (unescape(found) for found in _ADDRESS.findall(answer.content.decode()))


def telling(answer: HttpResponse) -> list[str]:
    return [
        given
        for given in addresses(answer)
        if not given.startswith(("data:", "mailto:", "tel:"))
        and any(word in unquote(unquote(given)) for word in canaries())
    ]


def walk(browser: Client) -> Iterator[tuple[str, HttpResponse]]:
    """Follows links from the desk, one page of each kind."""
    todo, kinds = ["/"], set()
    while todo and len(kinds) < _AT_MOST:
        here = todo.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", here)
        if kind in kinds or not here.startswith("/") or "/static/" in here:
            continue
        kinds.add(kind)
        answer = browser.get(here)
        yield here, answer
        for found in addresses(answer):
            parts = urlsplit(urljoin(here, found))
            if not parts.netloc:
                todo.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def test_no_link_of_any_page_names_anybody(cast: Cast, join: Join) -> None:
    seen = 0
    for member in (join("hr_manager", "archivist", name="梁慎行"), join(name="沈知微")):
        for here, answer in walk(member.browser(raise_request_exception=False)):
            assert telling(answer) == [], here
            seen += 1
    assert seen > 50


def test_no_address_pattern_has_room_for_a_name() -> None:
    """Parts of addresses are random identifiers, numbers of pages, or keys of our own tables."""
    converters = set()
    for address in pages(get_resolver().url_patterns):
        converters |= set(re.findall(r"<([a-z_]+):", address))
    assert converters <= {"uuid", "uuidstr", "int", "slug"}


def test_a_search_for_somebody_leaves_nothing_in_an_address(cast: Cast, join: Join) -> None:
    browser = join("hr_manager", "archivist").browser()
    for word in ("沈知微", "020486", "13812345678", "330106199106122040"):
        for address, field in (
            ("/people/", "q"),
            ("/people/search/", "q"),
            ("/archive/search/", "words"),
            ("/archive/loans/", "q"),
            ("/archive/transfers/", "q"),
        ):
            for headers in ({}, HTMX):
                answer = browser.post(address, {field: word}, headers=headers)
                assert answer.status_code in (200, 302), (address, answer.status_code)
                assert telling(answer) == [], address
                if "Location" in answer:
                    assert telling(browser.get(answer["Location"])) == [], address


def test_the_log_is_narrowed_to_a_person_by_a_body(cast: Cast, join: Join) -> None:
    answer = join("auditor").browser().post("/audit/person/", {"number": "020486"})
    assert answer.status_code == 302 and telling(answer) == []
    assert str(cast.people["沈知微"]) in answer["Location"]


def test_a_search_by_address_finds_nobody(cast: Cast, join: Join) -> None:
    """A link with a name in it, typed or sent by mail, is not answered: people would keep it."""
    page = join("hr_manager").browser().get("/people/", {"q": "沈知微"}).content.decode()
    assert "罗文博" in page and 'value="沈知微"' not in page
    assert (
        join("archivist").browser().get("/archive/search/", {"words": "沈知微"}).status_code == 200
    )
