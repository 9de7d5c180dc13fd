"""People and dossiers through the API, and the search across them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cast import PEOPLE, Cast

pytestmark = pytest.mark.django_db


def _body(response: Any) -> Any:
    return json.loads(response.content)


def test_the_list_holds_everyone_within_reach(caller: Any, cast: Cast) -> None:
    found = _body(caller("hr")("GET", "/subjects?limit=4&sort=identity.employee_number"))
    assert found["total"] == len(PEOPLE)
    assert len(found["items"]) == 4
    assert found["items"][0]["cells"]["identity.name"] == {"showing": "plain", "value": "何雨桐"}


def test_the_list_is_filtered_by_unit_and_code(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    found = _body(hr("GET", f"/subjects?unit={cast.units['研发中心']}"))
    assert found["total"] == 2
    direct = _body(hr("GET", f"/subjects?unit={cast.units['研发中心']}&subtree=false"))
    assert direct["total"] == 1
    women = _body(hr("GET", "/subjects?code=identity.sex=2"))
    assert women["total"] == 2


def test_an_unknown_column_is_a_problem_not_a_crash(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    for query in ("sort=no.such", "column=no.such", "code=no.such=1"):
        assert hr("GET", f"/subjects?{query}").status_code == 422


def test_whoever_may_not_see_the_roster_gets_none(caller: Any, cast: Cast) -> None:
    employee = caller("employee")
    refused = employee("GET", "/subjects")
    assert refused.status_code == 403
    assert _body(refused)["needs"] == "roster.view"
    assert employee("POST", "/search", {"text": "何"}).status_code == 403


def test_a_search_finds_by_name_pinyin_and_number(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    for text in ("沈", "知微", "shenzhiwei", "szw", "020486"):
        hits = _body(hr("POST", "/search", {"text": text}))
        assert str(cast.people["沈知微"]) in [hit["subject"] for hit in hits], text


def test_a_dossier_is_read_today_and_as_of_a_day(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    person = cast.people["沈知微"]
    today = hr("GET", f"/subjects/{person}")
    assert today.status_code == 200
    assert today["ETag"] == f'"{_body(today)["version"]}"'
    assert set(_body(today)["sets"]) >= {"identity", "contact", "post"}
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    before = _body(hr("GET", f"/subjects/{person}?as_of={yesterday}"))
    assert before["as_of"] == yesterday
    assert all(not shown["records"] for shown in before["sets"].values())


def test_an_employee_reads_the_own_dossier_and_no_other(caller: Any, cast: Cast) -> None:
    employee = caller("employee")
    own = employee("GET", f"/subjects/{cast.people['沈知微']}")
    other = employee("GET", f"/subjects/{cast.people['何雨桐']}")
    assert own.status_code == 200
    assert other.status_code == 404


def test_a_dossier_is_opened_with_its_first_rows(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    made = manager(
        "POST",
        "/subjects",
        {
            "rows": [
                {"set": "identity", "values": {"name": "林知夏", "employee_number": "020999"}},
                {"set": "post", "values": {"unit": "研发中心", "position": "工程师"}},
            ],
            "reason": "新员工入职",
        },
    )
    assert made.status_code == 201
    seen = _body(manager("GET", made["Location"].removeprefix("/api/v1")))
    assert seen["state"] == "draft"
    assert seen["unit"] == str(cast.units["研发中心"])


def test_a_taken_number_is_refused_by_field(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    rows = [{"set": "identity", "values": {"name": "林知夏", "employee_number": "020486"}}]
    refused = manager("POST", "/subjects", {"rows": rows})
    assert refused.status_code == 422
    assert _body(refused)["errors"][0]["pointer"] == "/values/employee_number"


def test_a_misspelt_key_is_not_ignored(caller: Any, cast: Cast) -> None:
    refused = caller("manager")("POST", "/subjects", {"rows": [], "resaon": "x"})
    assert refused.status_code == 422
    assert {part["pointer"] for part in _body(refused)["errors"]} == {"/rows", "/resaon"}


def test_history_names_each_change_with_old_and_new(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    person = cast.people["罗文博"]
    row = _body(manager("GET", f"/subjects/{person}/records/contact"))[0]["row"]
    manager(
        "PUT",
        f"/subjects/{person}/records/contact/{row}",
        {"values": {"mobile": "13912345678"}, "reason": "本人更换号码"},
        **{"If-Match": '"1"'},
    )
    history = _body(manager("GET", f"/subjects/{person}/history?limit=1"))
    change = history["items"][0]
    assert change["reason"] == "本人更换号码"
    assert change["rows"][0]["set"] == "contact"
    field = change["rows"][0]["fields"][0]
    assert (field["field"], field["old"]["value"], field["new"]["value"]) == (
        "mobile",
        "13900000001",
        "13912345678",
    )
    older = _body(manager("GET", f"/subjects/{person}/history?before={history['next']}"))
    assert [item["kind"] for item in older["items"]] == ["import"]
