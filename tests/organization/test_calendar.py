"""Chinese working days: counted as chinesecalendar counts them, imported year by year."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from importlib.resources import files

import chinese_calendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import written_events
from tests.statements import own

from dangan.access.rules import Refused
from dangan.organization.calendar import actions, importing, queries
from dangan.organization.calendar.rules import ZONE, Calendar, SpecialDay
from dangan.organization.models import Holiday

SHIPPED = Calendar.of(queries.shipped_days())
BARE = Calendar.of([])
days = st.dates(date(2004, 1, 1), date(2026, 12, 31))
SAMPLE = (files("dangan.organization.calendar") / "data" / "cn_holidays_2020_2026.csv").read_text(
    "utf-8"
)


@given(days)
def test_a_day_is_worked_as_chinesecalendar_says(day: date):
    assert SHIPPED.is_working_day(day) == chinese_calendar.is_workday(day)


@settings(deadline=None)  # chinesecalendar walks day by day
@given(days, days)
def test_days_between_are_those_one_would_count(a: date, b: date):
    counted = len(chinese_calendar.get_workdays(a, b)) if a <= b else None
    if counted is not None:
        assert SHIPPED.working_days_between(a - timedelta(days=1), b) == counted
    assert SHIPPED.working_days_between(a, b) == -SHIPPED.working_days_between(b, a)


@given(days, st.integers(1, 400))
def test_the_nth_working_day_after_is_worked_and_the_nth(day: date, n: int):
    found = SHIPPED.add_working_days(day, n)
    assert SHIPPED.is_working_day(found)
    assert SHIPPED.working_days_between(day, found) == n
    back = SHIPPED.add_working_days(found, -n)
    assert back <= day or not SHIPPED.is_working_day(day)
    assert SHIPPED.is_working_day(back)


@given(days, st.integers(-300, 300))
def test_it_is_what_walking_day_by_day_finds(day: date, n: int):
    step, left, walk = (1 if n > 0 else -1), abs(n), day
    while left:
        walk += timedelta(days=step)
        left -= SHIPPED.is_working_day(walk)
    assert SHIPPED.add_working_days(day, n) == walk


def test_decades_take_no_longer_than_days():
    far = SHIPPED.add_working_days(date(2004, 1, 1), 250 * 60)
    assert far.year in (2062, 2063, 2064)
    assert SHIPPED.working_days_between(date(2004, 1, 1), far) == 250 * 60
    assert SHIPPED.add_working_days(far, -250 * 60) <= date(2004, 1, 2)


@given(days)
def test_the_working_day_of_a_month(day: date):
    found = SHIPPED.working_day_of_month(day)
    if not SHIPPED.is_working_day(day):
        assert found == 0
    else:
        assert found >= 1
        assert SHIPPED.working_day_in_month(day.year, day.month, found) == day


def test_the_first_and_the_last_working_day_of_a_month():
    assert SHIPPED.working_day_in_month(2026, 10, 1) == date(2026, 10, 8)
    assert SHIPPED.working_day_in_month(2026, 2, -1) == date(2026, 2, 28)  # a worked Saturday
    assert BARE.working_day_in_month(2030, 12, -1) == date(2030, 12, 31)
    with pytest.raises(ValueError, match="no working day"):
        SHIPPED.working_day_in_month(2026, 2, 29)


def test_a_time_limit_ends_at_six_of_the_nth_working_day():
    friday = datetime(2026, 9, 18, 15, 30, tzinfo=ZONE)  # Sunday the 20th is worked
    assert SHIPPED.due(friday, 1) == datetime(2026, 9, 20, 18, tzinfo=ZONE)
    assert SHIPPED.due(friday, 3) == datetime(2026, 9, 22, 18, tzinfo=ZONE)
    eve = datetime(2026, 9, 30, 9, tzinfo=ZONE)
    assert SHIPPED.due(eve, 1) == datetime(2026, 10, 8, 18, tzinfo=ZONE)


def test_half_a_day_is_four_working_hours():
    morning = datetime(2026, 9, 16, 9, tzinfo=ZONE)
    assert BARE.due(morning, 0.5) == datetime(2026, 9, 16, 14, tzinfo=ZONE)  # lunch left out
    late = datetime(2026, 9, 16, 17, tzinfo=ZONE)
    assert BARE.due(late, 0.5) == datetime(2026, 9, 17, 12, tzinfo=ZONE)
    night = datetime(2026, 9, 19, 3, tzinfo=ZONE)  # a Saturday
    assert BARE.due(night, 0.5) == datetime(2026, 9, 21, 14, tzinfo=ZONE)
    assert BARE.due(morning, 1.5) == datetime(2026, 9, 18, 14, tzinfo=ZONE)
    assert BARE.due(morning, 0) == morning
    with pytest.raises(ValueError, match="negative"):
        BARE.due(morning, -1)


@given(st.datetimes(datetime(2005, 1, 1), datetime(2025, 12, 1)), st.floats(0, 40))
def test_more_time_is_never_due_earlier(start: datetime, limit: float):
    aware = start.replace(tzinfo=ZONE)
    assert aware <= SHIPPED.due(aware, limit) <= SHIPPED.due(aware, limit + 1)


def test_the_table_in_the_package_agrees_with_chinesecalendar():
    lines = list(csv.DictReader(SAMPLE.splitlines()))
    kinds = {"off": "holiday", "work": "workday"}
    table = {SpecialDay(date.fromisoformat(x["date"]), kinds[x["kind"]], x["name"]) for x in lines}
    assert table == {item for item in queries.shipped_days() if item.day.year >= 2020}


def lines_of(year: int) -> str:
    head, *lines = SAMPLE.splitlines()
    return "\n".join([head, *(line for line in lines if line.startswith(str(year)))])


def test_a_year_is_read_from_a_table():
    table = importing.read(lines_of(2025), 2025)
    assert (table.off, table.worked) == (28, 5)
    assert table.warnings == ()


NOTICE_2025 = """国务院办公厅关于2025年
部分节假日安排的通知
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。\
1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。\
9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def test_a_year_is_read_from_the_official_notice_as_it_is_worded():
    from_notice = importing.read(NOTICE_2025, 2025)
    from_table = importing.read(lines_of(2025), 2025)
    kinds = [(item.day, item.kind) for item in from_notice.days]
    assert kinds == [(item.day, item.kind) for item in from_table.days]


