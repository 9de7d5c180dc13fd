"""Dates as people write them, and those that do not exist."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictionary.cells import read, refusal

from dangan.dictionary.rules import OPEN_END
from dangan.dictionary.values.dates import first_day, last_day

BIRTH, JOINED, END = "identity.birth_date", "post.joined", "work_experience.end"


@pytest.mark.parametrize(
    "raw",
    [
        "1979-11-30",
        "1979/11/30",
        "1979.11.30",
        "1979年11月30日",
        "1979年11月30号",
        "19791130",
        "１９７９－１１－３０",
        " 1979-11-30 ",
        "1979 年 11 月 30 日",
        "1979-11-30 00:00:00",
        "1979-11-30T00:00:00",
        "1979—11—30",
        "1979、11、30",
        date(1979, 11, 30),
        datetime(1979, 11, 30, 8, 15),
        19791130,
        19791130.0,
        29189,
        29189.0,
    ],
)
def test_one_day_in_many_spellings(raw: object) -> None:
    assert read(JOINED, raw) == "1979-11-30"


@pytest.mark.parametrize("raw", ["1999年7月", "1999.07", "1999-7", "199907", "1999/07", 199907.0])
def test_a_month_stays_a_month(raw: object) -> None:
    assert read(BIRTH, raw) == "1999-07"


@pytest.mark.parametrize("raw", ["1999", "1999年", 1999, 1999.0])
def test_a_year_stays_a_year(raw: object) -> None:
    assert read(BIRTH, raw) == "1999"


def test_a_field_that_needs_the_day_refuses_a_month() -> None:
    assert "没有写到日" in refusal(JOINED, "1999.07")


@pytest.mark.parametrize(
    "raw", ["1990年2月31日", "1990-02-29", "19900230", "1990.13", "2001.00", 20010931.0]
)
def test_a_day_that_does_not_exist_is_named(raw: object) -> None:
    assert "不存在" in refusal(BIRTH, raw)


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("79.11.30", "年份要写四位"),
        ("85年3月", "年份要写四位"),
        ("30/11/1979", "按年、月、日的顺序"),
        ("昨天", "不是日期"),
        ("1234-05-06", "年份不合理"),
        (-3, "不是日期"),
        (1e300, "不是日期"),
        (float("inf"), "不是日期"),
        ("①⑩⑨⑨", "不是日期"),
        (True, "不是日期"),
    ],
)
def test_what_is_no_date_is_refused_with_a_hint(raw: object, hint: str) -> None:
    assert hint in refusal(BIRTH, raw)


def test_a_number_cell_that_dropped_a_zero_is_not_guessed() -> None:
    """2001.10 typed into a number cell arrives as 2001.1, which may be January."""
    assert "1 月还是 10 月" in refusal(BIRTH, 2001.1)
    assert read(BIRTH, 2001.09) == "2001-09"
    assert read(BIRTH, 2001.12) == "2001-12"


def test_a_serial_counts_only_in_a_number_cell() -> None:
    assert read(JOINED, 36526.0) == "2000-01-01"
    assert "不是日期" in refusal(JOINED, "36526")


@pytest.mark.parametrize("raw", ["至今", "现在", " 至 今 ", "目前", "Present"])
def test_until_now_is_an_open_end(raw: str) -> None:
    assert read(END, raw) == OPEN_END


def test_until_now_is_no_date_elsewhere() -> None:
    assert "不是日期" in refusal(BIRTH, "至今")


@pytest.mark.parametrize("raw", ["", None, "  ", "无", "-", "——", "/", "　"])
def test_nothing_is_nothing(raw: object) -> None:
    assert read(BIRTH, raw) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_is_read_in_every_spelling(day: date) -> None:
    spellings = [day, day.isoformat(), f"{day:%Y.%m.%d}", f"{day:%Y%m%d}"]
    spellings += [f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}"]
    assert {read(JOINED, spelling) for spelling in spellings} == {day.isoformat()}


@given(st.integers(1900, 2199), st.integers(1, 12))
def test_the_days_a_month_may_mean(year: int, month: int) -> None:
    value = f"{year}-{month:02d}"
    first, last = first_day(value), last_day(value)
    assert (first.year, first.month, first.day) == (year, month, 1)
    assert (last.year, last.month) == (year, month)
    assert last.toordinal() - first.toordinal() in (27, 28, 29, 30)
    assert first_day(str(year)) <= first <= last <= last_day(str(year))
