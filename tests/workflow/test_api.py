"""Programs read their to-dos and decide, under the same rules as people."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access import actions as access
from dangan.access.queries import actor_of, token_scopes
from dangan.workflow import actions


@pytest.fixture
def case(leave, office):
    cache.clear()
    serve(HEAD, HR, APPLY)
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={}
    )


@pytest.fixture
def call(office):
    def as_(name, method, path, body=None, **headers):
        actor = actor_of(office.account(name))
        token = access.create_token(actor, label="测试", scopes=token_scopes(actor), days=1)
        response = Client(raise_request_exception=False).generic(
            method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json",
            headers={"Authorization": f"Bearer {token.raw}", **headers},
        )  # fmt: skip
        return response, json.loads(response.content)

    return as_


def test_a_program_reads_decides_and_is_told_the_version(case, call):
    response, box = call("陆怀瑾", "GET", "/cases")
    assert response.status_code == 200
    (line,) = box["lines"]
    assert (line["number"], line["step"], line["version"]) == (case.number, "head", 1)

    response, read = call("陆怀瑾", "GET", f"/cases/{case.id}")
    assert response["ETag"] == '"1"'
    assert read["turns"][0]["targets"] == ["start"]
    assert [step["state"] for step in read["steps"]] == ["now", "later", "later"]

    path = f"/cases/{case.id}/agree"
    response, _ = call("陆怀瑾", "POST", path, {"step": "head"})
    assert response.status_code == 428
    response, done = call("陆怀瑾", "POST", path, {"step": "head"}, **{"If-Match": '"1"'})
    assert (response.status_code, done["state"], done["version"]) == (200, "open", 2)

    response, problem = call("陆怀瑾", "POST", path, {"step": "head"}, **{"If-Match": '"1"'})
    assert (response.status_code, problem["type"]) == (409, "/api/v1/problems/already-decided")
    assert problem["by"] == "陆怀瑾"

    path = f"/cases/{case.id}/return"
    body = {"step": "hr", "to": "head", "words": "请再看"}
    response, done = call("梁慎行", "POST", path, body, **{"If-Match": '"2"'})
    assert response.status_code == 200
    response, problem = call(
        "陆怀瑾", "POST", f"/cases/{case.id}/refuse", {"step": "head"}, **{"If-Match": '"1"'}
    )
    assert (response.status_code, problem["base_version"]) == (409, 1)
    response, done = call(
        "陆怀瑾", "POST", f"/cases/{case.id}/refuse", {"step": "head"}, **{"If-Match": '"3"'}
    )
    assert done["state"] == "refused"


def test_what_is_not_theirs_is_refused_with_a_sentence(case, call, office):
    seen = {"If-Match": '"1"'}
    path = f"/cases/{case.id}/agree"
    response, problem = call("沈知微", "POST", path, {"step": "head"}, **seen)
    assert response.status_code == 409
    assert "发起人或当事人" in problem["detail"]
    office.account("罗文博")
    response, problem = call("罗文博", "GET", f"/cases/{case.id}")
    assert (response.status_code, problem["type"]) == (404, "/api/v1/problems/absent")
    response, _ = call("罗文博", "POST", path, {"step": "head"}, **seen)
    assert response.status_code == 404
    response, problem = call("陆怀瑾", "POST", path, {"step": "head", "nonsense": 1}, **seen)
    assert response.status_code == 422
    assert ("case.agree", "refused") in written_events()
    case.refresh_from_db()
    assert case.version == 1
