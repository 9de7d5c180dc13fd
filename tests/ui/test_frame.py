"""The frame: navigation by role, help, language, home, keyboard."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import get_template
from django.urls import reverse

from dangan.ui.help import TOPICS, topic_of
from dangan.ui.navigation import NavItem, register


def navigation(response) -> list[str]:
    side = response.content.decode().split('class="side"')[1].split("</nav>")[0]
    return re.findall(r"<span>([^<]+)</span>", side)


def test_the_navigation_lists_only_what_the_role_may_open(browser):
    assert "花名册" in navigation(browser("hr_specialist").get("/help/"))
    assert "统计" in navigation(browser("hr_specialist").get("/help/"))
    shown = navigation(browser("it").get("/help/"))
    assert "花名册" not in shown
    assert "统计" not in shown
    assert "账号" in shown


def tabs(response) -> list[str]:
    bottom = response.content.decode().split('class="tabbar"')[1].split("<button")[0]
    return re.findall(r"</i>([^<]+)</a>", bottom)


@pytest.mark.parametrize(
    ("roles", "name", "stand"),
    [
        ((), "沈知微", ["工作台", "我的信息", "我的申请"]),
        (("head",), "陆怀瑾", ["工作台", "花名册", "待我处理"]),
        (("hr_specialist",), "何雨桐", ["工作台", "花名册", "待我处理"]),
        (("it",), None, ["工作台", "待我处理"]),
    ],
)
def test_the_phone_has_at_hand_what_one_needs_most(browser, roles, name, stand):
    unit = "研发中心" if roles == ("head",) else None
    shown = tabs(browser(*roles, name=name, unit=unit).get("/help/"))
    assert shown[: len(stand)] == stand


def test_ones_requests_stand_in_the_navigation_once(browser):
    employee = navigation(browser(name="沈知微").get("/help/"))
    assert "我的申请" in employee and "我发起的" not in employee
    hr = navigation(browser("hr_specialist", name="何雨桐").get("/help/"))
    assert "我发起的" in hr and "我的申请" not in hr
    assert "我发起的" in navigation(browser("it").get("/help/"))


def test_the_people_search_is_drawn_only_for_those_who_may_search(browser):
    assert 'id="find-box"' in browser("hr_specialist").get("/help/").content.decode()
    assert 'id="find-box"' not in browser("it").get("/help/").content.decode()


def test_the_present_page_is_marked_for_eyes_and_ears(browser):
    text = browser("hr_specialist").get(reverse("roster:list")).content.decode()
    marked = re.search(r'<a class="nav-a on"[^>]*>', text)
    assert marked is not None
    assert 'aria-current="page"' in marked[0]


def test_somebody_unknown_is_sent_to_log_in(client, db):
    response = client.get("/help/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("access:login"))


def test_the_language_is_kept_and_leads_back_to_the_page(browser):
    hr = browser("hr_specialist")
    response = hr.post("/language/", {"language": "en", "next": "/help/"})
    assert response["Location"] == "/help/"
    page = hr.get("/help/").content.decode()
    assert '<html lang="en">' in page
    assert "Roster" in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_the_language_switch_leads_nowhere_else(client, db, target):
    response = client.post("/language/", {"language": "en", "next": target})
    assert response["Location"] == "/"


def test_an_unknown_language_is_not_kept(client, db):
    response = client.post("/language/", {"language": "xx", "next": "/"})
    assert not response.cookies


def test_traditional_pages_are_traditional(browser):
    hr = browser("hr_specialist")
    hr.post("/language/", {"language": "zh-hant", "next": "/"})
    text = hr.get(reverse("roster:list")).content.decode()
    assert '<html lang="zh-Hant">' in text
    assert "花名冊" in text
    assert "沈知微" in text


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_every_help_section_exists_and_the_page_shows_it(browser, topic):
    get_template(topic.template)
    text = browser("hr_specialist").get("/help/").content.decode()
    assert f'id="{topic.key}"' in text


def test_help_opens_at_the_section_of_the_page(browser):
    assert topic_of("roster:list") == "roster"
    assert topic_of("dossiers:edit") == "change"
    assert topic_of("nowhere:page") == "start"
    text = browser("hr_specialist").get(reverse("roster:list")).content.decode()
    assert 'href="/help/#roster"' in text


def test_an_item_needs_a_known_section():
    with pytest.raises(ValueError, match="section"):
        register(NavItem("x", "X", "ui:help", "x", None, section="nowhere"))


class _Outline(HTMLParser):
    """Ids, first focusable, headings and unnamed controls of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.first = ""
        self.heads: list[str] = []
        self.unnamed: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        if not self.first and tag == "a":
            self.first = given.get("href", "")
        if tag == "h1":
            self.heads.append(tag)
        named = {"aria-label", "id", "placeholder", "title"} & given.keys()
        hidden = given.get("type") in {"hidden", "checkbox", "radio"}
        if tag in {"input", "select"} and not hidden and not named:
            self.unnamed.append(str(attrs))


@pytest.mark.parametrize("name", ["roster:list", "reports:statistics", "ui:help"])
def test_a_page_has_one_head_unique_ids_a_skip_link_and_named_controls(browser, name):
    outline = _Outline()
    outline.feed(browser("hr_manager").get(reverse(name)).content.decode())
    assert outline.first == "#main"
    assert len(outline.heads) == 1
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.unnamed == []


def test_the_answer_tells_time_and_statements(browser):
    timing = browser("hr_specialist").get("/help/")["Server-Timing"]
    assert re.fullmatch(r'app;dur=[\d.]+, db;dur=[\d.]+;desc="\d+ statements"', timing)
