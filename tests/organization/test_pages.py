"""The chart, a unit's page and its forms."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.organization.test_actions import Crowd
from tests.statements import own

from dangan.access import actions as access_actions
from dangan.access.models import Account
from dangan.organization import actions, people, queries

BACKEND = "dangan.access.backends.SealedLogin"


@pytest.fixture
def browser(console):
    def sign_in(role: str) -> Client:
        made = access_actions.create_account(
            console,
            login=role,
            name=role,
            roles=[(role, None)],
            password="chengxu2026",
            must_change=False,
        )
        client = Client()
        client.force_login(Account.objects.get(pk=made.id), BACKEND)
        return client

    return sign_in


@pytest.fixture
def crowd():
    """Puts people where the roster would answer; hands out the head's subject."""
    roster, person = people._provider, uuid4()

    class Named(Crowd):
        def names(self, subjects):
            return {subject: "陆怀瑾" for subject in subjects if subject == person}

        def search(self, _actor, text, _limit):
            known = {"陆怀瑾": [(person, "陆怀瑾 020104")]}
            both = [(person, "陆怀瑾 020104"), (uuid4(), "陆远 020105")]
            return known.get(text, both if text == "陆" else [])

    def fill(inside):
        people.register(Named(inside))
        return person

    yield fill
    people.register(roster)


def main_of(page) -> str:
    return page.content.decode().partition("<main")[2]


def test_the_chart_shows_units_heads_and_counts(browser, units, crowd):
    person = crowd({units["嵌入式组"]: 7, units["研发中心"]: 5})
    hr = browser("hr_manager")
    hr.post(f"/organization/{units['研发中心']}/head/", {"who": "陆怀瑾"})
    page = main_of(hr.get(f"/organization/?unit={units['华东公司']}"))
    assert "陆怀瑾" in page
    assert "共 12 人" in page
    assert queries.tree().nodes[units["研发中心"]].head == person


def test_whoever_may_not_see_people_sees_no_counts(browser, units, crowd):
    crowd({units["嵌入式组"]: 7734})
    page = main_of(browser("it").get("/organization/"))
    assert "嵌入式组" in page
    assert "7,734" not in page


def test_the_chart_of_another_day(browser, units):
    hr = browser("hr_manager")
    later = timezone.localdate() + timedelta(days=10)
    form = {"name": "研究院", "effective": later.isoformat()}
    answer = hr.post(f"/organization/{units['研发中心']}/rename/", form, follow=True)
    assert f"已登记，{later.isoformat()} 起生效" in answer.content.decode()
    assert "研究院" not in main_of(hr.get("/organization/"))
    assert "研究院" in main_of(hr.get(f"/organization/?on={later.isoformat()}"))
    assert hr.get("/organization/?on=nonsense").status_code == 200
    for nowhere in (uuid4(), "nonsense"):
        assert hr.get(f"/organization/?unit={nowhere}").status_code == 404


@pytest.mark.parametrize(
    ("verb", "form", "reason"),
    [
        ("rename", {"name": "财务部"}, "已有"),
        ("rename", {"name": ""}, ""),
        ("move", {"parent": ""}, "最上级只能是"),
        ("close", {}, "请先撤销或移走"),
        ("new", {"kind": "company", "name": "子公司"}, "不能放在"),
        ("head", {"who": "无此人"}, "没有找到这个人"),
        ("rename", {"name": "新名", "effective": "2001-01-01"}, "早于今天"),
    ],
)
def test_a_refused_change_is_shown_on_the_form_with_its_reason(browser, units, verb, form, reason):
    before = queries.version()
    answer = browser("hr_manager").post(f"/organization/{units['研发中心']}/{verb}/", form)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert queries.version() == before


def test_a_unit_is_made_renamed_moved_and_closed_from_its_page(browser, units, crowd):
    crowd({})
    hr = browser("hr_manager")
    parent = units["华东公司"]
    hr.post(f"/organization/{parent}/new/", {"kind": "department", "name": "法务部"})
    unit = queries.tree().find("法务部").id
    hr.post(f"/organization/{unit}/rename/", {"name": "法律事务部", "code": "LG"})
    hr.post(f"/organization/{unit}/move/", {"parent": str(units["华南公司"])})
    page = main_of(hr.get(f"/organization/{unit}/"))
    for text in ("设立", "法务部", "法律事务部", "LG", "示例集团 / 华南公司"):
        assert text in page
    hr.post(f"/organization/{unit}/close/", {})
    assert "已撤销，只保留记录" in main_of(hr.get(f"/organization/{unit}/"))


def test_several_people_of_a_name_are_offered_to_choose_from(browser, units, crowd):
    person = crowd({})
    hr = browser("hr_manager")
    url = f"/organization/{units['研发中心']}/head/"
    answer = hr.post(url, {"who": "陆"})
    assert answer.status_code == 422
    assert "陆远 020105" in answer.content.decode()
    hr.post(url, {"who": "陆", "person": str(person)})
    assert queries.tree().nodes[units["研发中心"]].head == person
    hr.post(f"/organization/{units['研发中心']}/vacate/")
    assert queries.tree().nodes[units["研发中心"]].head is None


def test_only_editors_see_the_forms(browser, units):
    page = browser("hr_specialist").get(f"/organization/{units['研发中心']}/").content.decode()
    assert "撤销这个部门" not in page
    assert browser("hr_manager").get(f"/organization/{units['研发中心']}/").context["forms"]


def test_a_list_is_loaded_from_the_page_or_refused_line_by_line(browser, units):
    hr = browser("hr_manager")

    def send(text: str):
        file = SimpleUploadedFile("units.csv", text.encode("gb18030"))
        return hr.post("/organization/load/", {"file": file}, follow=True)

    refused = send("path,type\n示例集团/华东公司/新部,部门\n甲/乙,部门\n")
    assert refused.status_code == 422
    assert "上级“甲”没有列出" in refused.content.decode()
    done = send("path,type\n示例集团/华东公司/新部,部门\n")
    assert "已建 1 个部门" in done.content.decode()
    assert queries.tree().find("新部")


def test_an_empty_installation_says_how_to_begin(browser, db):
    hr = browser("hr_manager")
    assert "还没有部门" in hr.get("/organization/").content.decode()
    hr.post("/organization/new/", {"kind": "group", "name": "示例集团"})
    assert queries.tree().roots[0].name == "示例集团"


def test_pages_need_few_statements_however_many_units(browser, console, units):
    hr = browser("hr_manager")
    urls = ("/organization/", f"/organization/{units['华东公司']}/")

    def statements(url: str) -> int:
        hr.get(url)
        with CaptureQueriesContext(connection) as asked:
            hr.get(url)
        return len(own(asked))

    few = [statements(url) for url in urls]
    rows = [(f"示例集团/华东公司/第{number}部", "department") for number in range(150)]
    actions.load_units(console, rows)
    assert [statements(url) for url in urls] == few
    assert max(few) <= 15
