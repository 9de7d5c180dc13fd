"""A special audit: examined by one, confirmed by another, refused to everybody else."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from tests.archive import LINES, Archive

from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.special_audit import actions, queries
from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.special_audit.problems import AuditProblem
from dangan.materials.special_audit.rules.items import ITEMS, Entry


def fill_in(archive: Archive, audit: SpecialAudit) -> None:
    version = SpecialAudit.objects.get(pk=audit.pk).version
    for item in ITEMS:
        row = actions.enter(
            archive.archivist,
            audit=audit.pk,
            item=item,
            version=version,
            entry=Entry(verdict="agrees"),
        )
        version = row.version


def manager(archive: Archive) -> Actor:
    return archive.cast.actor("hr_manager", name="梁慎行")


def test_two_people_conclude_an_audit(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    with pytest.raises(AuditProblem):
        actions.examine(archive.archivist, audit=audit.pk)
    fill_in(archive, audit)
    actions.examine(archive.archivist, audit=audit.pk)
    with pytest.raises(AuditProblem, match="同一个人"):
        actions.confirm(archive.archivist, audit=audit.pk)
    actions.confirm(manager(archive), audit=audit.pk)
    assert SpecialAudit.objects.get(pk=audit.pk).state == SpecialAudit.State.CONCLUDED
    assert queries.due(archive.archivist).total == 0


def test_the_database_too_wants_two_people(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialAudit.objects.filter(pk=audit.pk).update(
            state="concluded", examined_by=archive.archivist.id, closed_by=archive.archivist.id
        )


def test_what_differs_needs_what_holds(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    fill_in(archive, audit)
    version = SpecialAudit.objects.get(pk=audit.pk).version
    entry = Entry(verdict="differs", value="1990-06")
    actions.enter(archive.archivist, audit=audit.pk, item="birth", version=version, entry=entry)
    with pytest.raises(AuditProblem):
        actions.examine(archive.archivist, audit=audit.pk)


def test_a_day_that_is_none_is_refused_in_words(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    with pytest.raises(AuditProblem) as refused:
        actions.enter(
            archive.archivist,
            audit=audit.pk,
            item="birth",
            version=1,
            entry=Entry(value="1991-13", verdict="agrees"),
        )
    assert "1991-13" in str(refused.value.message)


def test_a_second_examiner_overwrites_nothing(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    first = Entry(verdict="agrees", words="先写的")
    actions.enter(archive.archivist, audit=audit.pk, item="birth", version=1, entry=first)
    with pytest.raises(AuditProblem):
        actions.enter(
            manager(archive), audit=audit.pk, item="birth", version=1, entry=Entry(verdict="doubt")
        )
    assert queries.audit(archive.archivist, audit.pk).body.entry("birth").words == "先写的"


def test_new_materials_make_a_concluded_file_due_again(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    fill_in(archive, audit)
    actions.examine(archive.archivist, audit=audit.pk)
    actions.confirm(manager(archive), audit=audit.pk)
    catalogue.file_material(archive.archivist, volume=volume.pk, body=LINES[0])
    assert [line.why for line in queries.due(archive.archivist).lines] == ["grown"]


def test_sent_back_it_is_open_again_with_the_reason(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    fill_in(archive, audit)
    actions.examine(archive.archivist, audit=audit.pk)
    actions.send_back(manager(archive), audit=audit.pk, why="入党时间未附志愿书")
    assert queries.audit(archive.archivist, audit.pk).body.returned == "入党时间未附志愿书"


def test_what_was_found_stands_nowhere_in_clear(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    entry = Entry(verdict="doubt", words="涂改出生日期")
    actions.enter(archive.archivist, audit=audit.pk, item="forgery", version=1, entry=entry)
    assert "涂改".encode() not in bytes(SpecialAudit.objects.get(pk=audit.pk).sealed)


def test_nobody_else_begins_or_reads_one(archive: Archive) -> None:
    volume = archive.volume("沈知微", "cadre")
    audit = actions.begin(archive.archivist, volume=volume.pk)
    for actor in (
        archive.cast.actor("hr_specialist"),
        archive.cast.actor("archivist", unit="华南公司"),
        archive.cast.actor("employee", name="沈知微"),
        archive.cast.actor("archivist", name="沈知微"),
    ):
        with pytest.raises((Absent, Refused)):
            actions.begin(actor, volume=volume.pk)
        with pytest.raises((Absent, Refused)):
            queries.audit(actor, audit.pk)
