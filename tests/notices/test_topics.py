"""Every topic speaks three languages and asks for nothing about a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dangan
from dangan.notices.rules.topics import BadNotice, BadTopics, topics_from
from dangan.notices.topics import say, topics

GIVEN = {
    "number": "XG-2026-00012",
    "label": "信息变更",
    "label_en": "Change of data",
    "step": "人力资源审核",
    "step_en": "HR review",
    "date": "2026-11-23",
    "begins": "2026-11-23",
    "ends": "2026-11-30",
    "count": 3,
}
HARMLESS = {
    "number", "label", "label_en", "step", "step_en", "date", "begins", "ends", "count"
}  # fmt: skip
ASKED_FOR = {
    "task.assigned",
    "task.urged",
    "task.due",
    "task.overdue",
    "task.escalated",
    "case.returned",
    "case.refused",
    "case.agreed",
    "case.effective",
    "case.withdrawn",
    "case.copied",
    "case.mentioned",
    "case.commented",
    "case.stuck",
    "deputy.named",
    "reminder.due",
    "review.open",
    "review.lapsing",
    "grant.lapsing",
    "grant.lapsed",
    "collection.submitted",
    "agreement.unsigned",
    "file.viewed",
    "account.handover",
}


@pytest.mark.parametrize("key", sorted(topics().topics))
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("robot", [False, True])
def test_every_topic_can_be_said(key: str, language: str, robot: bool):
    facts = {name: GIVEN[name] for name in topics().topics[key].facts}
    said = say(key, facts | {k: v for k, v in GIVEN.items() if k.endswith("_en")}, language,
               robot=robot)  # fmt: skip
    for text in (said.title, said.text):
        assert text
        assert "{" not in text
        assert "…" not in text
        has_chinese = re.search("[\u4e00-\u9fff]", text) is not None
        assert has_chinese == (language != "en")


def test_traditional_is_not_simplified():
    facts = {key: GIVEN[key] for key in ("number", "label", "step")}
    assert say("task.assigned", facts, "zh-hant").text == "步驟：人力資源稽核"
    assert say("task.assigned", facts, "zh-hans").text == "步骤：人力资源审核"


def test_no_topic_asks_for_anything_personal():
    assert topics().facts == HARMLESS
    for topic in topics().topics.values():
        assert topic.facts <= HARMLESS


def test_a_group_is_never_told_what_is_only_ones_own():
    spoken = {key for key, topic in topics().topics.items() if topic.robot}
    assert "file.viewed" not in spoken
    assert "deputy.named" not in spoken
    assert not any("你" in topics().topics[key].robot for key in spoken)


def test_the_topics_others_tell_of_are_there():
    assert topics().topics.keys() >= ASKED_FOR


def test_every_icon_exists():
    drawn = (Path(dangan.__file__).parent / "ui/static/vendor/tabler-icons.css").read_text("utf-8")
    for topic in topics().topics.values():
        assert f".ti-{topic.icon}:" in drawn, topic.icon


@pytest.mark.parametrize(
    ("topic", "url", "facts"),
    [
        ("task.unknown", "/", {}),
        ("task.assigned", "/", {"number": "1", "label": "x"}),
        ("deputy.named", "/", {"begins": "1", "ends": "2", "name": "沈知微"}),
        ("reminder.due", "https://example.com/", {"count": 1}),
        ("reminder.due", "//example.com/", {"count": 1}),
        ("reminder.due", "/\\example.com/", {"count": 1}),
        ("case.agreed", "/", {"number": "1", "label": "长" * 121}),
    ],
)
def test_what_no_topic_can_say_is_refused(topic, url, facts):
    with pytest.raises(BadNotice):
        topics().check(topic, url, facts)


def test_a_table_that_contradicts_itself_is_refused():
    line = {
        "group": "a", "icon": "x", "facts": ["n"],
        "title": "{n}", "title_en": "{n}", "text": "", "text_en": "",
    }  # fmt: skip
    group = {"label": "a", "label_en": "a", "help": "", "help_en": "", "mail": True}

    def table(**changed):
        return {"facts": {"n": ""}, "groups": {"a": group}, "topics": {"t": line | changed}}

    assert topics_from(table()).topics["t"].title == "{n}"
    for changed in (
        {"group": "b"}, {"facts": ["name"]}, {"title": "{name}"}, {"robot": "only Chinese"},
    ):  # fmt: skip
        with pytest.raises(BadTopics):
            topics_from(table(**changed))
