"""Identity numbers and names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictionary.cells import TODAY, read, refusal

from dangan.dictionary.values import ParseContext, id_facts
from dangan.dictionary.values.identity import check_digit
from dangan.dictionary.values.regions import region_since

NUMBER, NAME = "identity.id_number", "identity.name"


@pytest.mark.parametrize(
    "raw",
    [
        "51010419791130034X",
        "51010419791130034x",
        " 51010419791130034X ",
        "５１０１０４１９７９１１３００３４Ｘ",
        "510104 19791130 034X",
        "'51010419791130034X",
    ],
)
def test_one_number_in_many_spellings(raw: str) -> None:
    assert read(NUMBER, raw) == "51010419791130034X"


def test_a_wrong_check_digit_is_refused_with_the_right_one() -> None:
    assert "最后一位应为 2" in refusal(NUMBER, "440106198508010550")


def test_a_number_cell_has_lost_its_last_digits() -> None:
    said = refusal(NUMBER, 3.2010219640621e17)
    assert "数字格式" in said
    assert "已经丢失" in said
    assert "数字格式" in refusal(NUMBER, "3.2010219640621E+17")


def test_an_exact_integer_is_as_good_as_text() -> None:
    """A programme sends integers without losing digits, a spreadsheet cannot."""
    assert read(NUMBER, 320102196710192247) == "320102196710192247"


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("110101199003078", "是否缺位"),
        ("1101011990030788", "这里是 16 位"),
        ("11010119900230881X", "1990-02-30 不存在"),
        ("11010A199003078815", "只能是数字"),
        ("110101203003078815", "晚于今天"),
        ("110101189903078815", "过早"),
        ("张三", "应为 18 位"),
        ("1١٠١٠١١٩٩٠٠٣٠٧٨٨١5", "只能是数字"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(raw: str, hint: str) -> None:
    assert hint in refusal(NUMBER, raw)


def test_an_old_number_of_15_digits_is_expanded_with_a_warning() -> None:
    context = ParseContext(today=TODAY)
    value = read(NUMBER, "110101790805334", context)
    assert isinstance(value, str)
    assert value[:17] == "11010119790805334"
    assert id_facts(value).birth == date(1979, 8, 5)
    assert [str(message) for message in context.warnings] == [
        f"身份证号是 15 位旧号码，已按规则补为 {value}，请与本人核对"
    ]


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "911124", "330113", "653228"])
def test_residence_permits_and_new_regions_are_taken(region: str) -> None:
    first = region + "19900307881"
    assert read(NUMBER, first + check_digit(first)) == first + check_digit(first)


def test_regions_know_since_when() -> None:
    assert region_since("110101") == 0
    assert region_since("330113") == 2021
    assert region_since("653228") == 2024
    assert region_since("110103") == 0, "no longer given out, but people keep their numbers"
    assert region_since("999999") is None


@given(
    st.integers(100000, 899999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(1, 17),
)
def test_the_check_digit_catches_every_single_wrong_digit(
    region: int, birth: date, order: int, place: int
) -> None:
    first = f"{region}{birth:%Y%m%d}{order:03d}"
    number = first + check_digit(first)
    assert read(NUMBER, number) == number
    facts = id_facts(number)
    assert (facts.birth, facts.sex) == (birth, "1" if order % 2 else "2")
    wrong = number[:place] + str((int(number[place]) + 1) % 10 if place < 17 else 0)
    wrong += number[place + 1 :]
    if wrong != number:
        refusal(NUMBER, wrong)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("周　洋", "周洋"),
        ("周 洋", "周洋"),
        (" 欧阳娜娜 ", "欧阳娜娜"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 ． 买买提", "阿依古丽·买买提"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ", "John"),
        ("㛃", "㛃"),
        ("𬱖", "𬱖"),
        ("〇〇", "〇〇"),
    ],
)
def test_names_are_tidied(raw: str, name: str) -> None:
    assert read(NAME, raw) == name


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("张三2", "不能有数字"),
        ("张三①", "不能有"),
        ("=cmd()", "不能有“=”"),
        ("<b>张三</b>", "不能有"),
        ("·", "不像姓名"),
        ("张" * 51, "最多 50 个"),
        (12.0, "不能有数字"),
    ],
)
def test_what_is_no_name_is_refused(raw: object, hint: str) -> None:
    assert hint in refusal(NAME, raw)


def test_an_employee_number_keeps_its_zeros_and_loses_spaces() -> None:
    assert read("identity.employee_number", " Y 00001 ") == "Y00001"
    assert read("identity.employee_number", 1024.0) == "1024"
    assert "编号只能" in refusal("identity.employee_number", "Y0001；Y0002")
