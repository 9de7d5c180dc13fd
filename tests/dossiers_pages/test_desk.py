"""The work desk: for each role what is theirs, and no number that is not true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.template.loader import get_template
from django.utils import timezone
from tests.browsers import Browser
from tests.cast import Cast
from tests.dossiers_pages.conftest import few_statements

from dangan.access.queries import console_actor
from dangan.dossiers import actions, desk

WHO = "沈知微"


def ends(cast: Cast, name: str, day: date) -> None:
    actions.save_row(
        console_actor(), subject=cast.people[name], info_set="contract", row=None, base_version=0,
        values={"kind": "1", "start": "2020-01-01", "end": day.isoformat()},
    )  # fmt: skip


def test_hr_sees_counts_and_completeness(cast: Cast, browser: Browser) -> None:
    page = browser("hr_specialist").get("/")
    keeper = page.context["keeper"]
    assert keeper["overview"].people == 6
    assert {item.label for item in keeper["overview"].units} >= {"人力资源部", "财务部", "研发中心"}
    assert all(0 < item.percent <= 100 for item in keeper["overview"].units)


def test_what_one_sees_masked_is_not_counted(cast: Cast, browser: Browser) -> None:
    """A masked mobile behaves as empty in the roster: its count would be a lie."""
    specialist = browser("hr_specialist", name="何雨桐").get("/")
    assert "手机号码" not in {item.label for item in specialist.context["keeper"]["lacks"]}
    manager = browser("hr_manager").get("/").context["keeper"]
    assert {item.label: item.people for item in manager["lacks"]}["最高学历"] == 6


def test_a_head_counts_their_own_people(cast: Cast, browser: Browser) -> None:
    today = timezone.localdate()
    ends(cast, "罗文博", today + timedelta(days=5))
    page = browser("head", name="陆怀瑾", unit="研发中心").get("/")
    keeper = page.context["keeper"]
    assert keeper["overview"].people == 2
    assert "罗文博" not in page.content.decode() and keeper["problems"] is None


def test_an_employee_finds_the_own_dossier(cast: Cast, browser: Browser) -> None:
    text = browser(name=WHO).get("/").content.decode()
    assert "我的档案" in text and WHO in text and "020486" in text
    assert "还缺这些" in text and "谁看过我的档案" in text
    assert "罗文博" not in text and "新建档案" not in text


def test_it_and_auditor_find_their_work_and_nobodys_name(cast: Cast, browser: Browser) -> None:
    it, auditor = browser("it").get("/"), browser("auditor").get("/")
    assert it.status_code == auditor.status_code == 200
    assert "账号" in it.content.decode() and "信息集" in it.content.decode()
    assert "审计日志" in auditor.content.decode()
    for page in (it, auditor):
        assert page.context["keeper"] is None and page.context["own"] is None
        assert WHO not in page.content.decode() and "在册人数" not in page.content.decode()


def test_an_account_without_roles_is_told_so(cast: Cast, browser: Browser) -> None:
    assert "还没有角色" in browser().get("/").content.decode()


def test_whoever_is_not_signed_in_goes_to_the_log_in_page(cast: Cast, client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


@pytest.fixture
def added() -> Iterator[None]:
    """Panels of a room above: one drawn with the desk, two asked for once it stands."""
    template = get_template("dossiers/parts/looks.html").template.name
    before = dict(desk._panels)
    desk._panels.clear()
    needs = "people.import"
    desk.register_panel("t", template, lambda _r: {"looks": []}, permission=needs, later=False)
    desk.register_panel("slow", template, lambda _r: {"looks": []}, permission=needs)
    desk.register_panel("empty", template, lambda _r: None, permission=needs)
    yield
    desk._panels.clear()
    desk._panels.update(before)


def test_a_room_above_adds_panels_for_those_who_may(cast, browser, added) -> None:
    shown = browser("hr_specialist").get("/").context["panels"]
    assert [panel.content.get("url", "drawn") for panel in shown] == [
        "/desk/empty/",
        "/desk/slow/",
        "drawn",
    ]
    assert browser("finance").get("/").context["panels"] == []


def test_a_later_panel_is_told_to_those_who_may_and_looks_absent_to_others(
    cast, browser, added
) -> None:
    hr = browser("hr_specialist")
    assert hr.get("/desk/slow/").status_code == 200
    assert hr.get("/desk/empty/").content == b""
    assert hr.get("/desk/none/").status_code == 404
    assert browser("finance").get("/desk/slow/").status_code == 404


def test_few_statements(cast: Cast, browser: Browser) -> None:
    for client in (browser("hr_specialist", name="何雨桐"), browser(name=WHO), browser("it")):
        client.get("/")
        with few_statements():
            client.get("/")
