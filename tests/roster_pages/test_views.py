"""Saved views: kept sealed, seen by their owner only."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from dangan.roster.forms import Ask
from dangan.roster.rules import AnyOf, Between, Contains, Empty, RosterQuery
from dangan.roster.saved_views import AT_MOST, SavedView, from_plain, to_plain

HTMX = {"HX-Request": "true"}
STATE = {"view_name": "找沈工", "q": "沈知微", "f.identity.sex": "2"}


def saved_address(client) -> str:
    response = client.post("/people/views/", STATE, headers=HTMX)
    assert response.status_code == 204
    return response["HX-Redirect"]


def test_a_saved_view_comes_back_with_its_text(browser):
    hr = browser("hr_specialist")
    text = hr.get(saved_address(hr)).content.decode()
    assert "找沈工" in text
    assert 'value="沈知微"' in text
    assert "罗文博" not in re.sub(r"<nav.*?</nav>", "", text, flags=re.S)


def test_name_and_conditions_are_not_in_the_database_in_clear(browser):
    saved_address(browser("hr_specialist"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM roster_view")
        sealed = bytes(cursor.fetchone()[0])
    assert "沈".encode() not in sealed
    assert b"sex" not in sealed


def test_nobody_else_sees_or_changes_it(browser):
    address = saved_address(browser("hr_specialist"))
    view = address.rpartition("=")[2]
    other = browser("hr_manager")
    assert "找沈工" not in other.get(address).content.decode()
    assert other.post(f"/people/views/{view}/", STATE, headers=HTMX).status_code == 404
    assert other.post(f"/people/views/{view}/delete/", headers=HTMX).status_code == 404
    assert SavedView.objects.count() == 1


def test_a_view_is_updated_and_deleted_by_its_owner(browser):
    hr = browser("hr_specialist")
    view = saved_address(hr).rpartition("=")[2]
    hr.post(f"/people/views/{view}/", {"f.identity.sex": "1"}, headers=HTMX)
    assert "沈知微" not in hr.get(f"/people/?view={view}").content.decode()
    hr.post(f"/people/views/{view}/delete/", headers=HTMX)
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_and_there_are_only_so_many(browser):
    hr = browser("hr_specialist")
    nameless = hr.post("/people/views/", {"view_name": " "}, headers=HTMX)
    assert nameless.status_code == 422
    assert "请给视图起个名字" in nameless.content.decode()
    for _ in range(AT_MOST):
        saved_address(hr)
    full = hr.post("/people/views/", STATE, headers=HTMX)
    assert full.status_code == 422
    assert "视图已满" in full.content.decode()


@pytest.mark.parametrize(
    "condition",
    [AnyOf(frozenset({"1", "2"})), Contains("沈"), Between("2020", None), Empty(), Empty(False)],
)
def test_every_kind_of_condition_survives_saving(condition):
    ask = Ask(RosterQuery(text="x", filters={"post.position": condition}, descending=True))
    assert from_plain(to_plain("n", ask)) == ask
