"""Order and numbers against a table of examples for every class, and what holds of every order."""

from __future__ import annotations

import random
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.numbering import labels, numbers, renumbering
from dangan.materials.catalogue.rules.order import Entry, arrange, equals, when
from dangan.materials.catalogue.table import categories

TABLE = categories()
FILE = Path(__file__).parent.parent / "data" / "arranged.tsv"


def _entry(place: int, line: str) -> tuple[str, Entry]:
    number, title, formed, matter, stage = line.split("\t")
    parts = [int(part) for part in formed.split("-")] if formed else []
    year, month, day = [*parts, 0, 0, 0][:3]
    body = MaterialBody(
        category=number.rpartition("-")[0],
        title=title,
        year=year,
        month=month,
        day=day,
        matter=matter,
        stage=stage,
    )
    return number, Entry(UUID(int=place), body)


EXAMPLES = [
    _entry(place, line)
    for place, line in enumerate(FILE.read_text("utf-8").splitlines()[2:], start=1)
]
BY_CLASS = {
    no: [(number, entry) for number, entry in EXAMPLES if entry.body.category == no]
    for no in dict.fromkeys(entry.body.category for _number, entry in EXAMPLES)
}


def test_every_class_has_six_examples_at_least() -> None:
    assert set(BY_CLASS) == {item.no for item in TABLE.holding}
    assert min(len(lines) for lines in BY_CLASS.values()) >= 6


@pytest.mark.parametrize("no", BY_CLASS)
@pytest.mark.parametrize("seed", range(5))
def test_each_class_stands_as_its_rule_says(no: str, seed: int) -> None:
    lines = BY_CLASS[no]
    shuffled = [entry for _number, entry in lines]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - any order will do
    arranged = arrange(shuffled, TABLE)
    found = labels(arranged)
    assert [(found[e.id], e.body.title) for e in arranged] == [
        (number, entry.body.title) for number, entry in lines
    ]


def test_a_whole_volume_stands_in_the_order_of_the_classes() -> None:
    shuffled = [entry for _number, entry in EXAMPLES]
    random.Random(7).shuffle(shuffled)  # noqa: S311
    assert [entry.id for entry in arrange(shuffled, TABLE)] == [e.id for _n, e in EXAMPLES]


def _simple(ident: int, day: int = 1, **more: object) -> Entry:
    body = MaterialBody(category="1", title="履历表", year=2016, month=6, day=day)
    return Entry(UUID(int=ident), msgspec.structs.replace(body, **more), since=float(ident))


def test_equals_keep_the_order_of_their_filing_until_somebody_places_them() -> None:
    first, second, third = (_simple(number) for number in (1, 2, 3))
    assert arrange([third, second, first], TABLE) == [first, second, third]
    placed = _simple(3, moved=1)
    assert [e.id.int for e in arrange([first, second, placed], TABLE)] == [3, 1, 2]
    assert {e.id.int for e in equals([first, second, placed, _simple(4, 2)], first.id, TABLE)} == {
        1,
        2,
        3,
    }


def test_a_number_once_pencilled_is_kept_among_equals() -> None:
    old, new = _simple(9, number=1), _simple(2)
    assert arrange([new, old], TABLE) == [old, new]


def test_papers_of_different_matters_are_not_equal() -> None:
    lines = [entry for _number, entry in BY_CLASS["5"]]
    assert [entry.body.title for entry in equals(lines, lines[1].id, TABLE)] == ["入党政审结论"]


def test_what_is_kept_apart_comes_last_and_leaves_no_gap() -> None:
    plain = [_simple(1), _simple(2, 5)]
    secret = Entry(UUID(int=3), _simple(3, 2).body, apart=True)
    arranged = arrange([secret, *plain], TABLE)
    assert [labels(arranged)[entry.id] for entry in plain] == ["1-1", "1-2"]
    assert labels(arranged)[secret.id] == "1-3"


