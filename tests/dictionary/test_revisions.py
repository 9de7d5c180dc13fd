"""Revisions in the database: one line a change, one query to know the newest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dictionary.test_custom import PLATE, VEHICLE

from dangan.dictionary import actions, queries
from dangan.dictionary.building import BadDictionary
from dangan.dictionary.loading import builtin
from dangan.dictionary.models import Revision

pytestmark = pytest.mark.django_db

ME: UUID = uuid4()


@pytest.fixture
def a_request() -> Iterator[None]:
    queries.request_started()
    yield
    queries.request_finished()


def add_vehicle() -> int:
    actions.add_set(by=ME, plain=VEHICLE)
    return actions.add_field(by=ME, set_key="vehicle", key="plate", plain=PLATE)


def test_without_revisions_the_built_in_dictionary_is_in_force() -> None:
    assert queries.current() is builtin()
    assert queries.revision_of(0) is builtin()


def test_a_set_and_a_field_added_are_in_force_at_once() -> None:
    revision = add_vehicle()
    dictionary = queries.current()
    assert dictionary.revision == revision
    assert dictionary.field("vehicle.plate").label == "车牌号"
    assert [line.what for line in queries.revisions()] == [
        "add_field vehicle.plate",
        "add_set vehicle",
    ]
    assert {line.actor for line in queries.revisions()} == {ME}


def test_old_revisions_stay_readable() -> None:
    first = actions.add_set(by=ME, plain=VEHICLE)
    actions.retire_set(by=ME, key="vehicle")
    assert "vehicle" in queries.revision_of(first).sets
    assert "vehicle" not in queries.current().sets
    actions.restore_set(by=ME, key="vehicle")
    assert "vehicle" in queries.current().sets


def test_a_refused_change_leaves_no_revision() -> None:
    before = Revision.objects.count()
    with pytest.raises(BadDictionary):
        actions.add_field(by=ME, set_key="identity", key="name", plain=PLATE)
    assert Revision.objects.count() == before
    assert queries.current() is builtin()


def test_two_people_changing_one_field_do_not_overwrite_each_other() -> None:
    seen = add_vehicle()
    actions.change_field(
        by=ME, path="vehicle.plate", changes={"help": "蓝牌或绿牌"}, base_revision=seen
    )
    with pytest.raises(actions.DictionaryConflict):
        actions.change_field(
            by=ME, path="vehicle.plate", changes={"help": "只填数字"}, base_revision=seen
        )
    assert queries.current().field("vehicle.plate").help == "蓝牌或绿牌"


def test_another_field_changed_meanwhile_is_no_conflict() -> None:
    seen = add_vehicle()
    actions.put_code(by=ME, table_key="employment_form", plain={"code": "10", "name": "灵活用工"})
    changes: dict[str, Any] = {"help": "蓝牌或绿牌"}
    actions.change_field(by=ME, path="vehicle.plate", changes=changes, base_revision=seen)
    dictionary = queries.current()
    assert dictionary.field("vehicle.plate").help == "蓝牌或绿牌"
    assert dictionary.code_tables["employment_form"].code_of("灵活用工") == "10"


def test_fields_and_tables_come_and_go() -> None:
    add_vehicle()
    actions.retire_field(by=ME, path="vehicle.plate")
    assert queries.current().sets["vehicle"].fields == ()
    actions.restore_field(by=ME, path="vehicle.plate")
    table = {"label": "车辆类型", "label_en": "Vehicle kind"}
    actions.add_table(by=ME, key="vehicle_kind", plain=table, codes=[{"code": "A", "name": "轿车"}])
    assert queries.current().code_tables["vehicle_kind"].name_of("A") == "轿车"
    assert len(queries.current().sets["vehicle"].fields) == 1


@pytest.mark.usefixtures("a_request")
def test_a_request_asks_once() -> None:
    add_vehicle()
    queries.current()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _ in range(20):
            queries.current()
    assert len(asked) == 0


def test_outside_a_request_each_look_costs_one_small_query() -> None:
    add_vehicle()
    kept = queries.current()
    with CaptureQueriesContext(connection) as asked:
        assert queries.current() is kept
    assert len(asked) == 1
    assert "document" not in asked[0]["sql"]


@pytest.mark.usefixtures("a_request")
def test_the_next_request_sees_what_another_process_added() -> None:
    assert "vehicle" not in queries.current().sets
    document = {"sets": [VEHICLE]}
    Revision.objects.create(
        at="2026-11-21T08:00:00Z", actor=ME, what="add_set vehicle", document=document
    )
    assert "vehicle" not in queries.current().sets
    queries.request_finished()
    queries.request_started()
    assert "vehicle" in queries.current().sets


def test_requests_are_told_apart_by_signals() -> None:
    for signal, name in (
        (request_started, "dictionary-started"),
        (request_finished, "dictionary-finished"),
    ):
        assert name in {receiver[0][0] for receiver in signal.receivers}
