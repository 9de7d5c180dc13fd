"""Who must keep away from whose file is found in the family records of both, and cleared by a
third person only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.archive import Archive
from tests.cast import Cast, written_events

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.materials.avoidance.actions import AvoidanceProblem, clear
from dangan.materials.avoidance.models import Clearing
from dangan.materials.avoidance.queries import relation, relation_of, relations
from dangan.materials.catalogue import queries as catalogue

FAMILY: dict[str, Any] = {"relation": "12", "name": "沈知微"}


def write(cast: Cast, whose: str, info_set: str, **values: Any) -> UUID:
    plan = SubjectPlan([RowPlan(info_set, values)], subject=cast.people[whose])
    dossiers.apply_plans(console_actor(purpose="测试"), plans=[plan], reason="家庭成员")
    return cast.people[whose]


def test_own_relative_and_stranger(archive: Archive) -> None:
    cast = archive.cast
    write(cast, "何雨桐", "family", **FAMILY, birth_date="1991-06")
    people = cast.people
    reader = cast.actor("archivist", name="何雨桐")
    own, relative = relation(reader, people["何雨桐"]), relation(reader, people["沈知微"])
    assert (own and own.kind, relative and relative.kind) == ("own", "relative")
    assert relation(reader, people["罗文博"]) is None
    assert relation(cast.actor("archivist"), people["沈知微"]) is None


def test_the_subjects_record_names_the_reader_too(archive: Archive) -> None:
    write(archive.cast, "何雨桐", "family", **FAMILY)
    people = archive.cast.people
    assert relation_of(people["沈知微"], people["何雨桐"])
    assert set(relations(people["沈知微"], list(people.values()))) == {
        people["沈知微"],
        people["何雨桐"],
    }


@pytest.mark.parametrize(
    "row",
    [
        {"relation": "12", "name": "沈知微", "birth_date": "1962-03"},
        {"relation": "99", "name": "沈知微"},
        {"relation": "12", "name": "沈知为"},
    ],
)
def test_contradicted_unrelated_or_another_name_is_nobody(
    archive: Archive, row: dict[str, Any]
) -> None:
    write(archive.cast, "何雨桐", "family", **row)
    assert relation_of(archive.cast.people["何雨桐"], archive.cast.people["沈知微"]) is None


def test_the_emergency_contact_counts_when_a_relative(archive: Archive) -> None:
    cast = archive.cast
    subject = cast.people["何雨桐"]
    row = Record.objects.get(subject=subject, info_set="contact", current=True)
    for code, kept in (("7", False), ("1", True)):
        plan = RowPlan(
            "contact",
            {"emergency_name": "沈知微", "emergency_relation": code},
            row=row.row,
            base_version=Record.objects.get(row=row.row, current=True).version,
        )
        dossiers.apply_plans(
            console_actor(purpose="测试"), plans=[SubjectPlan([plan], subject=subject)], reason="改"
        )
        assert bool(relation_of(subject, cast.people["沈知微"])) is kept


def test_a_relatives_cadre_file_is_kept_from_the_archivist_and_the_words_tell_nothing(
    archive: Archive,
) -> None:
    volume = archive.volume("沈知微", "cadre")
    write(archive.cast, "何雨桐", "family", **FAMILY)
    reader = archive.cast.actor("archivist", name="何雨桐")
    with pytest.raises(Refused) as told:
        catalogue.look(reader, volume.pk)
    own = archive.cast.actor("archivist", name="沈知微")
    with pytest.raises(Refused) as told_own:
        catalogue.look(own, volume.pk)
    assert told.value.reason == told_own.value.reason
    for secret in ("配偶", "何雨桐", "沈知微", "12"):
        assert secret not in told.value.reason


def test_a_third_person_clears_a_mere_likeness(archive: Archive) -> None:
    cast = archive.cast
    volume = archive.volume("沈知微", "cadre")
    reader_id = write(cast, "何雨桐", "family", **FAMILY)
    reader = cast.actor("archivist", name="何雨桐")
    manager = cast.actor("hr_manager")
    done = clear(manager, reader=reader_id, subject=volume.subject_id, reason="身份证号不同，同名")
    assert done == 1
    assert catalogue.look(reader, volume.pk)
    row = Clearing.objects.get()
    assert "身份证号".encode() not in bytes(row.sealed)
    assert str(volume.subject_id).encode() not in bytes(row.sealed)
    assert ("avoidance.clear", "done") in written_events(manager)
    with pytest.raises(AvoidanceProblem):
        clear(manager, reader=reader_id, subject=volume.subject_id, reason="再核销一次")


def test_nobody_clears_themselves_nor_what_they_may_not_read(archive: Archive) -> None:
    cast = archive.cast
    reader_id = write(cast, "梁慎行", "family", **FAMILY)
    subject = cast.people["沈知微"]
    refused = [
        (cast.actor("hr_manager", name="梁慎行"), Refused),
        (cast.actor("hr_manager", name="沈知微"), Refused),
        (cast.actor("archivist"), Refused),
        (cast.actor("hr_specialist"), Refused),
        (cast.actor("hr_manager", unit="华南公司"), Absent),
    ]
    for actor, error in refused:
        with pytest.raises(error):
            clear(actor, reader=reader_id, subject=subject, reason="只是同名同姓")
    with pytest.raises(AvoidanceProblem):
        clear(cast.actor("hr_manager"), reader=reader_id, subject=subject, reason="同名")
    assert not Clearing.objects.exists()
    assert relation_of(reader_id, subject)


def test_a_new_row_keeps_away_again(archive: Archive) -> None:
    cast = archive.cast
    reader, subject = write(cast, "何雨桐", "family", **FAMILY), cast.people["沈知微"]
    clear(cast.actor("hr_manager"), reader=reader, subject=subject, reason="只是同名同姓")
    assert relation_of(reader, subject) is None
    write(cast, "沈知微", "family", relation="12", name="何雨桐")
    assert relation_of(reader, subject)


def test_it_takes_two_statements(archive: Archive) -> None:
    people = archive.cast.people
    write(archive.cast, "何雨桐", "family", relation="12", name="外人")
    with CaptureQueriesContext(
        connection,
    ) as spent:
        assert relation_of(people["何雨桐"], people["沈知微"]) is None
    assert len(spent) == 2
    with CaptureQueriesContext(connection) as spent:
        relations(people["何雨桐"], list(people.values()))
    assert len(spent) == 2
