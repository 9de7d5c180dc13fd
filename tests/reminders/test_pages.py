"""The page, its settings, and the panel of the work desk."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.dossiers_pages.conftest import few_statements
from tests.reminders.test_sweep import contract, day, give

from dangan.access.queries import system_actor
from dangan.lifecycle.reminders import actions
from dangan.lifecycle.reminders.models import Choice

pytestmark = pytest.mark.django_db


def test_the_page_lists_counts_and_leads_on(browser, cast):
    client = browser("hr_specialist")
    assert "没有到期的事项" in client.get("/reminders/").content.decode()
    for name, ahead in (("沈知微", 20), ("罗文博", -2), ("俞书衡", 0)):
        contract(cast, name, ahead)
    actions.sweep(system_actor())
    client.get("/reminders/")
    with few_statements(more=1):  # the countdowns that staff movements add
        page = client.get("/reminders/").content.decode()
    assert "剩 20 天" in page
    assert "过期 2 天" in page
    assert page.index("罗文博") < page.index("俞书衡") < page.index("沈知微")
    assert f"/people/{cast.people['沈知微']}/" in page
    assert "提醒设置" not in page
    only = client.get("/reminders/?kind=probation").content.decode()
    assert "沈知微" not in only
    for odd in ("?kind=odd", "?span=odd", "?page=x", "?page=99999"):
        assert client.get(f"/reminders/{odd}").status_code == 200


def test_the_work_desk_shows_what_falls_due_next(browser, cast):
    for name, ahead in (("沈知微", 2), ("罗文博", -300)):
        contract(cast, name, ahead)
    give(cast, "俞书衡", "qualification", name="会计师", valid_until=day(9).isoformat())
    actions.sweep(system_actor())
    client = browser("hr_specialist")
    assert "/desk/reminders/" in client.get("/").content.decode()
    panel = client.get(reverse("dossiers:panel", args=["reminders"])).content.decode()
    assert panel.index("剩 2 天") < panel.index("过期 300 天")
    assert "剩 9 天" not in panel
    url = reverse("dossiers:panel", args=["reminders"])
    assert "剩 9 天" in client.get(f"{url}?due=certificate").content.decode()
    assert browser(name="梁慎行").get(url).status_code == 404


def test_settings_are_kept_and_wrong_ones_said(browser):
    client = browser("hr_manager")
    assert "60, 30, 7, 0" in client.get("/reminders/settings/").content.decode()
    given = {"women": "55"}
    for kind in ("contract", "probation", "certificate", "secrecy", "retirement", "countdown",
                 "review", "birthday"):  # fmt: skip
        given[f"leads_{kind}"] = "30，7"
        given[f"on_{kind}"] = "on"
    assert client.post("/reminders/settings/", given).status_code == 302
    assert Choice.objects.get(kind="contract").leads == [30, 7]
    for wrong in ("soon", "", "999", "30;-1"):
        refused = client.post("/reminders/settings/", given | {"leads_contract": wrong})
        assert refused.status_code == 422
    assert Choice.objects.get(kind="contract").leads == [30, 7]


@pytest.mark.parametrize("role", ["finance", "it", "auditor"])
def test_the_pages_are_for_those_who_look_after_people(browser, role):
    client = browser(role)
    assert client.get("/reminders/").status_code == 403
    assert client.get("/reminders/settings/").status_code == 403


def test_settings_are_for_their_keeper(browser):
    assert browser("hr_specialist").get("/reminders/settings/").status_code == 403
