"""When a family row means somebody: by name, unless what is known contradicts. Pure."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.avoidance.rules import Match, Member, Person, bare, matches, nearest

ONE, OTHER = UUID(int=11), UUID(int=12)
NAMES = st.text("沈知微陆怀瑾", min_size=1, max_size=4)
MONTHS = st.sampled_from(["", "1991", "1991-06", "1991-06-12", "1992", "1991-07"])


def person(name: str = "沈知微", born: str = "1991-06-12", **more: str) -> Person:
    phones = frozenset({more["phone"]}) if "phone" in more else frozenset[str]()
    return Person(OTHER, frozenset({bare(name)}), born, more.get("id_number", ""), phones)


def member(name: str = "沈知微", born: str = "", **more: str) -> Member:
    return Member(ONE, uuid4(), 1, "12", name, born, **more)


def found(row: Member, named: Person) -> list[Match]:
    return list(matches(Person(ONE, frozenset()), named, {ONE: [row]}))


@pytest.mark.parametrize(
    ("row", "named", "sure"),
    [
        (member(), person(), False),
        (member(" 沈 知微 "), person(), False),
        (member(born="1991-06"), person(), True),
        (member(born="1991"), person(), True),
        (member(born="1991-06-30"), person(), True),
        (member(born="1991-07"), person(), None),
        (member(born="1990"), person(), None),
        (member(born="1990", phone="+86 138-1234-5678"), person(phone="13812345678"), True),
        (member(born="1991-06"), person(born="", id_number="33010619910612204X"), True),
        (member(born="1991-07"), person(born="", id_number="33010619910612204X"), None),
        (member(id_number="33010619910612204x"), person(id_number="33010619910612204X"), True),
        (member(id_number="330106199106122058"), person(id_number="33010619910612204X"), None),
        (member("沈知薇"), person(), None),
        (member(""), person(), None),
    ],
)  # fmt: skip
def test_table_of_likenesses(row: Member, named: Person, sure: bool | None) -> None:
    assert [match.sure for match in found(row, named)] == ([] if sure is None else [sure])


@given(NAMES, MONTHS, MONTHS)
def test_a_name_alone_always_keeps_away(name: str, born: str, other: str) -> None:
    kept = bool(found(member(name, born), person(name, other)))
    known = min(len(born), len(other), 7)
    assert kept == (born[:known] == other[:known])


@given(NAMES, NAMES)
def test_another_name_never_does(name: str, other: str) -> None:
    assert bool(found(member(name), person(other))) == (name == other)


@given(NAMES, MONTHS)
def test_either_record_serves(name: str, born: str) -> None:
    reader, named = Person(ONE, frozenset({bare("何雨桐")})), person(name, born)
    row = member(name, born)
    back = Member(OTHER, uuid4(), 1, "12", "何雨桐")
    assert list(matches(reader, named, {ONE: [row]}))
    assert list(matches(reader, named, {OTHER: [back]}))
    assert list(matches(named, reader, {OTHER: [back]}))


def test_what_was_cleared_stands_again_once_the_row_changes() -> None:
    match = found(member(), person())[0]
    cleared = {(match.member.row, 1, OTHER)}
    assert nearest([match], cleared) is None
    assert nearest([match], set()) is match
    changed = Member(ONE, match.member.row, 2, "12", "沈知微")
    assert nearest(found(changed, person()), cleared) is not None
