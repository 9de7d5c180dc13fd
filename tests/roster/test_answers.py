"""Every answer equals what plain Python finds, for any people, askers and questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.roster.naive import Naive
from tests.roster.people import (
    TODAY,
    TREE,
    Person,
    actor,
    dictionary,
    lens_of,
    line,
    partition_of,
    subject,
    unit,
)

from dangan.access.rules import Actor, Permit
from dangan.dictionary.rules import FieldClass
from dangan.roster.engine import columns, counting, ordering, paging, partition
from dangan.roster.engine.lens import Sight
from dangan.roster.engine.matching import Needle
from dangan.roster.loading import kinds_of
from dangan.roster.rules import (
    AnyOf,
    Between,
    Contains,
    Empty,
    GroupQuery,
    Measure,
    RosterQuery,
)

NAMES = [
    *("王伟", "王伟伟", "王小明", "张伟", "章伟", "单雄", "尉迟恭", "李A", "Anna Li", "欧阳修"),
    *("伟", "曾国", "吕布", "王", None),
]
DATES = [
    "1990-05-20",
    "1990-11-21",
    "1990-11-22",
    "2001",
    "1985-07",
    "2026-12-01",
    "1960-01-01",
    None,
]
POOLS: dict[str, list[Any]] = {
    "identity.name": NAMES,
    "identity.employee_number": ["E001", "E002", "e01", "1001", "A-7", None],
    "identity.sex": ["1", "2", None],
    "identity.birth_date": DATES,
    "identity.ethnicity": ["01", "02", None],
    "identity.highest_education": ["11", "14", "21", "31", None],
    "identity.work_start": DATES,
    "contact.mobile": ["13800138000", "13912348000", "15000000001", None],
    "post.joined": DATES,
    "post.position": ["经理", "工程师", "高级工程师", "Manager", None],
}
SORTS = [
    *POOLS,
    "post.unit",
    "derived.age",
    "derived.age_band",
    "derived.seniority",
    "derived.state",
]

people_of = st.lists(
    st.builds(
        lambda number, unit_number, state, values: Person(
            subject(number), None if unit_number is None else unit(unit_number), state, values
        ),
        st.integers(0, 40),
        st.sampled_from([0, 1, 2, 3, 4, None]),
        st.sampled_from(["filed", "filed", "departed", "destroyed"]),
        st.fixed_dictionaries({path: st.sampled_from(pool) for path, pool in POOLS.items()}),
    ),
    max_size=25,
)
lines = st.builds(
    lambda sets, plain, masked, reach, anchor: (
        None if anchor is None else unit(anchor),
        line(sets=sets, plain=plain, masked=masked, reach=reach),
    ),
    st.sampled_from(
        [frozenset({"*"}), frozenset({"identity"}), frozenset({"post"}), frozenset({"contact"})]
    ),
    st.sampled_from([None, *FieldClass]),
    st.sampled_from([None, *FieldClass]),
    st.sampled_from(["own", "unit", "subtree", "all"]),
    st.sampled_from([None, 0, 1, 2, 4]),
)
permits = st.lists(
    st.builds(
        Permit,
        st.builds(subject, st.integers(0, 40)),
        st.just("contact"),
        st.just(frozenset({"mobile"})),
        st.sampled_from(["read", "reveal"]),
    ),
    max_size=2,
).map(tuple)
actors = st.builds(
    lambda grants, own, permits: actor(*grants, own=subject(own), permits=permits),
    st.lists(lines, min_size=1, max_size=3),
    st.integers(0, 40),
    permits,
)
filters = st.dictionaries(
    st.sampled_from(SORTS),
    st.one_of(
        st.builds(
            AnyOf,
            st.frozensets(
                st.sampled_from(
                    ["1", "01", "1", "2", "10", "20", "11", "王伟", "36", "35-39", str(unit(1))]
                )
            ),
            st.booleans(),
        ),
        st.builds(Contains, st.sampled_from(["伟", "e0", "工程", "销售", "本科", "ANN", "3"])),
        st.builds(
            Between,
            st.sampled_from([None, "1985", "1990-11"]),
            st.sampled_from([None, "1990", "2001", "1990-11-21"]),
        ),
        st.builds(Empty, st.booleans()),
    ),
    max_size=2,
)
texts = st.sampled_from(
    [
        "",
        "",
        "",
        "伟",
        "王",
        "w",
        "wang",
        "wangw",
        "ww",
        "xm",
        "shan",
        "e0",
        "E001",
        "8000",
        "-7",
        "lv",
    ]
)
states = st.sampled_from([None, frozenset({"departed"}), frozenset({"filed", "destroyed"})])
units = st.sampled_from([None, None, unit(1), unit(2), unit(99)])
queries = st.builds(
    RosterQuery,
    text=texts,
    unit=units,
    subtree=st.booleans(),
    filters=filters,
    states=states,
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    offset=st.integers(0, 12),
    limit=st.integers(1, 8),
    columns=st.just(tuple(SORTS)),
)
group_queries = st.builds(
    GroupQuery,
    by=st.lists(st.sampled_from(SORTS), min_size=1, max_size=2).map(tuple),
    text=texts,
    unit=units,
    filters=filters,
    states=states,
    measures=st.just((Measure("derived.age"), Measure("derived.seniority"))),
    fold=st.sampled_from([frozenset[str](), frozenset({"identity.highest_education"})]),
    unit_depth=st.sampled_from([None, 0, 1]),
)


@contextmanager
def large_paths(large: bool) -> Iterator[None]:
    """Take the ways meant for many rows, however few there are."""
    if not large:
        yield
        return
    with (
        mock.patch.object(columns, "_FEW", 0),
        mock.patch.object(ordering, "_SPARSE", 0),
        mock.patch.object(ordering, "_CHUNK", 2),
        mock.patch.object(counting, "_DENSE", 0),
    ):
        yield


def spread(people: list[Person], parts: int, asker: Actor) -> list[Sight]:
    """Lay people over several partitions; where a person comes again, the older row is dead."""
    lens = lens_of(asker)
    latest = {person.subject: place for place, person in enumerate(people)}
    sights = []
    for number in range(parts):
        places = [place for place in range(len(people)) if place % parts == number]
        once = {people[place].subject: place for place in places}
        made = partition_of([people[place] for place in once.values()])
        alive = np.zeros(len(made), np.bool_)
        for each, place in once.items():
            row = made.row_of(each)
            assert row is not None
            alive[row] = latest[each] == place
        sights.append(Sight(lens, made, alive))
    return sights


def current(people: list[Person]) -> list[Person]:
    return list({person.subject: person for person in people}.values())


def answers(
    sights: list[Sight], query: RosterQuery, counting_query: GroupQuery, text: str
) -> tuple[Any, ...]:
    needle = Needle(query.text)
    page = paging.page_part(sights, query, needle, whole=True)
    everyone = paging.all_subjects(sights, query, needle)
    hits = paging.hit_part(sights, Needle(text), 6)
    part = counting.group_part(sights, counting_query, Needle(counting_query.text))
    axes = sights[0].lens.axes
    return (
        page.total,
        [row for _, row in page.rows],
        everyone,
        [hit for _, hit in hits.hits],
        counting.groups(axes, counting_query, part),
    )


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people_of, actors, queries, group_queries, texts, st.integers(1, 4), st.booleans())
def test_answers_equal_plain_python(  # noqa: PLR0917 - hypothesis fills them in
    people: list[Person],
    asker: Actor,
    query: RosterQuery,
    counted: GroupQuery,
    text: str,
    parts: int,
    large: bool,
) -> None:
    naive = Naive(current(people), asker, dictionary(), TREE, TODAY)
    with large_paths(large):
        sights = spread(people, parts, asker)
        total, rows, everyone, hits, groups = answers(sights, query, counted, text)

    expected = naive.order(query)
    window = expected[query.offset : query.offset + query.limit]
    assert total == len(expected)
    assert everyone == [person.subject for person in expected]
    assert [row.subject for row in rows] == [person.subject for person in window]
    for row, person in zip(rows, window, strict=True):
        assert row.cells == {path: naive.cell(person, path) for path in SORTS}
    found = naive.search(text, 6) if text else []
    assert [(hit.subject, hit.score, hit.matched) for hit in hits] == [
        (person.subject, score, path) for person, score, path in found
    ]
    assert groups == naive.group(counted)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people_of, people_of, actors, queries, group_queries, texts)
def test_people_out_of_reach_change_nothing(  # noqa: PLR0917 - hypothesis fills them in
    people: list[Person],
    others: list[Person],
    asker: Actor,
    query: RosterQuery,
    counted: GroupQuery,
    text: str,
) -> None:
    taken = {person.subject for person in people}
    reached = lens_of(asker).visible
    invisible = [
        other
        for other in current(others)
        if other.subject not in taken
        and not reached.contains(other.subject, TREE.path_of(other.unit))
    ]
    without = answers(spread(current(people), 1, asker), query, counted, text)
    beside = answers(spread(current(people) + invisible, 1, asker), query, counted, text)
    assert without == beside


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people_of, actors, queries, group_queries, texts, st.data())
def test_values_that_are_not_plain_change_nothing_but_their_mask(  # noqa: PLR0917 - hypothesis fills them in
    people: list[Person],
    asker: Actor,
    query: RosterQuery,
    counted: GroupQuery,
    text: str,
    data: st.DataObject,
) -> None:
    """Whatever a hidden or masked value becomes, order, counts and hits stay as they were."""
    people = current(people)
    naive = Naive(people, asker, dictionary(), TREE, TODAY)
    changed = [
        replace(
            person,
            values={
                path: value
                if naive.showing(person, path) == "plain"
                else data.draw(st.sampled_from(POOLS[path]))
                for path, value in person.values.items()
            },
        )
        for person in people
    ]
    before = answers(spread(people, 2, asker), query, counted, text)
    after = answers(spread(changed, 2, asker), query, counted, text)
    assert before[0] == after[0]
    assert [row.subject for row in before[1]] == [row.subject for row in after[1]]
    assert before[2] == after[2]
    assert [(hit.subject, hit.score) for hit in before[3]] == [
        (hit.subject, hit.score) for hit in after[3]
    ]
    assert before[4] == after[4]


@settings(max_examples=100, deadline=None)
@given(people_of, st.integers(1, 4), st.booleans())
def test_merged_partitions_hold_the_living_rows_in_default_order(
    people: list[Person], parts: int, large: bool
) -> None:
    asker = actor((None, line(plain=FieldClass.SECRET)))
    with large_paths(large):
        sights = spread(people, parts, asker)
        pieces = [(sight.part, np.asarray(sight.rows)) for sight in sights]
        merged = partition.merge(pieces, kinds_of(dictionary()))
    expected = partition_of(current(people))
    assert merged.subjects() == expected.subjects()
    for path, column in expected.columns.items():
        assert merged.columns[path].texts() == column.texts()
        assert merged.columns[path].values.to_list() == column.values.to_list()
