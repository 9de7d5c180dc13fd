"""Terms: when they are over, what law holds back, which line speaks of what. The rules without
a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary.rules.labels import RETENTIONS
from dangan.materials.disposal.models import ScheduleVersion
from dangan.materials.disposal.rules.schedules import (
    BadSchedule,
    Line,
    Part,
    Start,
    checked,
    differences,
    due_on,
    is_due,
    line_for,
    line_of_set,
    verdict,
)
from dangan.materials.disposal.schedules import current, seed, version, versions

DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))
YEARS = st.integers(0, 100)
TODAY = date(2026, 11, 22)


def line(years: int | None, *, statutory: bool = False, key: str = "x") -> Line:
    return Line(
        key=key,
        label="期限",
        applies="set",
        names=(key,),
        years=years,
        law="法",
        statutory=statutory,
    )


def part(years: int | None, start: date | None, *, statutory: bool = False) -> Part:
    return Part(line(years, statutory=statutory), start)


@given(YEARS, DAYS)
def test_a_longer_term_never_ends_earlier(years: int, start: date) -> None:
    one, longer = due_on(years, start), due_on(years + 1, start)
    assert one and longer and one < longer


@given(YEARS, DAYS, st.integers(0, 4000))
def test_a_later_start_never_ends_earlier(years: int, start: date, later: int) -> None:
    one, other = due_on(years, start), due_on(years, start + timedelta(days=later))
    assert one and other and one <= other


@given(YEARS.filter(bool), DAYS)
def test_the_whole_of_every_year_is_kept(years: int, start: date) -> None:
    day = due_on(years, start)
    assert day and not is_due(years, start, day - timedelta(days=1)) and is_due(years, start, day)
    assert (day - start).days >= years * 365


@given(DAYS)
def test_for_good_and_not_yet_begun_are_never_over(day: date) -> None:
    assert due_on(None, day) is None
    assert due_on(2, None) is None


def test_leap_days_end_with_february() -> None:
    assert due_on(2, date(2020, 2, 29)) == date(2022, 3, 1)
    assert due_on(4, date(2020, 2, 29)) == date(2024, 3, 1)
    assert due_on(0, date(2020, 2, 29)) == date(2020, 2, 29)


def test_all_over_is_destroyed_and_only_law_restricts() -> None:
    over, law = part(2, date(2020, 1, 1)), part(30, date(2020, 1, 1), statutory=True)
    assert verdict([over], TODAY).way == "destroy"
    both = verdict([over, law], TODAY)
    assert (both.way, both.on, both.until) == ("restrict", date(2022, 1, 2), date(2050, 1, 2))
    assert verdict([over, part(30, date(2020, 1, 1))], TODAY).way == "keep"
    assert verdict([over, part(None, date(2020, 1, 1), statutory=True)], TODAY).way == "keep"
    assert verdict([law], TODAY).way == "keep"
    assert verdict([], TODAY).way == "keep"


@given(
    st.lists(
        st.builds(part, st.none() | YEARS, st.none() | DAYS, statutory=st.booleans()),
        max_size=6,
    ),
    DAYS,
)
def test_nothing_is_destroyed_while_anything_runs(parts: list[Part], today: date) -> None:
    found = verdict(parts, today)
    running = [one for one in parts if one.due is None or one.due > today]
    if found.way == "destroy":
        assert parts and not running
    if found.way == "restrict":
        assert all(one.line.statutory for one in running)
        assert found.until and found.until > today


def test_sub_classes_follow_their_class_and_sets_their_longest_rule() -> None:
    table = [
        Line(key="4", label="学历", applies="category", names=("4",), years=5),
        Line(key="9-1", label="工资", applies="category", names=("9-1",), years=30),
        Line(key="a", label="短", applies="retention", names=("departure_2y",), years=2),
        Line(key="b", label="长", applies="retention", names=("departure_3y",), years=3),
        Line(key="c", label="自定", applies="set", names=("training",), years=1),
    ]
    found = line_for(table, "category", "4-1")
    assert found and found.key == "4"
    assert line_for(table, "category", "9-2") is None
    longest = line_of_set(table, "secrecy", ["departure_2y", "departure_3y", "unknown"])
    assert longest and longest.key == "b"
    own = line_of_set(table, "training", ["departure_3y"])
    assert own and own.key == "c"


def test_the_built_in_table_speaks_of_every_rule_of_the_dictionary() -> None:
    seed.cache_clear()
    spoken = {name for one in seed() if one.applies == "retention" for name in one.names}
    assert spoken == set(RETENTIONS)
    assert all(one.law for one in seed())


@pytest.mark.parametrize(
    ("bad", "key", "says"),
    [
        ([line(2), Line(key="x", label="同号", applies="set", names=("y",))], "x", "编号相同"),
        ([Line(key="x", label=" ", applies="set", names=("x",), years=1)], "x", "名称"),
        ([line(101)], "x", "0 到 100"),
        ([line(-1)], "x", "0 到 100"),
        ([Line(key="x", label="无据", applies="set", names=("x",), statutory=True)], "x", "法规"),
        (
            [line(1, key="a"), Line(key="b", label="同", applies="set", names=("a",), years=2)],
            "b",
            "出现在两行",
        ),
    ],
)
def test_tables_that_cannot_be_are_refused(bad: list[Line], key: str, says: str) -> None:
    with pytest.raises(BadSchedule) as refused:
        checked(bad)
    assert refused.value.key == key
    assert says in refused.value.message.text


def test_a_table_may_hold_the_longest_and_the_shortest_and_one_name_of_two_kinds() -> None:
    lines = [
        line(100, key="a"),
        line(0, key="b"),
        line(None, key="c"),
        Line(key="d", label="密", applies="retention", names=("a",), years=1),
        Line(key="e", label="法定", applies="kind", names=("a",), law="法", statutory=True),
    ]
    assert checked(lines) == tuple(lines)


def test_only_classes_of_material_follow_the_class_above() -> None:
    table = [
        Line(key="4", label="学历", applies="category", names=("4",), years=5),
        Line(key="4-1", label="学位", applies="category", names=("4-1",), years=9),
        Line(key="s", label="自定", applies="set", names=("x",), years=1),
    ]
    found = line_for(table, "category", "4-1")
    assert found and found.key == "4-1"
    assert line_for(table, "set", "x-1") is None
    assert line_for(table, "retention", "4") is None


def test_the_longest_rule_of_a_set_is_for_good_and_among_equals_not_of_departure() -> None:
    def rule(key: str, years: int | None, starts: Start = "departure") -> Line:
        return Line(
            key=key, label=key, applies="retention", names=(key,), years=years, starts=starts
        )

    table = [rule("century", 100), rule("good", None), rule("a", 7, "formation"), rule("b", 7)]
    for keys, wanted in (
        (["century", "good"], "good"),
        (["a", "b"], "a"),
        (["b", "century"], "century"),
        (["b"], "b"),
    ):
        found = line_of_set(table, "training", keys)
        assert found and found.key == wanted, keys
    assert line_of_set(table, "training", ["unknown"]) is None


def test_terms_beyond_the_calendar_are_never_over() -> None:
    assert due_on(1, date(9996, 5, 5)) == date(9997, 5, 6)
    assert due_on(1, date(9997, 12, 31)) == date(9999, 1, 1)
    assert due_on(1, date(9998, 5, 5)) is None
    assert not is_due(100, date(9950, 1, 1), date.max)


def test_the_day_itself_is_over_and_the_last_and_longest_lines_decide() -> None:
    today = date(2026, 11, 22)
    short, long = part(2, date(2024, 11, 21)), part(1, date(2024, 1, 1))
    assert short.due == today
    found = verdict([long, short], today)
    assert (found.way, found.on, found.line) == ("destroy", today, short.line)
    assert verdict([short], today - timedelta(days=1)).way == "keep"
    one = part(30, date(2020, 1, 1), statutory=True)
    other = part(40, date(2020, 1, 1), statutory=True)
    found = verdict([one, other, long], today)
    assert (found.way, found.on) == ("restrict", long.due)
    assert (found.until, found.line) == (other.due, other.line)
    assert verdict([one, part(None, date(2020, 1, 1), statutory=True), long], today).way == "keep"


def test_the_table_in_force_is_the_newest_and_the_built_in_one_stays(db: None) -> None:
    assert (current().version, current().lines) == (0, seed())
    assert [item.version for item in versions()] == [0]
    for number in (1, 2):
        ScheduleVersion.objects.create(
            version=number,
            body=msgspec.to_builtins([line(number)]),
            by=UUID(int=number),
            at=datetime(2026, 11, number, tzinfo=UTC),
        )
    found = current()
    assert (found.version, found.by) == (2, UUID(int=2))
    assert found.lines == (line(2),)
    assert found.line("x") == line(2)
    assert found.line("y") is None
    assert [item.version for item in versions()] == [2, 1, 0]
    first, built_in = version(1), version(0)
    assert first and first.lines == (line(1),)
    assert first.at == datetime(2026, 11, 1, tzinfo=UTC)
    assert built_in and (built_in.version, built_in.lines) == (0, seed())
    assert version(3) is None


def test_differences_name_lines() -> None:
    before, after = [line(1, key="a"), line(1, key="b")], [line(2, key="b"), line(1, key="c")]
    assert differences(before, after) == {"a": "removed", "b": "changed", "c": "added"}
