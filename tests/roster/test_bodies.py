"""What goes into a sealed line comes out again, in whatever layouts and order."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.roster import bodies
from dangan.roster.engine.columns import text_of
from dangan.roster.rules import RosterEntry
from dangan.vault.rules import Tampered

LAYOUTS = {1: ("a.x", "a.y"), 2: ("a.y", "a.z", "a.x"), 3: ("a.z",)}
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5),
    st.sampled_from(["\\", "\\n", "\n", "\x1f", "\r\n", '"', ",", "null", "\0", "\\\\n"]),
)
entries = st.builds(
    RosterEntry,
    subject=st.uuids(),
    unit=st.none() | st.uuids(),
    state=st.sampled_from(["filed", "departed"]),
    values=st.fixed_dictionaries(dict.fromkeys(("a.x", "a.y", "a.z"), values)),
)


@given(st.lists(st.tuples(entries, st.sampled_from(sorted(LAYOUTS))), max_size=8))
def test_bodies_come_back_as_they_went(given_entries: list[tuple[RosterEntry, int]]) -> None:
    encoded = [bodies.encode(entry, number, LAYOUTS[number]) for entry, number in given_entries]
    table = bodies.decode(encoded, LAYOUTS)
    assert table.length == len(given_entries)
    for path in ("a.x", "a.y", "a.z"):
        expected = [
            text_of(entry.values[path]) if path in LAYOUTS[number] else None
            for entry, number in given_entries
        ]
        assert table.column(path).to_list() == expected
    units = [None if e.unit is None else str(e.unit) for e, _ in given_entries]
    assert table.column("post.unit").to_list() == units


def test_unit_and_state_beside_the_seal_must_be_those_inside() -> None:
    entry = RosterEntry(UUID(int=1), UUID(int=5), "filed", {"a.x": "1"})
    body = bodies.encode(entry, 1, LAYOUTS[1])
    bodies.check(body, bodies.beginning(UUID(int=5), "filed"))
    for unit, state in ((UUID(int=6), "filed"), (None, "filed"), (UUID(int=5), "departed")):
        with pytest.raises(Tampered):
            bodies.check(body, bodies.beginning(unit, state))
