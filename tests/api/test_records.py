"""Records through the API: read, add, change, delete; nobody overwrites another unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from tests.api.conftest import Caller
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _body(response: Any) -> Any:
    return json.loads(response.content)


def _mobile(hr: Caller, cast: Cast) -> tuple[str, str]:
    """Address and ETag of 沈知微's contact record."""
    person = cast.people["沈知微"]
    records = _body(hr("GET", f"/subjects/{person}/records/contact"))
    return f"/subjects/{person}/records/contact/{records[0]['row']}", '"1"'


def test_a_record_is_read_as_the_account_may_see_it(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    path, _ = _mobile(hr, cast)
    response = hr("GET", path)
    assert response.status_code == 200
    assert response["ETag"] == '"1"'
    mobile = _body(response)["cells"]["mobile"]
    assert mobile == {"showing": "masked", "text": "138****5678", "value": None}


def test_a_change_begins_from_the_version_that_was_read(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    path, tag = _mobile(manager, cast)
    changed = manager("PUT", path, {"values": {"mobile": "139 1234 5678"}}, **{"If-Match": tag})
    assert changed.status_code == 200
    assert _body(changed)["change"].startswith("BG-")
    assert _body(manager("GET", path))["cells"]["mobile"]["value"] == "13912345678"
    assert _body(manager("GET", path))["version"] == 2


def test_whoever_comes_second_is_told_so(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    path, tag = _mobile(manager, cast)
    manager("PUT", path, {"values": {"mobile": "13912345678"}}, **{"If-Match": tag})
    late = manager("PUT", path, {"values": {"mobile": "13700000000"}}, **{"If-Match": tag})
    assert late.status_code == 409
    assert late["Content-Type"] == "application/problem+json"
    assert _body(late)["title"] == "这条记录在你打开之后被别人改过"
    assert _body(late)["version"] == 2
    assert _body(manager("GET", path))["cells"]["mobile"]["value"] == "13912345678"


def test_a_change_without_its_base_is_not_taken(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    path, _ = _mobile(manager, cast)
    for headers in ({}, {"If-Match": "*"}, {"If-Match": '"x"'}):
        refused = manager("PUT", path, {"values": {"mobile": "13912345678"}}, **headers)
        assert refused.status_code == 428


def test_a_bad_value_is_named_and_never_repeated(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    path, tag = _mobile(manager, cast)
    bad = manager(
        "PUT", path, {"values": {"mobile": "13812", "nonsense": "x"}}, **{"If-Match": tag}
    )
    assert bad.status_code == 422
    pointers = {part["pointer"] for part in _body(bad)["errors"]}
    assert "/values/mobile" in pointers
    only_key = manager("PUT", path, {"values": {"nonsense": "x"}}, **{"If-Match": tag})
    assert _body(only_key)["errors"][0]["pointer"] == "/values/nonsense"


def test_a_row_is_added_and_deleted_and_stays_in_the_history(caller: Any, cast: Cast) -> None:
    manager = caller("manager")
    person = cast.people["沈知微"]
    made = manager(
        "POST",
        f"/subjects/{person}/records/education",
        {
            "values": {
                "school": "东海大学",
                "level": "大学本科",
                "start": "2009.9",
                "end": "2013年6月",
            }
        },
    )
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1")
    assert _body(manager("GET", path))["cells"]["level"]["value"] == "21"
    gone = manager("DELETE", path, **{"If-Match": '"1"'})
    assert gone.status_code == 200
    assert manager("GET", path).status_code == 404
    versions = _body(manager("GET", f"{path}/versions"))
    assert [(item["version"], item["deleted"]) for item in versions] == [(2, True), (1, False)]


def test_who_may_not_edit_is_refused_and_nothing_is_written(caller: Any, cast: Cast) -> None:
    manager, finance = caller("manager"), caller("finance")
    path, tag = _mobile(manager, cast)
    answer = finance("PUT", path, {"values": {"mobile": "13912345678"}}, **{"If-Match": tag})
    assert answer.status_code in {403, 404}
    assert _body(manager("GET", path))["version"] == 1


def test_hidden_sets_and_absent_people_look_alike(caller: Any, cast: Cast) -> None:
    finance = caller("finance")
    person = cast.people["沈知微"]
    hidden = finance("GET", f"/subjects/{person}/records/family")
    absent = finance("GET", "/subjects/00000000-0000-4000-8000-000000000000/records/family")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_every_look_is_in_the_log(caller: Any, cast: Cast) -> None:
    hr = caller("hr")
    person = cast.people["沈知微"]
    hr("GET", f"/subjects/{person}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, action, subject FROM audit_event WHERE actor = %s AND subject = %s",
            [hr.account, person],
        )
        assert ("token", "dossier.read", person) in cursor.fetchall()
