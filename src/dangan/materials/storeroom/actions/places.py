"""Furnishing the storeroom: places are added, changed, moved, closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom.models import Place, Placement
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import GONE, direct_counts, require_place, tree
from dangan.materials.storeroom.rules.placing import INSIDE, Tree, Wish, refusal, warning

MANAGE = "storeroom.manage"
MOST_AT_ONCE = 200
_LOCK = 0x5354_4F52
"""Of the advisory lock under which the tree of places changes."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is known of a place. ``count`` of them are added with running numbers from ``code``."""

    level: str
    code: str
    note: str = ""
    capacity: int | None = None
    apart: int = 0
    unit: UUID | None = None
    count: int = 1


def add_places(actor: Actor, *, parent: UUID | None, wanted: Furniture) -> list[Place]:
    """Adds one place or several alike. Needs ``storeroom.manage`` over the room.

    Raises :class:`Absent` for a parent out of reach, :class:`StoreroomProblem`.
    """
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        outer = require_place(actor, grown, parent, MANAGE) if parent else None
        _check_parent(actor, grown, outer.id if outer else None, wanted)
        codes = _codes(wanted)
        taken = {spot.code for spot in grown.children.get(parent, []) if spot.level == wanted.level}
        again = next((code for code in codes if code in taken), None)
        if again is not None:
            raise StoreroomProblem(Message("这里已有“{code}”，请换一个编号。", code=again), "code")
        made = [
            Place(
                id=uuid4(),
                parent_id=parent,
                level=wanted.level,
                code=code,
                note=wanted.note.strip(),
                capacity=wanted.capacity,
                apart=wanted.apart,
                unit=wanted.unit if wanted.level == "room" else None,
                at=timezone.now(),
                by=actor.id,
            )
            for code in codes
        ]
        Place.objects.bulk_create(made)
        for row in made:
            actor.trail.add(Event("place.add", object=str(row.pk), facts={"level": row.level}))
    return made


def change_place(actor: Actor, *, place: UUID, wanted: Furniture) -> Place:
    """Changes number, note, capacity and mark. What stands in it must fit the new mark."""
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        spot = require_place(actor, grown, place, MANAGE)
        row = Place.objects.select_for_update().get(pk=place)
        code = _one_code(wanted.code)
        brothers = grown.children.get(spot.parent, [])
        if any(
            one.code == code and one.level == spot.level and one.id != place for one in brothers
        ):
            raise StoreroomProblem(Message("这里已有“{code}”，请换一个编号。", code=code), "code")
        _check_unit(actor, spot.level, wanted)
        row.code, row.note, row.capacity = code, wanted.note.strip(), wanted.capacity
        row.apart = wanted.apart
        row.unit = wanted.unit if row.level == "room" else None
        row.save(update_fields=["code", "note", "capacity", "apart", "unit"])
        _check_contents(tree(), place, lowered=spot.apart > wanted.apart)
        actor.trail.add(
            Event(
                "place.change",
                object=str(place),
                facts={"capacity": row.capacity or 0, "apart": row.apart},
            )
        )
    return row


def close_place(actor: Actor, *, place: UUID) -> None:
    """停用: nothing may stand in it or below it."""
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        require_place(actor, grown, place, MANAGE)
        count = grown.counts(direct_counts())[place]
        if count:
            raise StoreroomProblem(Message("里面还有 {count} 卷，移走后再停用。", count=count))
        Place.objects.filter(pk=place, closed_at__isnull=True).update(closed_at=timezone.now())
        actor.trail.add(Event("place.close", object=str(place)))


def open_place(actor: Actor, *, place: UUID) -> None:
    """A closed place is used again."""
    with recording(actor):
        require(actor, MANAGE)
        require_place(actor, tree(), place, MANAGE)
        Place.objects.filter(pk=place).update(closed_at=None)
        actor.trail.add(Event("place.open", object=str(place)))


def hold_tree() -> None:
    """One at a time changes the tree or what stands in it, until the transaction ends: capacity
    and marks are decided over several rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _check_parent(actor: Actor, grown: Tree, parent: UUID | None, wanted: Furniture) -> None:
    outer = grown[parent].level if parent else ""
    if wanted.level not in INSIDE[outer]:
        raise StoreroomProblem(Message("这里不能放这种位置，请重新选择。"), "level")
    if parent and grown.closed(parent):
        raise StoreroomProblem(Message("这个位置已停用，恢复后再添加。"))
    _check_unit(actor, wanted.level, wanted)


def _check_unit(actor: Actor, level: str, wanted: Furniture) -> None:
    if level == "room" and wanted.unit:
        path = units.path(wanted.unit)
        if not path:
            raise Absent
        if not actor.may_at(MANAGE, path):
            raise refuse(actor, MANAGE)


def _codes(wanted: Furniture) -> list[str]:
    code = _one_code(wanted.code)
    if wanted.count == 1:
        return [code]
    if not 1 <= wanted.count <= MOST_AT_ONCE:
        raise StoreroomProblem(Message("一次添加 1 到 {most} 个。", most=MOST_AT_ONCE), "count")
    if not code.isdecimal():
        raise StoreroomProblem(Message("添加多个时，编号从一个数字开始，例如 01。"), "code")
    return [str(int(code) + step).zfill(len(code)) for step in range(wanted.count)]


def _one_code(text: str) -> str:
    code = " ".join(text.split())
    if not 1 <= len(code) <= 16:
        raise StoreroomProblem(Message("填写编号或名称，不超过 16 个字。"), "code")
    return code


def _check_contents(grown: Tree, place: UUID, *, lowered: bool) -> None:
    """What stands in a place fits its mark after a change; marked volumes are not left behind
    where nothing is kept apart any more."""
    ids = [spot.id for spot in grown.under(place)]
    rows: Iterable[tuple[UUID | None, str, int, int]] = (
        Placement.objects.filter(place__in=ids)
        .exclude(volume__standing__in=GONE)
        .values_list("place", "volume__number", "volume__secrecy", "volume__highest")
    )
    for at, number, own, highest in rows:
        wish = Wish(number, max(own, highest), Volume.Standing.HELD)
        if at is None:
            continue
        reason = refusal(grown, at, wish) or (warning(grown, at, wish) if lowered else None)
        if reason is not None:
            raise StoreroomProblem(reason, "apart")
