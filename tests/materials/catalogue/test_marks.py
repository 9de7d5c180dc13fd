"""Secrecy marks: what is 机密 or above is for named readers only, and tells nothing to others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.archive import Archive
from tests.browsers import Browser

from dangan.access.models import Account
from dangan.access.queries import actor_of
from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue import actions, grants, queries
from dangan.materials.catalogue.models import Reader, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.arranging import arranged
from dangan.notices.models import Notice


@pytest.fixture
def volume(archive: Archive) -> Volume:
    return archive.volume("沈知微")


def mark(archive: Archive, title: str, secrecy: int, actor: Actor | None = None) -> queries.Item:
    who = actor or archive.archivist
    item = queries.material(who, archive.materials[title])[1]
    return actions.set_secrecy(
        who, material_id=item.id, version=item.version, secrecy=secrecy, reason="含商业秘密"
    )


def account(
    browser: Browser, *roles: str, name: str | None = None, unit: str | None = None
) -> Actor:
    browser(*roles, name=name, unit=unit)
    return actor_of(Account.objects.latest("created_at").id)


def test_who_marks_sees_and_others_do_not(archive: Archive, volume: Volume) -> None:
    mark(archive, "毕业研究生登记表", 2)
    volume.refresh_from_db()
    assert volume.highest == 2
    other = archive.cast.actor("archivist")
    looked = queries.look(other, volume.pk)
    items, hidden = queries.contents(looked)
    assert ({item.body.title for item in items}, hidden) == (
        {"职工登记表", "工资变动审批表"},
        1,
    )
    with pytest.raises(Absent):
        queries.material(other, archive.materials["毕业研究生登记表"])
    assert len(queries.contents(queries.look(archive.archivist, volume.pk))[0]) == 3


def test_numbers_have_no_gap_that_tells(archive: Archive, volume: Volume) -> None:
    body = queries.material(archive.archivist, archive.materials["职工登记表"])[1].body
    for title, day in (("甲", 12), ("乙", 13)):
        item = actions.file_material(
            archive.archivist,
            volume=volume.pk,
            body=type(body)(category="1", title=title, year=2016, month=7, day=day, pages=1),
        )
        archive.materials[title] = item.id
    mark(archive, "甲", 3)
    other = archive.cast.actor("archivist")
    found = arranged(queries.look(other, volume.pk))
    assert [line.label for line in found.lines if line.item.body.category == "1"] == ["1-1", "1-2"]
    assert "甲" not in {change.title for change in found.renumber}
    own = arranged(queries.look(archive.archivist, volume.pk))
    assert {line.item.body.title: line.label for line in own.lines}["甲"] == "1-3"


def test_a_mark_needs_a_reason_and_the_right(archive: Archive, volume: Volume) -> None:
    material = archive.materials["职工登记表"]
    with pytest.raises(CatalogueProblem):
        actions.set_secrecy(
            archive.archivist, material_id=material, version=1, secrecy=1, reason=""
        )
    with pytest.raises(CatalogueProblem):
        actions.set_secrecy(
            archive.archivist, material_id=material, version=1, secrecy=4, reason="误"
        )
    with pytest.raises(Refused):
        actions.set_secrecy(
            archive.cast.actor("hr_manager"),
            material_id=material,
            version=1,
            secrecy=1,
            reason="含商业秘密",
        )


def test_a_marked_volume_hides_all_it_holds(archive: Archive, volume: Volume) -> None:
    actions.mark_volume(
        archive.archivist, volume=volume.pk, version=volume.version, secrecy=3, reason="涉密岗位"
    )
    other = archive.cast.actor("archivist")
    items, hidden = queries.contents(queries.look(other, volume.pk))
    assert (items, hidden) == ([], 3)
    assert len(queries.contents(queries.look(archive.archivist, volume.pk))[0]) == 3
    volume.refresh_from_db()
    with pytest.raises(CatalogueProblem):
        actions.mark_volume(
            other, volume=volume.pk, version=volume.version, secrecy=0, reason="解密"
        )


def test_a_reader_is_named_told_and_ended(
    archive: Archive, volume: Volume, browser: Browser
) -> None:
    mark(archive, "职工登记表", 2)
    second = account(browser, "archivist", name="梁慎行")
    material = archive.materials["职工登记表"]
    with pytest.raises(Absent):
        queries.material(second, material)
    reader = actions.name_reader(
        archive.archivist, volume=volume.pk, account=second.id, material_id=material
    )
    assert queries.material(second, material)[1].body.title == "职工登记表"
    notice = Notice.objects.get(account=second.id)
    assert (notice.topic, notice.facts) == ("archive.named", {"number": volume.number})
    with pytest.raises(CatalogueProblem):
        actions.name_reader(
            archive.archivist, volume=volume.pk, account=second.id, material_id=material
        )
    actions.end_reader(archive.archivist, reader=reader.pk)
    with pytest.raises(Absent):
        queries.material(second, material)
    last = Reader.objects.get(ended_at__isnull=True)
    with pytest.raises(CatalogueProblem):
        actions.end_reader(archive.archivist, reader=last.pk)


def test_a_reader_whose_time_is_over_sees_nothing(
    archive: Archive, volume: Volume, browser: Browser
) -> None:
    mark(archive, "职工登记表", 2)
    second = account(browser, "archivist")
    material = archive.materials["职工登记表"]
    reader = actions.name_reader(
        archive.archivist,
        volume=volume.pk,
        account=second.id,
        material_id=material,
        until=timezone.now() + timedelta(days=1),
    )
    Reader.objects.filter(pk=reader.pk).update(until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Absent):
        queries.material(second, material)
    again = actions.name_reader(
        archive.archivist, volume=volume.pk, account=second.id, material_id=material
    )
    assert again.pk != reader.pk


def test_nobody_names_themselves_nor_to_what_they_do_not_see(
    archive: Archive, volume: Volume, browser: Browser
) -> None:
    mark(archive, "职工登记表", 2)
    second, third = account(browser, "archivist"), account(browser, "archivist")
    material = archive.materials["职工登记表"]
    with pytest.raises(CatalogueProblem):
        actions.name_reader(second, volume=volume.pk, account=second.id, material_id=material)
    with pytest.raises(Refused):
        actions.name_reader(second, volume=volume.pk, account=third.id, material_id=material)
    with pytest.raises(Refused):
        actions.name_reader(archive.cast.actor("hr_manager"), volume=volume.pk, account=second.id)
    assert Reader.objects.count() == 1


def test_nobody_is_named_to_their_own_cadre_file(archive: Archive, browser: Browser) -> None:
    volume = archive.volume("何雨桐", "cadre")
    own = account(browser, "archivist", name="何雨桐")
    with pytest.raises(CatalogueProblem):
        actions.name_reader(archive.archivist, volume=volume.pk, account=own.id)


def test_a_grant_limited_to_materials_shows_these_and_no_count(
    archive: Archive, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = archive.materials["职工登记表"]

    def give(actor: Actor, asked: object) -> list[grants.Grant]:
        assert asked == volume.pk
        until = timezone.now() + timedelta(hours=8)
        return [grants.Grant("CY-2026-0001", until, frozenset({granted}))]

    monkeypatch.setitem(grants._providers, "test", give)
    reader = archive.cast.actor("hr_specialist")
    looked = queries.look(reader, volume.pk)
    items, hidden = queries.contents(looked)
    assert ([item.id for item in items], hidden) == ([granted], 0)
    assert not looked.sight.prints(granted)
    with pytest.raises(Absent):
        queries.material(reader, archive.materials["毕业研究生登记表"])
    mark(archive, "职工登记表", 2)
    assert queries.contents(queries.look(reader, volume.pk)) == ([], 0)


def test_what_was_taken_out_is_for_keepers_only(
    archive: Archive, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = timezone.now() + timedelta(hours=8)
    monkeypatch.setitem(
        grants._providers, "test", lambda _actor, _volume: [grants.Grant("CY-2026-0002", until)]
    )
    material = archive.materials["职工登记表"]
    reader = archive.cast.actor("hr_specialist")
    assert queries.material(reader, material)[1].id == material
    actions.remove_material(archive.archivist, material=material, version=1, reason="重复件")
    with pytest.raises(Absent):
        queries.material(reader, material)
    assert queries.material(archive.archivist, material)[1].state == "removed"
