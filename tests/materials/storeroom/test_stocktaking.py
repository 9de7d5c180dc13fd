"""盘点: counted by several, the same label twice is once, and differences are put right."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.materials.storeroom.conftest import Storeroom

from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.storeroom.actions import counting
from dangan.materials.storeroom.actions.labels import print_labels
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.models import Count, Outcome, Stocktaking
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import place_of
from dangan.materials.storeroom.rules.labelling import code_from


def _codes(store: Storeroom, *volumes: UUID) -> list[str]:
    made = print_labels(store.keeper, volumes=volumes)
    return [made[volume] for volume in volumes]


def _verdicts(made: Stocktaking) -> dict[UUID | str, str]:
    rows = Outcome.objects.filter(stocktaking=made)
    return {row.volume_id or row.code: row.verdict for row in rows}


def test_a_whole_stock_taking(store: Storeroom) -> None:
    here, elsewhere, gone, lent, moved = (
        store.shelve(name, place)
        for name, place in (
            ("沈知微", store.box), ("陆怀瑾", store.box), ("罗文博", store.box),
            ("俞书衡", store.next_box), ("何雨桐", store.next_box),
        )
    )  # fmt: skip
    change_standing(store.keeper, volume=lent, expected={"held"}, to="lent", why="JY-1")
    codes = _codes(store, here, elsewhere)
    made = counting.begin(store.keeper, place=store.rack)
    assert (made.number[:3], made.expected) == ("PD-", 5)

    helper = store.archive.cast.actor("archivist")
    counting.count(store.keeper, stocktaking=made.pk, code=codes[0], place=store.box)
    again = counting.count(helper, stocktaking=made.pk, code=codes[0], place=store.box)
    assert (again.again, again.done) == (True, 1)
    counting.count(helper, stocktaking=made.pk, code=codes[1], place=store.next_box)
    stranger = counting.count(helper, stocktaking=made.pk, code=code_from(7), place=store.box)
    assert stranger.found is None
    move(store.keeper, volumes=[moved], to=store.room)

    counting.finish(store.keeper, stocktaking=made.pk)
    assert _verdicts(made) == {
        here: "present",
        elsewhere: "misplaced",
        gone: "missing",
        lent: "excused",
        moved: "moved",
        code_from(7): "unknown",
    }
    with pytest.raises(StoreroomProblem):
        counting.count(helper, stocktaking=made.pk, code=codes[0])

    rows = {row.verdict: row for row in Outcome.objects.filter(stocktaking=made)}
    counting.settle(store.keeper, outcome=rows["misplaced"].pk, how="here")
    assert place_of([elsewhere])[elsewhere].place == store.next_box
    with pytest.raises(StoreroomProblem):
        counting.settle(store.keeper, outcome=rows["missing"].pk, how="here")
    counting.settle(store.keeper, outcome=rows["missing"].pk, how="found")
    counting.sign(store.keeper, stocktaking=made.pk)
    with pytest.raises(StoreroomProblem):
        counting.settle(store.keeper, outcome=rows["unknown"].pk, how="noted")


def test_one_at_a_time_over_the_same_shelf(store: Storeroom) -> None:
    made = counting.begin(store.keeper, place=store.rack)
    with pytest.raises(StoreroomProblem):
        counting.begin(store.keeper, place=store.box)
    with pytest.raises(StoreroomProblem):
        counting.begin(store.keeper, place=store.room)
    counting.drop(store.keeper, stocktaking=made.pk)
    counting.begin(store.keeper, place=store.box)


def _south(store: Storeroom) -> Actor:
    return store.archive.cast.actor("archivist", unit="华南公司")


def test_a_label_out_of_reach_counts_as_unknown(store: Storeroom) -> None:
    (code,) = _codes(store, store.shelve("沈知微"))
    made = counting.begin(store.keeper, place=store.room)
    seen = counting.count(_south(store), stocktaking=made.pk, code=code)
    never = counting.count(_south(store), stocktaking=made.pk, code=code_from(9))
    assert (seen.found, never.found) == (None, None)
    assert Count.objects.filter(volume__isnull=False).count() == 0


@pytest.mark.parametrize("role", ["hr_manager", "leader", "employee", "auditor"])
def test_others_count_nothing(store: Storeroom, role: str) -> None:
    made = counting.begin(store.keeper, place=store.room)
    other = store.archive.cast.actor(role)
    with pytest.raises(Refused):
        counting.begin(other, place=store.box)
    with pytest.raises((Refused, Absent)):
        counting.count(other, stocktaking=made.pk, code="x")
    with pytest.raises((Refused, Absent)):
        counting.finish(other, stocktaking=made.pk)
    assert Stocktaking.objects.get().state == "open"
