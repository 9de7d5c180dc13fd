"""What went otherwise: each page says what happened, whether data are safe, what to do next."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from dangan.ui import states, views

ASIDE = {"HTTP_HX_REQUEST": "true"}


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_every_state_page_draws_without_an_actor_and_is_not_kept(db, status):
    response = states.answer(RequestFactory().get("/"), status)
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert 'id="main"' in response.content.decode()


def test_a_refusal_names_what_was_refused(browser):
    response = browser("it").get(reverse("roster:list"))
    text = response.content.decode()
    assert response.status_code == 403
    assert "看花名册" in text
    assert "请求编号" in text


def test_an_absent_and_a_forbidden_dossier_look_alike(browser, cast):
    head = browser("head", unit="研发中心")
    absent = head.get(f"/people/{uuid4()}/")
    forbidden = head.get(f"/people/{cast.people['罗文博']}/")
    assert absent.status_code == forbidden.status_code == 404
    assert _without_numbers(absent) == _without_numbers(forbidden)


def test_an_unknown_address_gets_the_same_404(browser):
    response = browser("hr_specialist").get("/nowhere/")
    assert response.status_code == 404
    assert "可能编号有误，也可能不在你的查看范围内" in response.content.decode()


def test_a_server_error_needs_no_database(rf):
    response = views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "没有写入任何内容" in response.content.decode()


def test_a_conflict_shows_base_theirs_and_mine_and_asks_only_where_they_differ():
    fields = [
        {"key": "mobile", "label": "手机", "base": "1", "theirs": "2", "yours": "3",
         "conflict": True},
        {"key": "address", "label": "住址", "base": "a", "theirs": "a", "yours": "b",
         "yours_changed": True},
    ]  # fmt: skip
    text = render_to_string(
        "ui/states/conflict.html",
        {"fields": fields, "base_version": 7, "current_version": 8},
    )
    assert text.count('name="keep-mobile"') == 2
    assert 'name="keep-address"' not in text
    assert "第 7 版" in text


def _without_numbers(response) -> str:
    """The page without what differs from request to request."""
    text = response.content.decode()
    text = re.sub(r"请求编号 [0-9a-f-]+|/people/[0-9a-f-]{36}/", "", text)
    return re.sub(r'(X-CSRFToken":"|name="csrfmiddlewaretoken" value=")\w+', r"\1", text)
