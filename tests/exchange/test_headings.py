"""Finding the headings and saying which field each column is, however people dress them up."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangan.dictionary.loading import builtin
from dangan.dictionary.values import ParseContext
from dangan.exchange.rules.guessing import HeadingIndex, guess_sheet, read_as
from dangan.exchange.rules.headings import Column, Heading, folded, shown
from dangan.exchange.rules.mapping import PERSON, SKIP, corrected, from_json, to_json
from dangan.exchange.rules.people import unresolved
from dangan.exchange.rules.reading import SheetReader

DICTIONARY = builtin()
INDEX = HeadingIndex(DICTIONARY)
TODAY = date(2026, 11, 21)


def numbered(rows):
    return tuple((number, list(cells)) for number, cells in enumerate(rows, 1) if any(cells))


def guess(rows, merged=(), name="Sheet1"):
    return guess_sheet(name, numbered(rows), merged, INDEX)


def paths(rows, merged=(), name="Sheet1"):
    found = guess(rows, merged, name)
    return {column.heading: column.path for column in found.columns if column.path}


def values(rows, merged=()):
    mapping = guess(rows, merged)
    reader = SheetReader(mapping, DICTIONARY, ParseContext(TODAY, str, unresolved), merged=merged)
    return reader.read(numbered(rows))


def test_titles_and_notes_above_do_not_matter():
    rows = [["员工信息表", "", ""], ["填报单位：某部", "", ""], [], ["姓名", "性别", "身份证号"]]
    assert guess(rows).heading_row == 4


def test_a_report_names_headings_without_spaces_and_breaks():
    assert shown("手机\n 号\u3000码") == "手机号码"
    assert folded("＊手机 号码（必填）：") == "手机号码"
    assert folded("*出生日期（yyyy-mm-dd）") == "出生日期"


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("姓 名", "identity.name"),
        ("员工姓名", "identity.name"),
        ("身份证号码*", "identity.id_number"),
        ("公民身份号码", "identity.id_number"),
        ("手机", "contact.mobile"),
        ("联系电话", "contact.mobile"),
        ("入职日期", "post.joined"),
        ("参加工作\n时间", "identity.work_start"),
        ("所在部门", "post.unit"),
        ("A0101姓名", "identity.name"),
        ("A0104", "identity.sex"),
        ("A0192A现任职务全称", "post.full_title"),
        ("工号", "identity.employee_number"),
        ("人员编号", "identity.employee_number"),
    ],
)
def test_headings_that_people_write(heading, path):
    assert INDEX.paths(shown(heading))[0][0] == path


@pytest.mark.parametrize("heading", ["配偶姓名", "序号", "审核人", "随便什么"])
def test_headings_that_mean_something_else_are_left_alone(heading):
    assert "identity.name" not in [path for path, _ in INDEX.paths(heading)]


def test_a_heading_over_two_rows():
    rows = [
        ["姓名", "证件", "", "紧急联系", ""],
        ["", "身份证号", "民族", "紧急联系人", "紧急联系人电话"],
        ["李四", "", "汉族", "", ""],
    ]
    merged = [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)]
    found = guess(rows, merged)
    assert found.heading_row == 2
    assert [column.path for column in found.columns] == [
        "identity.name",
        "identity.id_number",
        "identity.ethnicity",
        "contact.emergency_name",
        "contact.emergency_phone",
    ]


def test_a_sheet_of_one_set_is_known_by_its_columns_or_its_name():
    family = [["员工编号", "称谓", "姓名", "出生年月"], ["A1", "父亲", "甲", "1950-08"]]
    assert guess(family).home == "family"
    people = [["工号", "姓名", "性别", "学历", "专业"], ["A1", "甲", "男", "大专", "会计"]]
    assert guess(people).home == PERSON
    named = [["工号", "姓名", "学历", "专业"], ["A1", "甲", "大专", "会计"]]
    assert guess(named, name="教育经历").home == "education"


def test_a_column_without_a_known_heading_is_known_by_what_stands_in_it():
    rows = [["姓名", "号码甲", "号码乙"]] + [
        [name, "11010119900307803X", "13800138000"] for name in ("李四", "王五", "赵六")
    ]
    found = {c.heading: (c.path, c.confidence) for c in guess(rows).columns}
    assert found["号码甲"] == ("identity.id_number", 0.5)
    assert found["号码乙"] == ("contact.mobile", 0.5)


def test_a_field_is_given_to_one_column_only():
    rows = [["姓名", "手机", "联系电话"], ["李四", "13800138000", "13900139000"]]
    chosen = [column.path for column in guess(rows).columns]
    assert chosen.count("contact.mobile") == 1


def test_a_sheet_without_headings_is_not_guessed():
    assert guess([["李四", "男"], ["王五", "女"]]) is None
    assert guess([["菜名", "价钱", "桌号"], ["面", "3", "7"]]) is None


def test_a_person_may_correct_the_columns():
    mapping = guess([["姓名", "身份证号", "备用"], ["李四", "", ""]])
    changed = corrected(mapping, {2: "contact.mobile", 1: SKIP})
    assert [c.path for c in changed.columns] == ["identity.name", SKIP, "contact.mobile"]
    twice = corrected(mapping, {2: "identity.name"})
    assert [c.path for c in twice.columns] == ["identity.name", "identity.id_number", SKIP]
    assert from_json(to_json([changed])) == [changed]


def test_reading_a_sheet_as_another_kind_guesses_again():
    heading = Heading(1, (Column(0, "工号"), Column(1, "姓名"), Column(2, "关系")), 0)
    assert read_as("x", heading, (), INDEX, "family").column_of("family.name").index == 1


def test_totals_footers_blanks_and_repeated_headings_are_no_people():
    heads = ["序号", "姓名", "工号"]
    rows = [
        heads,
        ["1", "李四", "A1"],
        ["", "", ""],
        ["2", "", ""],
        heads,
        ["3", "合一", "A2"],
        ["合 计", "", "2人"],
        ["填表人：某某", "", ""],
        ["备注：以上属实", "", ""],
    ]
    result = values(rows)
    assert [row.number for row in result.rows] == [2, 6]
    assert result.errors == []


def test_a_person_called_like_a_total_still_counts():
    assert len(values([["姓名", "工号"], ["总计", "A1"]]).rows) == 1


def test_cells_merged_downward_hold_for_every_row():
    rows = [["姓名", "民族"], ["李四", "汉族"], ["王五", ""], ["赵六", ""], ["孙七", "回族"]]
    found = values(rows, merged=[(1, 1, 3, 1)]).rows
    assert [row.values["identity.ethnicity"] for row in found] == ["01", "01", "01", "03"]


def test_a_merge_over_the_whole_sheet_costs_nothing():
    rows = [["姓名", "民族"], ["李四", "汉族"]]
    assert len(values(rows, merged=[(1, 0, 1_048_575, 16_383)]).rows) == 1


PEOPLE = (
    ("李思齐", "男", "1990-03-07", "13800138000", "汉族"),
    ("王若曦", "女", "1985-11-20", "13912345678", "回族"),
    ("欧阳静", "女", "1979-01-09", "15000000001", "满族"),
)
FIELDS = {
    "identity.name": ("姓名", "姓\u3000名", "员工姓名", "A0101姓名", "*姓名"),
    "identity.sex": ("性别", "性 别", "A0104性别"),
    "identity.birth_date": ("出生日期", "出生\n年月", "出生年月", "A0107出生日期"),
    "contact.mobile": ("手机", "手机号码", "联系电话", "手机\n号码（必填）"),
    "identity.ethnicity": ("民族", "民 族"),
}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def dressed_up(draw):
    """The same three people as different offices would send them."""
    order = draw(st.permutations(range(5)))
    headings = [draw(st.sampled_from(FIELDS[list(FIELDS)[column]])) for column in order]
    lines = [[draw(_cell(PEOPLE[who][column], column)) for column in order] for who in range(3)]
    above = draw(
        st.lists(st.sampled_from([["××公司员工信息表"], ["填报日期：2026.10.31"], []]), max_size=4)
    )
    left = draw(st.integers(0, 2))
    rows = [*above, headings, *lines]
    return [[""] * left + list(row) for row in rows]


def _cell(value, column):
    spellings = [value, f" {value} ", f"\u3000{value}"]
    if column == 2:
        year, month, day = value.split("-")
        spellings += [
            f"{year}.{month}.{day}",
            f"{year}/{int(month)}/{int(day)}",
            f"{year}年{int(month)}月{int(day)}日",
            f"{year}{month}{day}",
            value.translate(WIDE),
            date.fromisoformat(value),
        ]
    if column == 3:
        spellings += [
            value.translate(WIDE),
            f"+86 {value}",
            f"{value[:3]}-{value[3:7]}-{value[7:]}",
            float(value),
        ]
    if column == 0 and len(value) == 3:
        spellings += [f"{value[0]} {value[1:]}"]
    return st.sampled_from(spellings)


@settings(max_examples=200, deadline=None)
@given(rows=dressed_up())
def test_the_same_people_come_out_whatever_the_dress(rows):
    result = values(rows)
    assert result.errors == []
    assert [row.values for row in result.rows] == [
        {
            "identity.name": name,
            "identity.sex": {"男": "1", "女": "2"}[sex],
            "identity.birth_date": birth,
            "contact.mobile": mobile,
            "identity.ethnicity": {"汉族": "01", "回族": "03", "满族": "11"}[ethnicity],
        }
        for name, sex, birth, mobile, ethnicity in PEOPLE
    ]


CELLS = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=True),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    seed=st.integers(0, 1000),
)
def test_any_cells_are_read_or_named_and_nothing_else(rows, seed):
    luck = random.Random(seed)  # noqa: S311 - which heading, nothing else
    headings = [luck.choice(DICTIONARY.fields).label for _ in range(2)] + ["姓名"]
    result = values([headings, *rows]) if guess([headings, *rows]) else None
    if result is not None:
        assert all(str(finding.message) for finding in result.errors)
