"""Who may call at all, and how the API says no."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.api.conftest import Caller
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _body(response: Any) -> Any:
    return json.loads(response.content)


@pytest.mark.parametrize("header", [None, "Bearer dgn_nonsense", "Bearer ", "Basic aHI6aHI=", "x"])
def test_without_a_valid_token_nobody_gets_in(cast: Cast, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    refused = Client().get("/api/v1/subjects", headers=headers)
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert refused["Content-Type"] == "application/problem+json"


def test_a_session_of_the_pages_opens_nothing_here(cast: Cast, caller: Any) -> None:
    caller("hr")
    client = Client()
    client.post("/login/", {"login": "hr", "password": "Dangan2026"})
    assert client.get("/api/v1/subjects").status_code == 401


def test_a_token_does_no_more_than_its_scopes(cast: Cast, caller: Any) -> None:
    reader = caller("hr", ["roster.view", "data.read"])
    assert reader("GET", "/subjects").status_code == 200
    assert reader("GET", f"/subjects/{cast.people['沈知微']}").status_code == 403
    without_data = Caller(reader.token, reader.account)
    listed = _body(without_data("GET", "/organisation"))
    assert listed["needs"] == "organization.view"


def test_problems_speak_the_callers_language(cast: Cast, caller: Any) -> None:
    hr = caller("hr")
    path = "/subjects/00000000-0000-4000-8000-000000000000"
    chinese = _body(hr("GET", path))["title"]
    traditional = _body(hr("GET", path, **{"Accept-Language": "zh-hant"}))["title"]
    english = _body(hr("GET", path, **{"Accept-Language": "en"}))["title"]
    assert chinese == "没有找到，或者你无权查看"
    assert len({chinese, traditional, english}) == 3
    assert english.isascii()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("PATCH", "/subjects", 405),
        ("GET", "/subjects/not-a-uuid", 404),
        ("GET", "/subjects?limit=0", 422),
        ("GET", "/subjects?limit=9999", 422),
        ("GET", "/subjects?unit=x", 422),
    ],
)
def test_wrong_addresses_and_parameters_are_problems(
    cast: Cast, caller: Any, method: str, path: str, status: int
) -> None:
    answer = caller("hr")(method, path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert _body(answer)["status"] == status


def test_a_body_that_is_no_json_is_a_problem(cast: Cast, caller: Any) -> None:
    hr = caller("hr")
    answer = Client(raise_request_exception=False).generic(
        "POST",
        "/api/v1/search",
        b"\xff{not json",
        content_type="application/json",
        headers={"Authorization": f"Bearer {hr.token}"},
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_too_many_calls_are_slowed_down(
    cast: Cast, caller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dangan.api.tokens.PerActor.allow_request", lambda *_: False)
    answer = caller("hr")("GET", "/organisation")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1


def test_the_description_is_open_and_complete(cast: Cast) -> None:
    described = Client().get("/api/v1/openapi.json")
    assert described.status_code == 200
    schema = described.json()
    assert schema["openapi"].startswith("3.1")
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert operation["operationId"], path
            assert operation["summary"], path
            assert operation["security"], path
            assert "application/problem+json" in operation["responses"]["404"]["content"]


def test_the_dictionary_and_the_organisation_are_read(cast: Cast, caller: Any) -> None:
    hr = caller("hr")
    sets = {item["key"]: item for item in _body(hr("GET", "/dictionary"))["sets"]}
    assert {"identity", "contact", "family"} <= sets.keys()
    codes = _body(hr("GET", "/dictionary/code-tables/sex"))["codes"]
    assert ("1", "男性") in {(code["code"], code["name"]) for code in codes}
    assert hr("GET", "/dictionary/code-tables/nonsense").status_code == 404
    units = _body(hr("GET", "/organisation"))["units"]
    assert units[0]["name"] == "示例集团"
    it = caller("it")
    assert it("GET", "/dictionary").status_code == 200
    assert it("GET", "/subjects").status_code == 403
