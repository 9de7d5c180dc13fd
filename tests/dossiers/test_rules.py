"""Decisions about dossiers: differences, merging, versions in time, the life of a dossier."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dossiers.rules import (
    NEXT_STATES,
    FieldChange,
    Row,
    RowPlan,
    SupervisorLinks,
    Version,
    apply_rows,
    as_of,
    difference,
    merge,
    patched,
    state_after_edit,
    state_refusal,
    with_id_facts,
)
from dangan.dossiers.writing.drafts import Write

ROW = UUID(int=7)
DAY = date(2026, 3, 1)
VALUES = st.dictionaries(
    st.sampled_from(["name", "sex", "mobile", "address"]),
    st.sampled_from(["甲", "乙", "丙"]),
)


def test_difference_names_each_field_with_its_old_and_new_value():
    old = {"mobile": "13800000001", "email": "a@example.com"}
    new = {"mobile": "13800000002", "email": "a@example.com", "address": "建设路 1 号"}
    assert difference(old, new) == [
        FieldChange("mobile", "13800000001", "13800000002"),
        FieldChange("address", None, "建设路 1 号"),
    ]


@given(VALUES, VALUES)
def test_patching_with_the_difference_leads_from_old_to_new(old, new):
    patch = {change.field: change.new for change in difference(old, new)}
    assert patched(old, patch) == new


def test_an_emptied_field_leaves_the_row():
    assert patched({"email": "a@example.com", "mobile": "1"}, {"email": ""}) == {"mobile": "1"}


def test_a_new_id_number_fills_in_birth_date_and_sex_left_empty():
    filled = with_id_facts({}, {"name": "甲", "id_number": "33010619910612204X"})
    assert (filled["birth_date"], filled["sex"]) == ("1991-06-12", "2")


def test_what_somebody_filled_in_stands_and_an_old_number_fills_in_nothing():
    given = {"id_number": "33010619910612204X", "birth_date": "1991-06", "sex": "2"}
    assert with_id_facts({}, given)["birth_date"] == "1991-06"
    known = {"id_number": "33010619910612204X"}
    assert with_id_facts(known, dict(known)) == known


def test_changes_of_different_fields_are_merged():
    base = {"mobile": "1", "address": "旧"}
    merged = merge(base, {"mobile": "2", "address": "旧"}, {"mobile": "1", "address": "新"})
    assert merged.values == {"mobile": "2", "address": "新"}
    assert merged.clashes == ()


def test_a_field_changed_by_both_keeps_theirs_and_is_named():
    merged = merge({"mobile": "1"}, {"mobile": "2"}, {"mobile": "3"})
    assert merged.values == {"mobile": "2"}
    assert merged.clashes == ("mobile",)


@given(VALUES, VALUES, VALUES)
def test_a_merge_never_loses_what_the_others_saved(base, theirs, mine):
    merged = merge(base, theirs, mine)
    for change in difference(base, theirs):
        if change.field in merged.values or change.new is None:
            assert merged.values.get(change.field) == change.new
    for change in difference(base, mine):
        if change.field not in merged.clashes:
            assert merged.values.get(change.field) == change.new


@given(VALUES, VALUES)
def test_a_merge_without_others_is_the_writers_row(base, mine):
    merged = merge(base, base, mine)
    assert merged.values == mine
    assert merged.clashes == ()


def version(number: int, valid_from: date, **values: str) -> Version:
    return Version(ROW, number, values, valid_from)


def test_as_of_a_day_shows_what_was_valid_then():
    first = version(1, DAY, position="专员")
    second = version(2, DAY + timedelta(days=100), position="主管")
    assert as_of([first, second], DAY + timedelta(days=99)) == [first]
    assert as_of([first, second], DAY + timedelta(days=100)) == [second]
    assert as_of([first, second], DAY - timedelta(days=1)) == []


def test_a_correction_valid_from_an_earlier_day_replaces_what_stood_there():
    wrong = version(1, DAY, position="专员")
    correction = version(2, DAY, position="主管")
    assert as_of([wrong, correction], DAY) == [correction]


def test_a_deleted_row_is_gone_from_its_day_on():
    kept = version(1, DAY, position="专员")
    deleted = Version(ROW, 2, None, DAY + timedelta(days=5))
    assert as_of([kept, deleted], DAY + timedelta(days=4)) == [kept]
    assert as_of([kept, deleted], DAY + timedelta(days=5)) == []


def write(row: UUID, values: dict[str, str], *, base_version: int = 0, delete: bool = False):
    plan = RowPlan("family", values, row, base_version, delete=delete)
    return Write(row, plan, {}, values, DAY)


def test_writing_rows_adds_replaces_and_takes_out():
    kept, gone, new = uuid4(), uuid4(), uuid4()
    rows = {"family": [Row(kept, {"name": "甲"}, 1, DAY), Row(gone, {"name": "乙"}, 1, DAY)]}
    after = apply_rows(
        rows,
        [
            write(kept, {"name": "丙"}, base_version=1),
            write(gone, {}, base_version=1, delete=True),
            write(new, {"name": "丁"}),
        ],
    )
    assert {row.row: row.values["name"] for row in after["family"]} == {kept: "丙", new: "丁"}


@pytest.mark.parametrize(
    ("now", "then"), [("draft", "filed"), ("confirmed", "departed"), ("departed", "destroyed")]
)
def test_no_step_of_a_dossiers_life_is_skipped(now, then):
    assert state_refusal(now, then) is not None


def test_every_state_is_reached_in_order_and_destruction_only_by_destroying():
    reached = {state for following in NEXT_STATES.values() for state in following}
    assert reached == set(NEXT_STATES) - {"draft", "destroyed"}


def test_an_edit_marks_a_filed_dossier_as_changed():
    assert state_after_edit("filed") == "changed"
    assert state_after_edit("draft") == "draft"


def test_a_supervisor_loop_names_the_people_in_it():
    a, b, c = (UUID(int=n) for n in (1, 2, 3))
    links = SupervisorLinks({a: b, b: c, c: b})
    assert set(links.loop_from(a)) == {b, c}
    assert SupervisorLinks({a: b}).loop_from(a) == ()
