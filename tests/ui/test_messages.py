"""Three languages: nothing untranslated, nothing stale, every placeholder kept."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils import translation

from dangan.dictionary.rules import Message
from dangan.ui.languages import label, traditional
from dangan.ui.messages import say

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/messages.py"
_spec = importlib.util.spec_from_file_location("messages_script", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


def test_the_catalogues_say_everything_and_nothing_else():
    assert script.faults() == []


def test_templates_and_python_are_both_read():
    said = script.found()
    assert "仅显示你有权查看的人员与字段" in said
    assert "请给视图起个名字" in said
    assert "这份档案的密钥已销毁，内容无法再打开。" in said


def test_a_message_is_translated_before_it_is_filled_in():
    message = Message("部门“{unit}”不存在", unit="研发1部")
    assert say(message) == "部门“研发1部”不存在"
    with translation.override("zh-hant"):
        assert say(message) == "部門“研发1部”不存在"


def test_what_a_person_wrote_is_never_converted():
    assert say("") == ""
    assert say(Message("{name}", name="钟里")) == "钟里"


@dataclass
class Kind:
    text: str = "公民身份号码"
    params: dict = field(default_factory=dict)


def test_a_message_within_a_message_is_said_too():
    assert say(Message("“{value}”不是{kind}，请核对", value="x", kind=Kind())) == (
        "“x”不是公民身份号码，请核对"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-hans", "汉族"), ("zh-hant", "漢族"), ("en", "Han"), ("en-gb", "Han")],
)
def test_labels_follow_the_language(language, expected):
    assert label("汉族", "Han", language) == expected


def test_a_label_without_english_stays_chinese():
    assert label("自定字段", "", "en") == "自定字段"
    assert traditional("档案") == "檔案"


def test_placeholders_survive_the_conversion_to_traditional():
    assert script.converter()("第 %(count)s 条，{发}") == "第 %(count)s 條，{发}"
