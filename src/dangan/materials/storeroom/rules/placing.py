"""The tree of places and what may stand where. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from dangan.dictionary.rules import Message

INSIDE: Mapping[str, tuple[str, ...]] = {
    "": ("room",),
    "room": ("rack", "cabinet", "box"),
    "cabinet": ("shelf", "box"),
    "rack": ("shelf", "box"),
    "shelf": ("box",),
    "box": (),
}
"""What may stand in what; on top stand rooms."""
NOUNS = {"room": "", "cabinet": "柜", "rack": "架", "shelf": "层", "box": "盒"}
MARKED_FROM = 2
"""机密 and above are kept apart."""
_MARKS = {2: "机密", 3: "绝密"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One place as the rules know it."""

    id: UUID
    parent: UUID | None
    level: str
    code: str
    apart: int = 0
    capacity: int | None = None
    closed: bool = False
    unit: UUID | None = None


@dataclass(frozen=True)
class Tree:
    """All places. Small: some thousand boxes at most."""

    spots: Mapping[UUID, Spot]
    children: Mapping[UUID | None, list[Spot]] = field(repr=False)

    def __contains__(self, place: object) -> bool:
        return place in self.spots

    def __getitem__(self, place: UUID) -> Spot:
        return self.spots[place]

    def path(self, place: UUID) -> list[Spot]:
        """From the room to the place."""
        found: list[Spot] = []
        at: UUID | None = place
        while at is not None and at in self.spots:
            found.append(self.spots[at])
            at = self.spots[at].parent
        return found[::-1]

    def label(self, place: UUID | None) -> str:
        """``三库 07 架 2 层 15 盒``; empty for None."""
        if place is None:
            return ""
        return " ".join(one_label(spot) for spot in self.path(place))

    def under(self, place: UUID) -> Iterator[Spot]:
        """The place and all that is in it, parents first."""
        waiting = [self.spots[place]]
        while waiting:
            spot = waiting.pop()
            yield spot
            waiting.extend(reversed(self.children.get(spot.id, [])))

    def apart(self, place: UUID) -> int:
        """The mark it is kept apart for, its own or that of what it stands in."""
        return max((spot.apart for spot in self.path(place)), default=0)

    def closed(self, place: UUID) -> bool:
        """Whether it or something it stands in is closed."""
        return any(spot.closed for spot in self.path(place))

    def room(self, place: UUID) -> Spot:
        """The room it is in."""
        return self.path(place)[0]

    def counts(self, direct: Mapping[UUID, int]) -> dict[UUID, int]:
        """Volumes in each place with all that is in it, from what stands directly in each."""
        totals = dict.fromkeys(self.spots, 0)
        for place, count in direct.items():
            for spot in self.path(place):
                totals[spot.id] += count
        return totals

    def some_apart(self) -> bool:
        """Whether there is any place for marked volumes."""
        return any(spot.apart and not self.closed(spot.id) for spot in self.spots.values())


def grow(spots: Iterable[Spot]) -> Tree:
    """The tree of these places, brothers in the order of their codes."""
    known = {spot.id: spot for spot in spots}
    children: dict[UUID | None, list[Spot]] = {}
    for spot in sorted(known.values(), key=lambda one: _natural(one.code)):
        children.setdefault(spot.parent, []).append(spot)
    return Tree(known, children)


def one_label(spot: Spot) -> str:
    """``07 架``; of a room its name."""
    noun = NOUNS[spot.level]
    return f"{spot.code} {noun}" if noun else spot.code


def _natural(code: str) -> tuple[int, str]:
    return (int(code), "") if code.isdecimal() else (10**9, code)


@dataclass(frozen=True, slots=True)
class Wish:
    """A volume that is to stand in a place."""

    number: str
    secrecy: int
    standing: str


def refusal(tree: Tree, place: UUID, wish: Wish) -> Message | None:
    """Why the volume may not stand there; None when it may.

    Marked volumes stand in places of their mark or a higher one, and nothing else does. Where no
    place is kept apart a marked volume may stand anywhere: the page warns (:func:`warning`).
    """
    if tree.closed(place):
        return Message("{place}已停用，请换一个位置。", place=tree.label(place))
    if wish.standing in {"away", "destroyed"}:
        return Message("案卷 {number} 已不在本单位，不用上架。", number=wish.number)
    apart = tree.apart(place)
    if apart and wish.secrecy < MARKED_FROM:
        return Message(
            "{place}是{mark}专用，案卷 {number} 没有标{mark}，请换一个位置。",
            place=tree.label(place),
            mark=_MARKS[apart],
            number=wish.number,
        )
    if wish.secrecy >= MARKED_FROM and wish.secrecy > apart and (apart or tree.some_apart()):
        return Message(
            "案卷 {number} 标有{mark}，要放在{mark}专用的位置，不能放在{place}。",
            number=wish.number,
            mark=_MARKS[wish.secrecy],
            place=tree.label(place),
        )
    return None


def warning(tree: Tree, place: UUID, wish: Wish) -> Message | None:
    """What should be put right although the volume may stand there for now."""
    if wish.secrecy >= MARKED_FROM and not tree.apart(place):
        return Message(
            "案卷 {number} 标有{mark}，应单独存放。请在库房里划出专用的柜。",
            number=wish.number,
            mark=_MARKS[wish.secrecy],
        )
    return None


def over(tree: Tree, counts: Mapping[UUID, int], place: UUID, more: int) -> Message | None:
    """Which place on the way would be over its capacity with ``more`` volumes; None when none."""
    for spot in reversed(tree.path(place)):
        if spot.capacity is not None and counts.get(spot.id, 0) + more > spot.capacity:
            return Message(
                "{place}容量 {capacity} 卷，已有 {count} 卷，放不下 {more} 卷。",
                place=tree.label(spot.id),
                capacity=spot.capacity,
                count=counts.get(spot.id, 0),
                more=more,
            )
    return None
