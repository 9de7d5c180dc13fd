"""When a reading shows, as properties: never before, never after, never alone, never longer; and
what is granted never exceeds what was asked. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.catalogue.rules.seeing import Circumstances, Given, sight
from dangan.materials.consultation.rules.asking import inside, student_may, top_secrecy, wider
from dangan.materials.consultation.rules.bodies import Scope
from dangan.materials.consultation.rules.reading import (
    Reading,
    Seat,
    may_open,
    opened,
    shows,
    standing,
)

BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACCOUNTS = [UUID(int=n) for n in range(1, 5)]
MINUTES = st.integers(-200, 800)
seats = st.lists(
    st.builds(
        Seat,
        st.sampled_from([*ACCOUNTS, None]),
        st.one_of(st.none(), MINUTES.map(lambda n: BEGAN + timedelta(minutes=n))),
        st.booleans(),
    ),
    max_size=5,
)
readings = st.builds(
    lambda state, hours, needed, is_open, ended: Reading(
        state=state,
        hours=hours,
        needed=needed,
        opened_at=BEGAN if is_open else None,
        until=BEGAN + timedelta(hours=hours) if is_open else None,
        ended_at=None if ended is None else BEGAN + timedelta(minutes=ended),
    ),
    st.sampled_from(["open", "granted", "refused", "withdrawn"]),
    st.integers(1, 12),
    st.integers(1, 3),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 800)),
)
nows = st.integers(-200 * 60, 800 * 60).map(lambda n: BEGAN + timedelta(seconds=n))


@given(readings, seats, st.sampled_from(ACCOUNTS), nows)
def test_pages_show_only_in_the_hours_and_only_with_enough_readers(
    reading: Reading, places: list[Seat], who: UUID, now: datetime
) -> None:
    if not shows(reading, places, who, now):
        return
    assert reading.state == "granted"
    assert reading.opened_at is not None
    assert reading.until is not None
    assert reading.opened_at <= now < reading.until
    assert reading.ended_at is None or now < reading.ended_at
    there = [
        seat
        for seat in places
        if not seat.ended
        and seat.present_at is not None
        and timedelta(0) <= now - seat.present_at < reading.presence
    ]
    assert len(there) >= reading.needed
    assert who in {seat.account for seat in there}


@given(readings, seats, st.sampled_from(ACCOUNTS), nows)
def test_opening_again_never_lengthens(
    reading: Reading, places: list[Seat], who: UUID, now: datetime
) -> None:
    if may_open(reading, places, who, now) is not None:
        return
    begins, ends = opened(reading, now)
    assert ends - begins == timedelta(hours=reading.hours)
    if reading.until is not None:
        assert (begins, ends) == (reading.opened_at, reading.until)


@given(st.integers(1, 72))
def test_the_last_second(hours: int) -> None:
    until = BEGAN + timedelta(hours=hours)
    reading = Reading("granted", hours, opened_at=BEGAN, until=until)
    places = [Seat(ACCOUNTS[0], until - timedelta(minutes=1))]
    assert shows(reading, places, ACCOUNTS[0], until - timedelta(microseconds=1))
    assert not shows(reading, places, ACCOUNTS[0], until)
    assert standing(reading, until) == "over"
    assert may_open(reading, places, ACCOUNTS[0], until) is not None


CLASSES = st.sampled_from(["1", "3", "4-1", "4-2", "9-1", "10"])
MATERIALS = [UUID(int=n) for n in range(20, 26)]
volumes = st.dictionaries(
    st.sampled_from(MATERIALS), st.tuples(CLASSES, st.integers(0, 3)), max_size=6
)
scopes = st.builds(
    Scope,
    categories=st.lists(st.sampled_from(["1", "4", "9", "4-1"]), max_size=3).map(tuple),
    materials=st.none(),
    print=st.booleans(),
    download=st.booleans(),
    marked=st.booleans(),
    hours=st.integers(1, 72),
)
granted = st.builds(
    Scope,
    materials=st.one_of(st.none(), st.lists(st.sampled_from(MATERIALS), max_size=6).map(tuple)),
    print=st.booleans(),
    download=st.booleans(),
    marked=st.booleans(),
    hours=st.integers(0, 80),
)


@given(scopes, granted, volumes)
def test_what_is_granted_lies_within_what_was_asked(
    asked: Scope, given_: Scope, volume: dict[UUID, tuple[str, int]]
) -> None:
    marked = [material for material, (_class, mark) in volume.items() if mark >= 2]
    classes = {material: category for material, (category, _mark) in volume.items()}
    if wider(asked, given_, classes, marked):
        return
    assert 1 <= given_.hours <= asked.hours
    assert given_.print <= asked.print
    assert given_.download <= asked.download
    assert given_.marked <= asked.marked
    if given_.materials is None:
        assert asked.whole
    for material in given_.materials or ():
        assert inside(asked, classes[material])
        assert material not in marked or asked.marked


@given(scopes, volumes)
def test_the_leader_is_asked_for_the_highest_mark_asked_for(
    asked: Scope, volume: dict[UUID, tuple[str, int]]
) -> None:
    top = top_secrecy(asked, volume)
    marks = [mark for category, mark in volume.values() if inside(asked, category)]
    assert top == (max(marks, default=0) if asked.marked else 0)


@given(st.text(max_size=8), st.sampled_from(["view", "print", "download", "copy", "provide"]))
def test_of_students_nothing_but_a_look(kind: str, deed: str) -> None:
    assert not student_may("student", deed) or deed == "view"  # type: ignore[arg-type]  # sampled
    assert student_may(kind, deed) or kind == "student"  # type: ignore[arg-type]  # sampled


givens = st.builds(
    Given,
    st.just("CY-2026-00001"),
    st.one_of(st.none(), st.frozensets(st.sampled_from(MATERIALS), max_size=4)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(
    st.lists(givens, max_size=3),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.sampled_from(MATERIALS),
    st.integers(0, 3),
)
def test_a_grant_shows_nothing_outside_its_scope_nor_ones_own(
    grants: list[Given], state: tuple[bool, bool, bool], material: UUID, mark: int
) -> None:
    cadre, near, restricted = state
    seen = sight(
        Circumstances(
            cadre=cadre,
            own_or_relative=near,
            restricted=restricted,
            keeps=False,
            may_print=True,
            may_download=True,
            grants=tuple(grants),
        )
    )
    covering = [one for one in grants if one.materials is None or material in one.materials]
    if seen.shows(material, mark):
        assert covering
        assert not restricted
        assert not (cadre and near)
        assert mark < 2 or any(one.marked for one in covering)
    if seen.prints(material):
        assert any(one.print for one in covering)
    if seen.downloads(material):
        assert any(one.download for one in covering)
