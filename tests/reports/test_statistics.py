"""The statistics page: figures within one's rights, small cells blank, bars that lead to people."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import written_events
from tests.statements import own

from dangan.reports.statistics import Bar, _mean, _median, _shares, within
from dangan.roster.forms import Ask
from dangan.roster.rules import AnyOf, Group, RosterQuery

PAGE = "/statistics/"


def charts(response) -> dict:
    found = re.search(r'<script id="stat-data" type="application/json">(.*?)</script>',
                      response.content.decode(), re.S)  # fmt: skip
    assert found is not None
    return json.loads(found[1])


def test_hr_counts_everybody_and_a_head_the_own_branch(browser):
    assert charts(browser("hr_specialist").get(PAGE))["people"] == 6
    assert charts(browser("head", unit="研发中心").get(PAGE))["people"] == 2


def test_who_may_not_see_statistics_gets_403(browser):
    assert browser("it").get(PAGE).status_code == 403


def test_no_person_is_named_on_the_page(browser):
    text = browser("hr_specialist").get(PAGE).content.decode()
    assert "沈知微" not in text
    assert "020486" not in text


def test_groups_of_fewer_than_three_are_blank(browser):
    counts = [
        bar["count"]
        for series in charts(browser("hr_specialist").get(PAGE))["age"]["series"]
        for bar in series["bars"]
    ]
    assert None in counts
    assert not {1, 2} & set(counts)


def test_a_bar_opens_the_people_behind_it(browser):
    hr = browser("hr_specialist")
    data = charts(hr.get(PAGE))["age"]
    women = data["series"][1]["bars"][data["labels"].index("35–39 岁")]
    text = hr.get(women["url"]).content.decode()
    assert "何雨桐" in text
    assert "沈知微" in text
    assert "陆怀瑾" not in text


def test_a_condition_narrows_all_figures(browser):
    assert charts(browser("hr_specialist").get(f"{PAGE}?f.identity.sex=1"))["people"] == 4


def test_a_unit_is_compared_by_its_parts(browser, cast):
    text = browser("hr_specialist").get(f"{PAGE}?unit={cast.units['华东公司']}").content.decode()
    departments = re.findall(r'<td class="title"><a class="who"[^>]*>([^<]+)', text)
    assert "研发中心" in departments
    assert "销售部" not in departments


def test_what_may_not_be_counted_is_said_so_and_not_drawn_as_noughts(browser):
    """A privacy officer counts people, but reads neither sex nor education of any."""
    assert "data-chart=" in browser("hr_manager").get(PAGE).content.decode()
    page = browser("privacy_officer").get(PAGE).content.decode()
    assert "data-chart=" not in page
    assert page.count("没有可显示的数字") == 3


def test_nobody_to_count_says_so(browser):
    text = browser("hr_specialist").get(f"{PAGE}?f.post.status=8").content.decode()
    assert "没有可统计的人员" in text


def test_a_page_costs_few_statements_and_leaves_one_event(browser):
    hr = browser("hr_specialist")
    hr.get(PAGE)
    before = len(written_events())
    with CaptureQueriesContext(connection) as seen:
        hr.get(PAGE)
    assert len(own(seen)) <= 15, own(seen)
    assert written_events()[before:] == [("statistics.view", "done")]


def group(*values, count, **means) -> Group:
    return Group(values, count, {key.replace("_", "."): mean for key, mean in means.items()})


def test_a_mean_over_bands_weighs_them_by_their_people():
    bands = [group("a", count=3, derived_age=20.0), group("b", count=1, derived_age=40.0)]
    assert _mean(bands, "derived.age") == 25.0
    assert _mean([group(None, count=5, derived_age=None)], "derived.age") is None


@pytest.mark.parametrize(
    ("years", "expected"),
    [({1: 1, 5: 1, 9: 1}, 5), ({1: 3, 9: 1}, 1), ({}, None), ({None: 4}, None)],
)
def test_the_median_is_of_those_who_have_a_value(years, expected):
    assert _median([group(year, count=count) for year, count in years.items()]) == expected


def test_a_share_with_a_hidden_part_is_left_out_and_a_missing_part_is_none_at_all():
    totals = {"u": group("u", count=10), "v": group("v", count=4), "w": group("w", count=5)}
    parts = [group("u", count=4), group("v", count=None)]
    assert _shares(parts, totals) == {"u": 0.4, "w": 0.0}


def test_a_part_is_never_wider_than_the_question():
    ask = Ask(RosterQuery(filters={"identity.sex": AnyOf(frozenset({"1"}))}))
    assert within(ask, "identity.sex", {"2"}).query.filters["identity.sex"] == AnyOf(frozenset())


def test_a_bar_keeps_its_question():
    assert Bar("x", 1, Ask(RosterQuery())).ask.address() == ""