def test_an_insertion_lists_the_numbers_that_change() -> None:
    before = [_simple(1, number=1), _simple(2, 5, number=2), _simple(3, 9, number=3)]
    new = _simple(4, 5, title="补充履历表")
    changes = renumbering(before, [*before, new], TABLE)
    assert [(c.title, c.old, c.new) for c in changes] == [
        ("补充履历表", "", "1-3"),
        ("履历表", "1-3", "1-4"),
    ]


def test_a_paper_that_left_its_class_still_bears_the_old_number() -> None:
    moved = _simple(1, category="3", was="1-1")
    stays = _simple(2, 5, number=2)
    changes = renumbering([moved, stays], [moved, stays], TABLE)
    assert [(c.old, c.new) for c in changes] == [("1-2", "1-1"), ("1-1", "3-1")]


titles = st.sampled_from(
    [
        "入党志愿书",
        "入团申请书",
        "调查报告",
        "处分决定",
        "批复",
        "考察材料",
        "任免表",
        "本科成绩单",
        "履历表",
    ]
)
bodies = st.builds(
    MaterialBody,
    category=st.sampled_from([item.no for item in TABLE.holding]),
    title=titles,
    year=st.sampled_from([0, 1999, 2000]),
    month=st.integers(0, 3),
    day=st.integers(0, 2),
    matter=st.sampled_from(["", "甲", "乙"]),
    moved=st.integers(0, 2),
    number=st.integers(0, 3),
)
volumes = st.lists(
    st.builds(
        lambda number, body, since, apart: Entry(UUID(int=number), body, since, apart),
        st.integers(1, 10_000),
        bodies,
        st.sampled_from([0.0, 1.0]),
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda entry: entry.id,
)


@given(volumes, st.randoms(use_true_random=False))
def test_the_order_is_total_and_does_not_hang_on_how_papers_come(volume, chance) -> None:
    arranged = arrange(volume, TABLE)
    shuffled = list(volume)
    chance.shuffle(shuffled)
    assert arrange(shuffled, TABLE) == arranged
    assert arrange(arranged, TABLE) == arranged
    assert Counter(e.id for e in arranged) == Counter(e.id for e in volume)


@given(volumes)
def test_numbers_run_from_one_without_gaps_in_each_class(volume) -> None:
    arranged = arrange(volume, TABLE)
    counted = numbers(arranged)
    for no, group in groupby(arranged, key=lambda entry: entry.body.category):
        given_numbers = [counted[entry.id] for entry in group]
        assert given_numbers == list(range(1, len(given_numbers) + 1)), no


@given(volumes)
def test_dates_run_forward_where_the_class_goes_by_date(volume) -> None:
    arranged = arrange(volume, TABLE)
    for entry, after in pairwise(arranged):
        same = (entry.body.category, entry.apart) == (after.body.category, after.apart)
        if same and TABLE.by_no[entry.body.category].ordering == "date":
            assert when(entry.body) <= when(after.body)


@given(volumes)
def test_papers_of_one_matter_stand_together(volume) -> None:
    runs = [
        key
        for key, _group in groupby(
            (e for e in arrange(volume, TABLE) if e.body.matter),
            key=lambda e: (e.body.category, e.apart, e.body.matter),
        )
        if TABLE.by_no[key[0]].ordering in {"matter", "appointment"}
    ]
    assert len(runs) == len(set(runs))


@given(volumes, bodies, st.booleans())
def test_an_insertion_changes_only_later_numbers_of_its_class(volume, body, apart) -> None:
    """In classes that go by matter: nothing before the first paper of its matter."""
    new = Entry(UUID(int=20_000), msgspec.structs.replace(body, moved=0, number=0), 9.0, apart)
    before = arrange(volume, TABLE)
    after = arrange([*volume, new], TABLE)
    old, now = labels(before), labels(after)
    changed = [entry for entry in after if entry.id in old and old[entry.id] != now[entry.id]]
    assert {entry.body.category for entry in changed} <= {body.category}
    if TABLE.by_no[body.category].ordering in {"date", "party"}:
        place = after.index(new)
        assert all(after.index(entry) > place for entry in changed)
        assert [entry for entry in after if entry.id != new.id] == before
