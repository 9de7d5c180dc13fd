"""Classes and dates are read as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from dangan.dictionary.rules import BadValue
from dangan.materials.catalogue.rules.dates import read_date
from dangan.materials.catalogue.rules.papers import level_of, party_of, rank_of, stage_of
from dangan.materials.catalogue.table import categories

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("四-1", "4-1"),
        ("4-1", "4-1"),
        ("4—1", "4-1"),
        ("４．１", "4-1"),
        ("学历学位材料", "4-1"),
        ("4-1 学历学位材料", "4-1"),
        ("鉴定、考核、考察材料", "3"),
        ("鉴定考核考察", "3"),
        ("第四类", "4"),
        ("一、履历类材料", "1"),
        ("01.履历类材料", "1"),
        ("十", "10"),
        ("10", "10"),
        ("其它材料", "10"),
        ("参加党团材料", "6"),
        ("自传材料", "2"),
        ("政治历史情况审查材料", "5"),
        ("处分材料", "8"),
        ("出国（境）审批材料", "9-3"),
        ("会议代表（党代会、人代会、政协等代表）材料及其他", "9-4"),
        ("录用、任免、工资、出国、代表登记", "9"),
    ],
)
def test_a_class_is_read_from_any_name(text: str, no: str) -> None:
    found = categories().find(text)
    assert found is not None
    assert found.no == no


@pytest.mark.parametrize(
    "text", ["", "十一", "0", "4-9", "11", "履", "类", "材料", "3-1", "家庭照片"]
)
def test_what_is_no_class_is_none(text: str) -> None:
    assert categories().find(text) is None


def test_every_name_and_alias_leads_to_its_class() -> None:
    for item in categories().all:
        for name in (item.no, item.display_no, item.name, item.short, *item.aliases):
            found = categories().find(name)
            assert found is not None, name
            assert found.no == item.no, name


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2016-06-20", (2016, 6, 20)),
        ("2016.6", (2016, 6, 0)),
        ("2016", (2016, 0, 0)),
        ("2016年", (2016, 0, 0)),
        ("2016年6月", (2016, 6, 0)),
        ("2016年6月20日", (2016, 6, 20)),
        ("20160620", (2016, 6, 20)),
        ("201606", (2016, 6, 0)),
        ("2015.03、2016.06.20", (2016, 6, 20)),
        ("2016.06.20，2015.03", (2016, 6, 20)),
        ("2012.03-2013.05", (2013, 5, 0)),
        ("2012年3月至2013年5月", (2013, 5, 0)),
        ("", (0, 0, 0)),
    ],
)
def test_a_date_is_read_and_of_several_the_last(text: str, known: tuple[int, int, int]) -> None:
    assert read_date(text, TODAY) == known


@pytest.mark.parametrize(
    "text",
    [
        "去年",
        "2016-13",
        "2016-02-30",
        "2026-11-23",
        "2027",
        "1799",
        "16-06-20",
        "2016-0-5",
        "2016年某月",
    ],
)
def test_what_is_no_date_or_to_come_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_date(text, TODAY)


@pytest.mark.parametrize(
    ("title", "stage", "level"),
    [
        ("高中毕业生登记表", "61", 3),
        ("中等专业学校成绩单", "41", 4),
        ("大学专科毕业证书", "31", 5),
        ("专升本毕业生登记表", "21", 6),
        ("本科学位证书复印件", "21", 6),
        ("毕业研究生登记表", "14", 7),
        ("博士研究生学籍表", "11", 8),
        ("学历验证报告", "", 9),
    ],
)
def test_titles_tell_the_stage_of_schooling(title: str, stage: str, level: int) -> None:
    assert stage_of(title) == stage
    assert level_of(stage) == level


def test_titles_tell_party_and_rank_and_a_person_may_say_otherwise() -> None:
    assert [party_of(t) for t in ("入团志愿书", "入党志愿书", "民建入会申请表", "登记表")] == [
        "league",
        "party",
        "democratic",
        "",
    ]
    assert party_of("登记表", "party") == "party"
    assert rank_of("8", "关于给予处分决定的批复") == 1
    assert rank_of("8", "本人对处分决定的意见") == 3
    assert rank_of("8", "本人对处分决定的意见", 2) == 2
    assert rank_of("1", "批复") == 0
