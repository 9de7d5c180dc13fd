"""What another site can make somebody's browser send, and what other words in a request do."""

from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client
from tests.cast import Cast, written_events
from tests.security.conftest import PASSWORD, Join, call

from dangan.access.crossing import crosses
from dangan.dossiers.models import Subject

OURS = "https://dangan.example"


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("POST", {"Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Sec-Fetch-Site": "none"}, False),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                  "Sec-Fetch-Dest": "document"}, True),
        ("POST", {"Sec-Fetch-Site": "same-site"}, True),
        ("DELETE", {"Sec-Fetch-Site": "cross-site"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                 "Sec-Fetch-Dest": "document"}, False),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                 "Sec-Fetch-Dest": "iframe"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
                 "Sec-Fetch-Dest": "image"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, True),
        ("GET", {"Sec-Fetch-Site": "what-comes-later"}, True),
        ("POST", {"Origin": OURS}, False),
        ("POST", {"Origin": "https://evil.example"}, True),
        ("POST", {"Origin": "http://dangan.example"}, True),
        ("POST", {"Origin": "null"}, True),
        ("POST", {}, False),
        ("GET", {"Origin": "https://evil.example"}, False),
    ],
)  # fmt: skip
def test_where_a_request_comes_from(method: str, headers: dict[str, str], refused: bool) -> None:
    assert crosses(method, headers, OURS) is refused


def test_a_form_on_another_site_reaches_no_page_even_with_the_token(cast: Cast, join: Join) -> None:
    browser = join("hr_manager").browser()
    before = Subject.objects.count()
    answer = browser.post("/people/search/", {"q": "沈"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and "另一个网站" in answer.content.decode()
    assert ("access.refuse", "refused") in written_events()
    assert Subject.objects.count() == before
    allowed = browser.post(
        "/people/search/", {"q": "沈"},
        headers={"Sec-Fetch-Site": "same-origin", "HX-Request": "true"},
    )  # fmt: skip
    assert allowed.status_code == 200


def test_a_zero_character_in_typed_text_is_refused(cast: Cast, join: Join) -> None:
    """No keyboard makes one and no table takes it: pages and programs hear 400."""
    browser = join("hr_manager").browser()
    for address in ("/flows/?kind=%00", "/people/?unit=a%00b", "/login/?next=%00"):
        assert browser.get(address).status_code == 400, address
    assert browser.post("/people/search/", {"q": "沈\0"}).status_code == 400
    problem = Client().get("/api/v1/subjects?code=%00")
    assert (problem.status_code, problem["Content-Type"]) == (400, "application/problem+json")
    assert problem.json()["type"] == "/api/v1/problems/bad-request"


def test_another_site_can_neither_embed_nor_measure_a_page(cast: Cast, join: Join) -> None:
    browser = join("hr_manager").browser()
    address = f"/people/{cast.people['沈知微']}/"
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
                "Sec-Fetch-Dest": "image"}  # fmt: skip
    assert browser.get(address, headers=embedded).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document"}  # fmt: skip
    assert browser.get(address, headers=followed).status_code == 200


def test_a_program_with_a_token_needs_no_browser(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    assert member.call("GET", "/subjects").status_code == 200
    crossed = call(member.token(), "GET", "/subjects", **{"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403


def test_no_answer_lets_another_origin_read_it(cast: Cast, join: Join) -> None:
    token = join("hr_manager").token()
    for method in ("GET", "OPTIONS"):
        answer = call(token, method, "/subjects", Origin="https://evil.example")
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
def test_methods_that_no_page_knows_are_refused(cast: Cast, method: str) -> None:
    assert Client().generic(method, "/login/").status_code == 405


def test_a_header_does_not_turn_one_method_into_another(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    subject = cast.people["沈知微"]
    browser = member.browser()
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert browser.get("/logout/", headers={name: "POST"}).status_code == 405
        answer = call(member.token(), "GET", f"/subjects/{subject}", **{name: "DELETE"})
        assert answer.status_code == 200
    assert browser.get("/logout/", {"_method": "POST"}).status_code == 405
    assert browser.get("/people/").status_code == 200


def test_addresses_told_by_a_proxy_do_not_choose_the_page(cast: Cast, join: Join) -> None:
    """Nor another host: redirects and links stay within this one."""
    browser = Client()
    forged = {"X-Original-URL": "/people/", "X-Rewrite-URL": "/people/",
              "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}  # fmt: skip
    answer = browser.get("/login/", headers=forged)
    assert answer.status_code == 200 and "evil.example" not in answer.content.decode()
    assert browser.get("/people/", headers=forged)["Location"].startswith("/login/")


def test_a_page_is_no_style_sheet_by_its_ending(cast: Cast, join: Join) -> None:
    """Cache deception: a cache in between that goes by endings finds nothing to keep."""
    browser = join("hr_manager").browser()
    person = f"/people/{cast.people['沈知微']}/"
    for ending in ("x.css", "static/x.js", "..%2fx.png", ";x.css", "%0Ax.css", "%3Fx.css"):
        answer = browser.get(person + ending)
        assert answer.status_code == 404 and answer["Cache-Control"] == "no-store", ending


def test_the_last_of_two_values_counts_everywhere(cast: Cast, join: Join) -> None:
    """Parameter pollution: what is checked is what is used."""
    member = join("hr_manager")
    body = f"login={member.login}&password=falsch2026&password={PASSWORD}"
    answer = Client().post("/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    turned = f"login={member.login}&password={PASSWORD}&password=falsch2026"
    refused = Client().post("/login/", turned, content_type="application/x-www-form-urlencoded")
    assert refused.status_code == 422
    two = Client().post("/login/?password=" + PASSWORD, {"login": member.login, "password": "x1"})
    assert two.status_code == 422


def test_the_api_takes_json_and_nothing_that_a_form_could_send(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    client = Client(raise_request_exception=False)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.generic(
            "POST", "/api/v1/subjects", b'{"rows": []}', content_type=kind,
            headers={"Authorization": f"Bearer {member.token()}"},
        )  # fmt: skip
        assert answer.status_code in (400, 415, 422), kind


def test_a_cookie_opens_nothing_of_the_api(cast: Cast, join: Join) -> None:
    assert join("hr_manager").browser().get("/api/v1/subjects").status_code == 401


def test_bodies_are_bounded(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    large = b'{"rows": "' + b"x" * (6 * 2**20) + b'"}'
    answer = Client(raise_request_exception=False).generic(
        "POST", "/api/v1/subjects", large, content_type="application/json",
        headers={"Authorization": f"Bearer {member.token()}"},
    )  # fmt: skip
    assert answer.status_code == 413
    browser = member.browser(raise_request_exception=False)
    many = {f"f{number}": "1" for number in range(1100)}
    assert browser.post("/people/search/", many).status_code == 400
    assert browser.post("/people/search/", {"q": "x" * (6 * 2**20)}).status_code in (200, 400, 413)
    assert RequestDataTooBig  # what Django raises for a form beyond DATA_UPLOAD_MAX_MEMORY_SIZE


def test_passwords_are_masked_and_taken_as_typed(cast: Cast, join: Join) -> None:
    """Neither cut nor changed in case nor trimmed on the way."""
    page = Client().get("/login/").content.decode()
    assert 'type="password"' in page
    member = join("hr_manager")
    for near in (PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1]):
        assert (
            Client().post("/login/", {"login": member.login, "password": near}).status_code == 422
        )
    answer = Client().post("/login/", {"login": member.login, "password": PASSWORD})
    assert answer.status_code == 302
