"""The storeroom of the demonstration: rooms with all volumes in their boxes, labels, a check, the
air of a month, and a stock-taking that has found a volume in the wrong box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import UUID

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Secrecy, Volume
from dangan.materials.storeroom import codes
from dangan.materials.storeroom.actions.air import take_in, take_measures
from dangan.materials.storeroom.actions.checking import (
    Finding,
    ask_repair,
    check_place,
    check_volume,
)
from dangan.materials.storeroom.actions.counting import begin, count
from dangan.materials.storeroom.actions.labels import print_labels
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.actions.places import Furniture, add_places
from dangan.materials.storeroom.models import Air, Defect
from dangan.operations.demo.office import Office

TO_A_BOX = 6
AIR_DAYS = 30
_WARM_DAY, _DAMP_DAY = 19, 6
"""So many days ago the first room was out of its bounds."""
COUNTED = 14
"""So many volumes have been counted when somebody looks at the open stock-taking."""


def keep_room(office: Office, volumes: Sequence[Volume]) -> None:
    """All of it; ``volumes`` as they are now, by number."""
    archivist = office.actor("archivist")
    room = _add(archivist, None, "room", "一库", note="人事档案")[0]
    other = _add(archivist, None, "room", "二库", note="机密以上和待转出")[0]
    boxes = _cabinets(archivist, room)
    apart = _apart(archivist, other)
    plain = [volume.pk for volume in volumes if volume.highest < Secrecy.CONFIDENTIAL]
    marked = [volume.pk for volume in volumes if volume.highest >= Secrecy.CONFIDENTIAL]
    placed = _shelve(archivist, plain, boxes)
    if marked:
        move(archivist, volumes=marked, to=apart)
    print_labels(archivist, volumes=[*plain, *marked])
    print_labels(archivist, places=boxes)
    _check(archivist, volumes, boxes)
    for where, seed in ((room, 0), (other, 3)):
        take_in(archivist, room=where, data=_air(office, seed).encode())
    _measures(archivist, room)
    _count(archivist, room, placed)


def _add(
    actor: Actor,
    parent: UUID | None,
    level: str,
    code: str,
    *,
    note: str = "",
    many: int = 1,
    capacity: int | None = None,
    apart: int = 0,
) -> list[UUID]:
    wanted = Furniture(level, code, note, capacity, apart, None, many)
    return [row.pk for row in add_places(actor, parent=parent, wanted=wanted)]


def _cabinets(actor: Actor, room: UUID) -> list[UUID]:
    """Two cabinets of three shelves with two boxes each; the second is still nearly empty."""
    boxes = []
    for cabinet in _add(actor, room, "cabinet", "01", many=2):
        for shelf in _add(actor, cabinet, "shelf", "1", many=3, capacity=2 * TO_A_BOX):
            boxes += _add(actor, shelf, "box", "01", many=2, capacity=TO_A_BOX)
    return boxes


def _apart(actor: Actor, room: UUID) -> UUID:
    """A cabinet of its own for what is marked; beside it a rack for what is to be sent."""
    rack = _add(actor, room, "rack", "01", note="待转出")[0]
    _add(actor, rack, "shelf", "1", many=2, capacity=40)
    cabinet = _add(actor, room, "cabinet", "01", note="机密专柜", apart=Secrecy.CONFIDENTIAL)[0]
    shelf = _add(actor, cabinet, "shelf", "1", apart=Secrecy.CONFIDENTIAL)[0]
    return _add(
        actor, shelf, "box", "01", capacity=TO_A_BOX, apart=Secrecy.CONFIDENTIAL
    )[0]  # fmt: skip


def _shelve(actor: Actor, volumes: Sequence[UUID], boxes: Sequence[UUID]) -> dict[UUID, UUID]:
    """Five to a box, by number: there is room for those to come."""
    placed: dict[UUID, UUID] = {}
    for place, box in enumerate(boxes):
        here = volumes[place * (TO_A_BOX - 1) : (place + 1) * (TO_A_BOX - 1)]
        if here:
            move(actor, volumes=here, to=box, why="新库启用，按档号上架")
            placed |= dict.fromkeys(here, box)
    return placed


def _check(actor: Actor, volumes: Sequence[Volume], boxes: Sequence[UUID]) -> None:
    """The first boxes were in order; one volume is torn and with the book-binder."""
    for box in boxes[:3]:
        check_place(actor, place=box, findings=(), words="例行检查，卷皮完好，无霉变虫蛀")
    torn = next((one for one in volumes if one.standing == Volume.Standing.HELD), None)
    if torn is None:
        return
    found = Finding("torn", "medium")
    words = "第二份材料装订处撕裂，暂不影响查阅"
    made = check_volume(actor, volume=torn.pk, findings=[found], words=words)
    defect = Defect.objects.get(check_made=made)
    ask_repair(actor, defect=defect.pk, words="已请装订师傅，本周内修补")


def _air(office: Office, seed: int) -> str:
    """A logger's table: twice a day for a month, once too damp and once too warm."""
    lines = ["时间,温度,湿度"]
    for back in range(AIR_DAYS, 0, -1):
        for hour in (9, 16):
            turn = back + seed + hour / 24
            warm = 19.4 + 1.6 * math.sin(turn / 3.1) + (0.9 if hour == 16 else 0)
            damp = 52 + 4 * math.sin(turn / 4.3)
            if seed == 0 and hour == 16:
                warm = 26.8 if back == _WARM_DAY else warm
                damp = 67.5 if back == _DAMP_DAY else damp
            lines.append(f"{office.day(-back)} {hour:02d}:00,{warm:.1f},{damp:.1f}")
    return "\n".join(lines)


def _measures(actor: Actor, room: UUID) -> None:
    """What was done about the first of the two readings out of bounds."""
    warm = Air.objects.filter(room=room).order_by("-temperature").first()
    if warm is not None:
        words = "空调滤网堵塞，已清洗，两小时后降到 21 ℃"
        take_measures(actor, reading=warm.pk, words=words)


def _count(actor: Actor, room: UUID, placed: dict[UUID, UUID]) -> None:
    """Half-way through the first room; the third volume stood in a neighbour's box."""
    taking = begin(actor, place=room)
    homes = list(dict.fromkeys(placed.values()))
    known = codes.codes_of(volumes=list(placed))
    for place, (volume, box) in enumerate(list(placed.items())[:COUNTED]):
        wrong = place == TO_A_BOX - 3 and len(homes) > 1
        count(
            actor,
            stocktaking=taking.pk,
            code=known[volume],
            place=homes[1] if wrong else box,
        )
