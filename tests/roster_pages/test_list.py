"""The roster page: what is listed, what stands in the address, what the asker may not see."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.cast import written_events
from tests.dossiers_pages.conftest import few_statements

PAGE = "/people/"
HTMX = {"HX-Request": "true"}


def names(response) -> list[str]:
    return re.findall(r'<a class="who"[^>]*>([^<]+)</a>', response.content.decode())


def test_hr_sees_everybody_sorted_by_pinyin(browser):
    response = browser("hr_specialist").get(PAGE)
    assert response.status_code == 200
    assert names(response) == ["何雨桐", "梁慎行", "陆怀瑾", "罗文博", "沈知微", "俞书衡"]


def test_a_mobile_number_is_masked_for_the_specialist_and_plain_for_the_manager(browser):
    masked = browser("hr_specialist").get(PAGE).content.decode()
    assert "138****5678" in masked
    assert "13812345678" not in masked
    assert "13812345678" in browser("hr_manager").get(PAGE).content.decode()


def test_a_head_sees_only_the_own_branch(browser):
    response = browser("head", unit="研发中心").get(PAGE)
    assert names(response) == ["陆怀瑾", "沈知微"]
    assert "华南公司" not in response.content.decode()


@pytest.mark.parametrize("role", ["it", "auditor", "employee"])
def test_who_may_not_list_people_gets_403(browser, role):
    name = "沈知微" if role == "employee" else None
    response = browser(*([] if name else [role]), name=name).get(PAGE)
    assert response.status_code == 403
    assert "陆怀瑾" not in response.content.decode()


def test_a_unit_narrows_with_its_branch_or_alone(browser, cast):
    hr = browser("hr_specialist")
    unit = cast.units["研发中心"]
    assert names(hr.get(f"{PAGE}?unit={unit}")) == ["陆怀瑾", "沈知微"]
    assert names(hr.get(f"{PAGE}?unit={unit}&sub=0")) == ["陆怀瑾"]


def test_typed_text_finds_people_and_never_stands_in_an_address(browser):
    hr = browser("hr_specialist")
    response = hr.post(PAGE, {"q": "szw", "view": "active"}, headers=HTMX)
    assert names(response) == ["沈知微"]
    assert "szw" not in response["HX-Push-Url"]
    assert names(hr.get(f"{PAGE}?q=szw")) == names(hr.get(PAGE))


def test_a_code_condition_stands_in_the_address_and_comes_back_from_it(browser):
    hr = browser("hr_specialist")
    response = hr.post(PAGE, {"f.identity.sex": "2", "view": "active"}, headers=HTMX)
    assert names(response) == ["何雨桐", "沈知微"]
    address = response["HX-Push-Url"]
    assert parse_qs(urlsplit(address).query)["f.identity.sex"] == ["2"]
    assert names(hr.get(address)) == ["何雨桐", "沈知微"]


def test_a_column_head_sorts_and_turns_around(browser):
    hr = browser("hr_specialist")
    first = {"resort": "identity.birth_date", "sort": "identity.name"}
    assert names(hr.post(PAGE, first, headers=HTMX))[0] == "陆怀瑾"
    again = {"resort": "identity.birth_date", "sort": "identity.birth_date"}
    assert names(hr.post(PAGE, again, headers=HTMX))[0] == "沈知微"


def test_chosen_columns_are_remembered_and_forbidden_ones_offered_to_nobody(browser):
    hr = browser("hr_specialist")
    columns = {"col": ["identity.name", "identity.ethnicity", "no.such"]}
    response = hr.post(PAGE, columns, headers=HTMX)
    assert "汉族" in response.content.decode()
    assert "汉族" in hr.get(PAGE).content.decode()


def test_dates_that_are_none_and_unknown_paths_are_left_out(browser):
    data = {"from.post.joined": "yesterday", "f.no.such": "1", "sort": "no.such", "page": "x"}
    response = browser("hr_specialist").get(PAGE, data)
    assert response.status_code == 200
    assert len(names(response)) == 6


def test_an_empty_list_names_the_condition_to_drop(browser):
    hr = browser("hr_specialist")
    asked = {"f.identity.sex": "2", "from.post.joined": "2020-01-01"}
    response = hr.post(PAGE, asked, headers=HTMX)
    text = response.content.decode()
    assert "没有符合条件的人员" in text
    assert "去掉“入职日期：2020-01-01 起”后有 2 人" in text
    dropped = hr.post(PAGE, asked | {"drop": "post.joined"}, headers=HTMX)
    assert names(dropped) == ["何雨桐", "沈知微"]


def test_a_page_costs_few_statements_and_leaves_one_event(browser):
    hr = browser("hr_specialist")
    hr.get(PAGE)
    before = len(written_events())
    with few_statements():
        hr.get(PAGE)
    assert written_events()[before:] == [("roster.view", "done")]


def test_buttons_show_only_to_those_who_may(browser):
    hr, head = browser("hr_specialist"), browser("head", unit="研发中心")
    assert "新建档案" in hr.get(PAGE).content.decode()
    text = head.get(PAGE).content.decode()
    assert "新建档案" not in text
    assert "导出" not in text