def test_a_notice_may_reach_into_the_year_before():
    text = "一、元旦：2012年1月1日至3日放假调休，共3天。2011年12月31日（周六）上班。"
    days = importing.read(text, 2012).days
    assert days[0] == SpecialDay(date(2011, 12, 31), "workday", "New Year's Day")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "没有内容"),
        ("name,day\n", 1, "date 和 kind 两列"),
        ("date,kind\n2027-02-30,off", 2, "2027-02-30"),
        ("date,kind\n2027-02-01,party", 2, "party"),
        ("date,kind\n2026-02-02,off", 2, "不在 2027 年"),
        ("date,kind\n2027-02-01,off\n2027-02-01,off", 3, "与第 2 行重复"),
        ("date,kind\n2027-02-01,work", 2, "本来就上班"),
        ("date,kind,name\n2027-02-01,off," + "长" * 31, 2, "超过 30 个字"),
        ("date,kind\n", 0, "没有读到任何一天"),
        ("一、元旦：1月1日（周五）至3日（周日）放假，共5天。", 1, "写的是 5 天"),
        ("一、元旦：1月1日（周四）放假1天。", 1, "请核对年份"),
        ("一、元旦：1月32日放假1天。", 1, "没有 1 月 32 日"),
        ("关于2026年部分节假日安排的通知\n一、元旦：1月1日放假1天。", 0, "这是 2026 年的通知"),
        ("字" * 60_001, 0, "内容太长"),
    ],
)
def test_what_does_not_fit_is_said_with_its_line(text: str, line: int, said: str):
    with pytest.raises(importing.BadTable) as refused:
        importing.read(text, 2027)
    number, message = refused.value.problems[0]
    assert number == line
    assert said in str(message)


