"""Every volume due or found gets exactly one verdict, and moving during the count is no loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.storeroom.rules.counting import Record, Seen, compare

BEGAN = datetime(2026, 11, 20, 9, tzinfo=UTC)
HERE, THERE, AWAY = UUID(int=1), UUID(int=2), UUID(int=9)
SCOPE = {HERE, THERE}
VOLUME = UUID(int=100)
places = st.sampled_from([HERE, THERE, AWAY, None])
times = st.integers(1, 100).map(lambda minutes: BEGAN + timedelta(minutes=minutes))
records = st.builds(
    Record,
    home=places,
    standing=st.sampled_from(["held", "lent", "moving", "away", "destroyed"]),
    began=places,
    moved_at=st.none() | times,
    before_move=places,
)
ids = st.integers(100, 130).map(lambda n: UUID(int=n))


@given(
    st.dictionaries(ids, records),
    st.dictionaries(ids, st.builds(Seen, place=places, at=times)),
)
def test_each_volume_has_one_verdict_and_only_unseen_ones_are_missing(
    known: dict[UUID, Record], seen: dict[UUID, Seen]
) -> None:
    found = compare(known, seen, SCOPE)
    assert set(found) == set(known) | set(seen)
    for volume, verdict in found.items():
        if volume in seen:
            assert verdict.verdict in {"present", "misplaced", "surprise", "moved"}
        else:
            assert verdict.verdict in {"missing", "excused", "moved"}
        record = known.get(volume, Record(None))
        if verdict.verdict == "missing":
            assert record.standing == "held"
            assert record.home in SCOPE
            assert record.moved_at is None
        if volume in seen and record.standing in {"lent", "moving"}:
            assert verdict.verdict == "surprise"


@given(st.dictionaries(ids, places.filter(lambda place: place in SCOPE)))
def test_who_finds_all_where_it_belongs_has_nothing_left_to_do(homes: dict[UUID, UUID]) -> None:
    known = {volume: Record(home, began=home) for volume, home in homes.items()}
    seen = {volume: Seen(home, BEGAN) for volume, home in homes.items()}
    assert {one.verdict for one in compare(known, seen, SCOPE).values()} <= {"present"}


def _one(record: Record, seen: Seen | None = None) -> str:
    found = compare({VOLUME: record}, {VOLUME: seen} if seen else {}, SCOPE)
    return found[VOLUME].verdict


def test_table_of_cases() -> None:
    noon = BEGAN + timedelta(hours=3)
    assert _one(Record(HERE, began=HERE)) == "missing"
    assert _one(Record(HERE, "lent", HERE)) == "excused"
    assert _one(Record(HERE, "lent", HERE), Seen(HERE, noon)) == "surprise"
    assert _one(Record(HERE, began=HERE), Seen(THERE, noon)) == "misplaced"
    assert _one(Record(None), Seen(HERE, noon)) == "misplaced"
    assert _one(Record(AWAY), Seen(HERE, noon)) == "misplaced"
    assert _one(Record(HERE, began=HERE), Seen(None, noon)) == "present"


def test_moved_while_others_count() -> None:
    noon, later = BEGAN + timedelta(hours=3), BEGAN + timedelta(hours=4)
    out = Record(AWAY, began=HERE, moved_at=later, before_move=HERE)
    assert _one(out) == "moved"
    assert _one(out, Seen(HERE, noon)) == "moved"  # counted first, moved later
    inside = Record(THERE, began=HERE, moved_at=noon, before_move=HERE)
    assert _one(inside, Seen(THERE, later)) == "present"
    assert _one(inside, Seen(HERE, later)) == "misplaced"  # moved on paper only
    came = Record(HERE, began=None, moved_at=noon, before_move=AWAY)
    assert _one(came) == "moved"
