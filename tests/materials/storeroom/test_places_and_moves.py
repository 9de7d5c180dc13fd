"""The storeroom is furnished and volumes come to their places; who may not is refused."""

from __future__ import annotations

import pytest
from tests.cast import written_events
from tests.materials.storeroom.conftest import Storeroom

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import Reader, Volume
from dangan.materials.catalogue.queries import look
from dangan.materials.storeroom.actions import places
from dangan.materials.storeroom.actions.moving import move, move_place
from dangan.materials.storeroom.actions.places import Furniture
from dangan.materials.storeroom.models import Move, Place, Placement
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import place_of


def test_a_volume_is_shelved_and_its_way_is_kept(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    assert place_of([volume])[volume].label == "三库 07 架 2 层 15 盒"
    move(store.keeper, volumes=[volume], to=store.shelf, why="沈知微调岗，整理到一层")
    steps = Move.objects.filter(volume=volume).order_by("id")
    assert [(step.kind, step.origin_text, step.target_text) for step in steps] == [
        ("shelve", "", "三库 07 架 2 层 15 盒"),
        ("move", "三库 07 架 2 层 15 盒", "三库 07 架 1 层"),
    ]
    assert "沈知微".encode() not in bytes(steps[1].sealed_why)
    assert ("volume.move", "done") in written_events(store.keeper)


def test_what_stands_there_already_is_not_moved_again(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    assert move(store.keeper, volumes=[volume], to=store.box).count == 0
    assert Move.objects.filter(volume=volume).count() == 1


def test_many_move_together_or_none(store: Storeroom) -> None:
    names = ("沈知微", "陆怀瑾", "罗文博", "俞书衡")
    volumes = [store.shelve(name, store.shelf) for name in names]
    with pytest.raises(StoreroomProblem) as refused:
        move(store.keeper, volumes=volumes, to=store.box)
    assert refused.value.message.params["capacity"] == 3
    assert set(Placement.objects.values_list("place", flat=True)) == {store.shelf}
    assert move(store.keeper, volumes=volumes[:3], to=store.box).count == 3


def test_a_box_takes_its_volumes_along(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    assert move_place(store.keeper, place=store.box, to=store.shelf).count == 1
    assert place_of([volume])[volume].label == "三库 07 架 1 层 15 盒"
    assert Move.objects.filter(volume=volume).latest("id").kind == "box"
    with pytest.raises(StoreroomProblem):
        move_place(store.keeper, place=store.rack, to=store.box)


def test_a_box_of_unmarked_volumes_does_not_come_to_what_is_kept_apart(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    with pytest.raises(StoreroomProblem):
        move_place(store.keeper, place=store.box, to=store.apart)
    assert place_of([volume])[volume].label == "三库 07 架 2 层 15 盒"


def test_a_lent_volume_keeps_its_home(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    change_standing(store.keeper, volume=volume, expected={"held"}, to="lent", why="JY-1")
    assert place_of([volume])[volume].place == store.box


def test_what_is_marked_is_kept_apart(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    Volume.objects.filter(pk=volume).update(secrecy=2, highest=2)
    with pytest.raises(StoreroomProblem):
        move(store.keeper, volumes=[volume], to=store.next_box)
    move(store.keeper, volumes=[volume], to=store.apart)
    other = store.archive.volume("陆怀瑾", lines=False).pk
    with pytest.raises(StoreroomProblem):
        move(store.keeper, volumes=[other], to=store.apart)
    with pytest.raises(StoreroomProblem):
        places.change_place(
            store.keeper, place=store.apart, wanted=Furniture("cabinet", "保密", apart=0)
        )


def test_a_closed_place_is_empty_and_stays_so(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    with pytest.raises(StoreroomProblem):
        places.close_place(store.keeper, place=store.rack)
    move(store.keeper, volumes=[volume], to=None)
    places.close_place(store.keeper, place=store.rack)
    with pytest.raises(StoreroomProblem):
        move(store.keeper, volumes=[volume], to=store.box)
    places.open_place(store.keeper, place=store.rack)
    move(store.keeper, volumes=[volume], to=store.box)


def test_the_same_number_stands_once(store: Storeroom) -> None:
    with pytest.raises(StoreroomProblem):
        places.add_places(
            store.keeper, parent=store.other_shelf, wanted=Furniture("box", "14", count=3)
        )
    assert Place.objects.filter(parent=store.other_shelf).count() == 2
    with pytest.raises(StoreroomProblem):
        places.add_places(store.keeper, parent=store.room, wanted=Furniture("room", "四库"))


@pytest.mark.parametrize("role", ["hr_manager", "hr_specialist", "leader", "auditor", "employee"])
def test_others_furnish_and_move_nothing(store: Storeroom, role: str) -> None:
    volume = store.shelve("沈知微")
    other = store.archive.cast.actor(role)
    with pytest.raises(Refused):
        places.add_places(other, parent=None, wanted=Furniture("room", "四库"))
    with pytest.raises(Refused):
        move(other, volumes=[volume], to=store.shelf)
    assert place_of([volume])[volume].place == store.box


def test_what_is_out_of_reach_is_absent(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    south = store.archive.cast.actor("archivist", unit="华南公司")
    with pytest.raises(Absent):
        move(south, volumes=[volume], to=store.shelf)
    Place.objects.filter(pk=store.room).update(unit=store.archive.cast.units["华东公司"])
    theirs = store.archive.volume("罗文博", lines=False).pk
    with pytest.raises(Absent):
        move(south, volumes=[theirs], to=store.shelf)


def test_whoever_carries_a_relatives_file_does_not_read_it(store: Storeroom) -> None:
    volume = store.shelve("沈知微", kind="cadre")
    herself = store.archive.cast.actor("archivist", name="沈知微")
    assert move(herself, volumes=[volume], to=store.shelf).count == 1
    with pytest.raises(Refused):
        look(herself, volume)
    assert not Reader.objects.exists()