def test_what_looks_incomplete_is_only_a_warning():
    table = importing.read("date,kind,name\n2027-01-01,off,元旦", 2027)
    assert [str(message)[:5] for message in table.warnings] == ["没有春节、", "2027 "]


@pytest.mark.django_db
def test_an_imported_year_counts_at_once_and_is_logged(cast):
    hr = cast.actor("hr_manager")
    eve = date(2027, 2, 5)  # a Friday
    assert queries.calendar().add_working_days(eve, 1) == date(2027, 2, 8)
    text = "date,kind,name\n2027-02-08,off,春节\n2027-02-07,work,春节"
    actions.import_year(hr, year=2027, text=text)
    now = queries.calendar()
    assert now.knows(2027)
    assert now.add_working_days(eve, 1) == date(2027, 2, 7)
    assert now.add_working_days(eve, 2) == date(2027, 2, 9)
    assert ("calendar.import", "done") in written_events(hr)


@pytest.mark.django_db
def test_a_year_imported_again_replaces_the_first(cast):
    hr = cast.actor("hr_manager")
    actions.import_year(hr, year=2027, text="date,kind,name\n2027-02-08,off,春节")
    actions.import_year(hr, year=2027, text="date,kind,name\n2027-02-09,off,春节")
    now = queries.calendar()
    assert now.is_working_day(date(2027, 2, 8))
    assert not now.is_working_day(date(2027, 2, 9))


@pytest.mark.django_db
def test_a_day_before_new_year_leaves_the_year_before_as_it_was(cast):
    hr = cast.actor("hr_manager")
    before = queries.calendar()
    text = "date,kind,name\n2026-12-26,work,元旦\n2027-01-01,off,元旦"
    actions.import_year(hr, year=2027, text=text)
    now = queries.calendar()
    assert now.is_working_day(date(2026, 12, 26))
    assert now.is_working_day(date(2026, 10, 10)) == before.is_working_day(date(2026, 10, 10))
    assert not now.is_working_day(date(2026, 10, 1))


@pytest.mark.django_db
def test_a_bad_table_changes_nothing(cast):
    hr = cast.actor("hr_manager")
    with pytest.raises(importing.BadTable):
        actions.import_year(hr, year=2027, text="date,kind\n2027-02-08,off\n2027-02-30,off")
    assert Holiday.objects.count() == 0


@pytest.mark.django_db
def test_only_who_keeps_the_calendar_imports(cast):
    for role in ("hr_specialist", "employee", "it", "auditor"):
        with pytest.raises(Refused):
            actions.import_year(cast.actor(role), year=2027, text=lines_of(2025))
    assert Holiday.objects.count() == 0


@pytest.mark.django_db
def test_the_page_shows_a_year_in_few_statements(browser):
    client = browser("hr_specialist")
    client.get("/calendar/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/calendar/?year=2026").content.decode()
    assert len(own(asked)) <= 12, own(asked)
    assert "248 个工作日" in page
    assert "春节" in page
    assert "导入放假安排" not in page
    assert "2028 年的放假安排还没有公布" in client.get("/calendar/?year=2028").content.decode()
    assert client.get("/calendar/?year=abcd").status_code == 200
    assert browser(name="沈知微").get("/calendar/").status_code == 403


@pytest.mark.django_db
def test_a_year_is_tried_first_and_then_taken_over(browser):
    client = browser("hr_manager")
    tried = client.post("/calendar/import/", {"year": 2025, "text": NOTICE_2025})
    assert "放假 28 天，周末上班 5 天" in tried.content.decode()
    assert Holiday.objects.count() == 0
    taken = client.post("/calendar/import/", {"year": 2025, "text": NOTICE_2025, "take": 1})
    assert taken.status_code == 302
    assert taken.headers["Location"] == "/calendar/?year=2025"
    assert Holiday.objects.count() == 33
    refused = client.post("/calendar/import/", {"year": 2027, "text": NOTICE_2025})
    assert refused.status_code == 422
    assert "这是 2025 年的通知" in refused.content.decode()
    assert browser("hr_specialist").post("/calendar/import/", {}).status_code == 403
