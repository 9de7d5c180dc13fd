"""Who looked and why; and a copy to take away."""

from __future__ import annotations

import json

import pytest
from tests.cast import written_events

from dangan.audit.actions import flush
from dangan.dossiers import queries as dossier_queries


def test_looks_say_who_when_what_and_why(person, cast, browser):
    hr = cast.actor("hr_specialist", name="何雨桐")
    dossier_queries.open_dossier(hr, person.subject, sets=["contact"])
    flush(hr.trail)
    page = person.page("/me/looks/")
    assert "联系方式" in page
    assert ("self.looks", "done") in written_events()


def test_ones_own_looks_are_not_listed(person):
    person.page("/me/")
    assert "还没有别人看过" in person.page("/me/looks/") or "沈知微" not in person.page(
        "/me/looks/"
    ).split("</header>")[1]  # fmt: skip


def test_a_copy_for_machines_holds_the_whole_own_dossier(person):
    answer = person.browser.post("/me/copy/", {"format": "json"})
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    body = json.loads(answer.content)
    sets = {item["key"]: item for item in body["sets"]}
    mobile = [f for f in sets["contact"]["rows"][0]["fields"] if f["key"] == "mobile"]
    assert mobile[0]["value"] == "13812345678"
    assert "remarks" not in {f["key"] for f in sets["identity"]["rows"][0]["fields"]}
    assert ("self.copy", "done") in written_events()


def test_a_copy_for_people_is_a_pdf(person):
    answer = person.browser.post("/me/copy/", {"format": "pdf"})
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("wanted", ["", "xml", "../x"])
def test_other_formats_get_the_page(person, wanted):
    answer = person.browser.post("/me/copy/", {"format": wanted})
    assert answer["Content-Type"].startswith("text/html")
