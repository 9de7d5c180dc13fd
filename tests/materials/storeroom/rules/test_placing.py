"""What may stand where, how full it is, and what it is called."""

from __future__ import annotations

from uuid import UUID

import pytest

from dangan.materials.storeroom.rules.placing import Spot, Wish, grow, over, refusal, warning

ROOM, RACK, BOX, SAFE, VAULT = (UUID(int=n) for n in range(1, 6))


def _tree(*, apart: bool = True, closed: bool = False):  # type: ignore[no-untyped-def]  # a helper of tests
    spots = [
        Spot(ROOM, None, "room", "三库", capacity=4),
        Spot(RACK, ROOM, "rack", "07", closed=closed),
        Spot(BOX, RACK, "box", "15", capacity=2),
    ]
    if apart:
        spots += [
            Spot(SAFE, ROOM, "cabinet", "1", apart=2),
            Spot(VAULT, ROOM, "cabinet", "2", apart=3),
        ]
    return grow(spots)


def test_a_place_is_called_by_its_way() -> None:
    assert _tree().label(BOX) == "三库 07 架 15 盒"
    assert _tree().label(None) == ""


@pytest.mark.parametrize(
    ("secrecy", "place", "may"),
    [
        (0, BOX, True), (1, BOX, True), (2, BOX, False), (3, BOX, False),
        (0, SAFE, False), (1, SAFE, False), (2, SAFE, True), (3, SAFE, False),
        (0, VAULT, False), (2, VAULT, True), (3, VAULT, True),
    ],
)  # fmt: skip
def test_marked_volumes_are_kept_apart_and_nothing_else_with_them(
    secrecy: int, place: UUID, may: bool
) -> None:
    assert (refusal(_tree(), place, Wish("HD-Y-00001", secrecy, "held")) is None) is may


def test_without_a_place_apart_it_is_only_warned() -> None:
    tree, wish = _tree(apart=False), Wish("HD-Y-00001", 2, "held")
    assert refusal(tree, BOX, wish) is None
    assert warning(tree, BOX, wish) is not None
    assert warning(tree, BOX, Wish("HD-Y-00001", 1, "held")) is None


def test_nothing_comes_to_a_closed_place_or_when_it_is_gone() -> None:
    assert refusal(_tree(closed=True), BOX, Wish("HD-Y-00001", 0, "held")) is not None
    assert refusal(_tree(), BOX, Wish("HD-Y-00001", 0, "away")) is not None


def test_the_first_full_place_on_the_way_is_named() -> None:
    tree = _tree()
    counts = tree.counts({BOX: 1, SAFE: 2})
    assert counts[ROOM] == 3
    assert over(tree, counts, BOX, 1) is None
    full = over(tree, counts, BOX, 2)
    assert full is not None
    assert "15 盒" in str(full.params["place"])
    full = over(tree, counts, SAFE, 2)
    assert full is not None
    assert full.params["place"] == "三库"
