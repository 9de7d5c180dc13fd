"""Names read as people say them, and sort by sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.roster.pinyin import initials_of, name_key, pinyin_of_name, sort_key

READINGS = [
    ("仇和", "qiu he"),
    ("单雄信", "shan xiong xin"),
    ("解晓东", "xie xiao dong"),
    ("查良镛", "zha liang yong"),
    ("曾国藩", "zeng guo fan"),
    ("区小明", "ou xiao ming"),
    ("盖叫天", "ge jiao tian"),
    ("朴树", "piao shu"),
    ("乐嘉", "yue jia"),
    ("李乐", "li le"),
    ("尉迟敬德", "yu chi jing de"),
    ("万俟卨", "mo qi xie"),
    ("欧阳修", "ou yang xiu"),
    ("吕布", "lv bu"),
    ("Anna Lee", "anna lee"),
    ("阿卜杜拉·买买提", "a bu du la mai mai ti"),
    ("", ""),
]


@pytest.mark.parametrize(("name", "expected"), READINGS)
def test_a_name_reads_as_people_say_it(name: str, expected: str) -> None:
    assert pinyin_of_name(name) == expected


def test_initials_are_first_letters() -> None:
    assert initials_of(pinyin_of_name("尉迟敬德")) == "ycjd"
    assert initials_of("") == ""


def test_people_of_one_surname_stay_together() -> None:
    names = ["章明", "张伟", "张爱", "章爱", "Zoe", "安心", "西安", "先生"]
    assert sorted(names, key=name_key) == [
        *("Zoe", "安心", "西安", "先生", "张爱", "张伟", "章爱", "章明"),
    ]


def test_a_short_syllable_comes_before_longer_ones() -> None:
    assert sort_key("西安") < sort_key("先")


@given(st.text(max_size=6), st.text(max_size=6))
def test_different_texts_have_different_keys(one: str, other: str) -> None:
    assert (name_key(one) == name_key(other)) == (one == other)
    assert (sort_key(one) == sort_key(other)) == (one == other)


@given(st.text(max_size=8))
def test_pinyin_is_what_can_be_typed(name: str) -> None:
    spelled = pinyin_of_name(name)
    assert spelled == " ".join(spelled.split())
