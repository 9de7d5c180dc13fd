"""Volumes are opened and materials filed; who may not is refused, and nothing is half-stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import pytest
from tests.archive import LINES, Archive

from dangan.access.rules import Absent, Refused
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue import actions, gates, queries
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.problems import CatalogueProblem


def test_the_archivist_files_three_materials_and_sees_them(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    assert volume.number == "HD-Y-00001"
    assert (volume.materials, volume.pages) == (3, 7)
    looked = queries.look(archive.archivist, volume.pk)
    items, kept_back = queries.contents(looked)
    assert {item.body.title for item in items} == {line.title for line in LINES}
    assert kept_back == 0


def test_what_a_material_is_stands_nowhere_in_clear(archive: Archive) -> None:
    archive.volume("沈知微")
    for row in Material.objects.all():
        assert "登记表".encode() not in bytes(row.sealed)


def test_hr_without_the_right_finds_no_volume(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    with pytest.raises(Absent):
        queries.look(archive.cast.actor("hr_specialist"), volume.pk)


def test_an_archivist_of_the_south_finds_no_volume_of_the_east(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    with pytest.raises(Absent):
        queries.look(archive.cast.actor("archivist", unit="华南公司"), volume.pk)


def test_nobody_sees_their_own_cadre_file(archive: Archive) -> None:
    volume = archive.volume("何雨桐", "cadre")
    own = archive.cast.actor("archivist", name="何雨桐")
    assert relation(own, archive.cast.people["何雨桐"]) is not None
    with pytest.raises(Refused):
        queries.look(own, volume.pk)


def test_the_manager_who_sees_may_not_file(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    with pytest.raises(Refused):
        actions.file_material(archive.cast.actor("hr_manager"), volume=volume.pk, body=LINES[0])
    assert Material.objects.count() == len(LINES)


def test_a_second_volume_of_the_same_kind_is_not_opened(archive: Archive) -> None:
    archive.volume("沈知微")
    with pytest.raises(CatalogueProblem):
        archive.volume("沈知微")
    assert Volume.objects.count() == 1


def test_a_gate_stands_in_the_way(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = archive.volume("沈知微")

    def shut(deed: gates.Deed, volumes: Collection[UUID]) -> Mapping[UUID, Sequence[Message]]:
        assert deed == "change"
        return {key: [Message("正在盘点。")] for key in volumes}

    monkeypatch.setitem(gates._gates, "test", shut)
    with pytest.raises(CatalogueProblem):
        actions.file_material(archive.archivist, volume=volume.pk, body=LINES[0])
