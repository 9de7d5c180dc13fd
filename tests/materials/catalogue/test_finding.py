"""Volumes are found by name, pinyin, employee number and their number, by those who may know."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.archive import Archive

from dangan.materials.catalogue import panels, queries, shown
from dangan.materials.catalogue.forms import Chosen, VolumeField
from dangan.materials.catalogue.models import Volume


@pytest.mark.parametrize("text", ["沈知微", "szw", "020486", "HD-Y-00001", "y-0000"])
def test_the_archivist_finds_a_volume(archive: Archive, text: str) -> None:
    volume = archive.volume("沈知微", lines=False)
    found = queries.find_volumes(archive.archivist, text)
    assert [line.id for line in found] == [volume.pk]
    assert found[0].text == "沈知微 020486 HD-Y-00001"
    assert found[0].person.unit_label.endswith("嵌入式组")


def test_the_exact_number_comes_first(archive: Archive) -> None:
    archive.volume("沈知微", lines=False)
    second = archive.volume("沈知微", "cadre", lines=False)
    assert queries.find_volumes(archive.archivist, second.number)[0].id == second.pk


@pytest.mark.parametrize("role", ["hr_specialist", "it", "finance"])
def test_without_the_right_there_are_none(archive: Archive, role: str) -> None:
    archive.volume("沈知微", lines=False)
    actor = archive.cast.actor(role)
    assert queries.find_volumes(actor, "沈知微") == []
    assert queries.find_volumes(actor, "HD-Y-00001") == []


def test_an_archivist_of_the_south_finds_none_of_the_east(archive: Archive) -> None:
    volume = archive.volume("沈知微", lines=False)
    south = archive.cast.actor("archivist", unit="华南公司")
    assert queries.find_volumes(south, "HD-Y-00001") == []
    assert queries.volume_chosen(south, str(volume.pk)) == []


def test_whoever_asks_for_a_consultation_finds_those_of_their_reach(archive: Archive) -> None:
    archive.volume("沈知微", lines=False)
    asker = archive.cast.actor("hr_specialist")
    found = queries.find_volumes(asker, "沈知微", permission="archive.use")
    assert [line.person.name for line in found] == ["沈知微"]
    head = archive.cast.actor("head", unit="华南公司")
    assert queries.find_volumes(head, "HD-Y-0000", permission="archive.use") == []


def test_the_restricted_and_the_destroyed_are_not_found(archive: Archive) -> None:
    first, second = archive.volume("沈知微", lines=False), archive.volume("陆怀瑾", lines=False)
    Volume.objects.filter(pk=first.pk).update(restricted_at=timezone.now())
    Volume.objects.filter(pk=second.pk).update(standing="destroyed")
    assert queries.find_volumes(archive.archivist, "HD-Y") == []
    found = queries.find_volumes(archive.archivist, "HD-Y", restricted=True)
    assert [line.id for line in found] == [first.pk]


def test_people_are_written_as_far_as_one_may_see_them(archive: Archive) -> None:
    subject = archive.cast.people["沈知微"]
    block = shown.person(archive.archivist, subject)
    assert (block.name, block.employee_number) == ("沈知微", "020486")
    nobody = archive.cast.actor("it")
    assert shown.person(nobody, subject) == shown.PersonBlock(subject)
    assert shown.person(nobody, subject, told=True).name == "沈知微"


def test_the_field_takes_a_pick_or_a_number_and_refuses_the_rest(archive: Archive) -> None:
    volume = archive.volume("沈知微", lines=False)
    field = VolumeField()
    field.actor = archive.archivist
    assert field.clean(Chosen(str(volume.pk), "沈知微")) == volume
    assert field.clean(Chosen("", "hd-y-00001")) == volume
    assert field.clean(Chosen("", "020486")) == volume
    for text in ("", "没有此人", "沈知"):
        with pytest.raises(ValidationError):
            field.clean(Chosen("", text))
    archive.volume("沈知微", "cadre", lines=False)
    with pytest.raises(ValidationError, match="2 个案卷"):
        field.clean(Chosen("", "沈知微"))


def test_rooms_above_add_facts_and_buttons(archive: Archive, monkeypatch) -> None:
    volume = archive.volume("沈知微", lines=False)
    monkeypatch.setattr(panels, "_facts", {})
    monkeypatch.setattr(panels, "_actions", {})
    panels.register_fact("b", 20, lambda _actor, _volume: panels.Fact("借阅", "在库", "ok"))
    panels.register_fact("a", 10, lambda _actor, _volume: panels.Fact("存放", "三库"))
    panels.register_fact("c", 30, lambda _actor, _volume: None)
    panels.register_action("x", 10, "标签", "qrcode", lambda v: f"/x/{v.pk}", "archive.print")
    looked = queries.look(archive.archivist, volume.pk)
    head = panels.head(archive.archivist, looked)
    assert [fact.label for fact in head.facts] == ["存放", "材料", "借阅", "保管期限"]
    assert [button.key for button in panels.buttons(archive.archivist, looked.volume)] == ["x"]
    assert panels.buttons(archive.cast.actor("finance"), looked.volume) == ()
