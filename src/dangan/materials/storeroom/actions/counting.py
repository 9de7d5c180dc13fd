"""盘点: begun, counted by several people at once, finished, put right, signed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor, Refused, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.actions.places import MANAGE, hold_tree
from dangan.materials.storeroom.codes import Found, find
from dangan.materials.storeroom.models import (
    Count,
    Due,
    Move,
    Outcome,
    Placement,
    Stocktaking,
)
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import GONE, require_place, tree
from dangan.materials.storeroom.rules.counting import OPEN, Record, Seen, compare
from dangan.materials.storeroom.rules.placing import Tree
from dangan.materials.storeroom.series import next_number

SETTLINGS = {
    "back": ("misplaced",),
    "here": ("misplaced",),
    "found": ("missing", "surprise"),
    "noted": ("missing", "surprise", "unknown", "misplaced"),
}
"""放回登记位置, 改为此处, 已找到, 已查明: which verdicts each puts right."""


def begin(actor: Actor, *, place: UUID) -> Stocktaking:
    """盘点 of a place with all that is in it. Needs ``storeroom.manage`` over its room.

    Raises :class:`Absent`, and :class:`StoreroomProblem` when one is open there.
    """
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        require_place(actor, grown, place, MANAGE)
        other = _overlapping(grown, place)
        if other is not None:
            raise StoreroomProblem(
                Message(
                    "{number} 正在盘点{place}，先结束它。",
                    number=other.number,
                    place=other.place_text,
                )
            )
        due = _homes(grown, place)
        made = Stocktaking.objects.create(
            number=next_number("PD"),
            place_id=place,
            place_text=grown.label(place),
            at=timezone.now(),
            by=actor.id,
            expected=len(due),
        )
        Due.objects.bulk_create(
            (
                Due(stocktaking=made, volume_id=volume, place_id=home)
                for volume, home in due.items()
            ),
            batch_size=5000,
        )
        actor.trail.add(
            Event("stocktaking.begin", object=made.number, facts={"expected": len(due)})
        )
    return made


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting one label did. ``found`` None: a label that is none of ours."""

    found: Found | None
    again: bool
    done: int
    expected: int


def count(actor: Actor, *, stocktaking: UUID, code: str, place: UUID | None = None) -> Counted:
    """点到: the same label again is the same count; the place of the last time stands.

    A label out of the actor's reach counts as unknown, exactly as one that nobody issued.
    Raises :class:`Absent` and :class:`StoreroomProblem` when the stock-taking has ended.
    """
    with recording(actor):
        row = _open(actor, stocktaking, lock=False)
        grown = tree()
        if place is not None:
            require_place(actor, grown, place, MANAGE)
        try:
            found: Found | None = find(actor, code, MANAGE)
        except Absent:
            found = None
        if found is not None and found.kind == "place":
            raise StoreroomProblem(Message("这是位置的标签，请扫案卷的标签。"))
        volume = found.volume if found else None
        label = "" if volume else " ".join(code.split())[:40] or "?"
        given = {"place_id": place, "at": timezone.now(), "by": actor.id}
        _kept, made = Count.objects.update_or_create(
            stocktaking=row, volume=volume, code=label, defaults=given
        )
        actor.trail.add(
            Event(
                "stocktaking.count",
                subject=volume.subject_id if volume else None,
                object=str(volume.pk) if volume else "",
                facts={"number": row.number, "place": str(place or ""), "known": bool(volume)},
            )
        )
        done = Count.objects.filter(stocktaking=row, volume__isnull=False).count()
    return Counted(found, not made, done, row.expected)


def finish(actor: Actor, *, stocktaking: UUID) -> Stocktaking:
    """Ends the counting and compares. What happened in between is taken into account."""
    with recording(actor):
        hold_tree()
        row = _open(actor, stocktaking)
        grown = tree()
        scope = {spot.id for spot in grown.under(row.place_id)}
        counts = list(Count.objects.filter(stocktaking=row))
        seen = {one.volume_id: Seen(one.place_id, one.at) for one in counts if one.volume_id}
        verdicts = compare(_records(row, scope, set(seen)), seen, scope)
        made = [
            Outcome(
                stocktaking=row,
                volume_id=volume,
                verdict=one.verdict,
                home_id=one.home,
                found_id=one.found,
            )
            for volume, one in verdicts.items()
        ]
        made += [
            Outcome(stocktaking=row, code=one.code, verdict="unknown", found_id=one.place_id)
            for one in counts
            if not one.volume_id
        ]
        Outcome.objects.bulk_create(made, batch_size=5000)
        row.state, row.counted = Stocktaking.State.FINISHED, len(seen)
        row.finished_at, row.finished_by = timezone.now(), actor.id
        row.save(update_fields=["state", "counted", "finished_at", "finished_by"])
        actor.trail.add(
            Event(
                "stocktaking.finish",
                object=row.number,
                facts={
                    "counted": row.counted,
                    "open": sum(1 for one in made if one.verdict in OPEN),
                },
            )
        )
    return row


def settle(actor: Actor, *, outcome: int, how: str) -> Outcome:
    """Puts one line of the list right: ``back`` (it was put back where it belongs), ``here``
    (where it was found becomes its home), ``found``, ``noted``."""
    with recording(actor):
        require(actor, MANAGE)
        row = (
            Outcome.objects.select_for_update(of=("self",))
            .select_related("stocktaking", "volume__subject")
            .filter(pk=outcome)
            .first()
        )
        if row is None:
            raise Absent
        require_place(actor, tree(), row.stocktaking.place_id, MANAGE)
        if row.stocktaking.state != Stocktaking.State.FINISHED or row.settled_at is not None:
            raise StoreroomProblem(Message("这一条已经处理，或盘点已签结。"))
        if row.verdict not in SETTLINGS.get(how, ()):
            raise StoreroomProblem(Message("这一条不能这样处理。"))
        if how == "here":
            if row.volume is None or row.found_id is None:
                raise StoreroomProblem(Message("点到时没有扫位置，请用移位登记。"))
            move(actor, volumes=[row.volume.pk], to=row.found_id, kind=Move.Kind.COUNT)
        row.settled_at, row.settled_by, row.settling = timezone.now(), actor.id, how
        row.save(update_fields=["settled_at", "settled_by", "settling"])
        actor.trail.add(
            Event(
                "stocktaking.settle",
                subject=row.volume.subject_id if row.volume else None,
                object=row.stocktaking.number,
                facts={"volume": str(row.volume_id or ""), "how": how},
            )
        )
    return row


def sign(actor: Actor, *, stocktaking: UUID) -> Stocktaking:
    """签结. What is still open is put on record as open; nothing more is changed afterwards."""
    with recording(actor):
        row = _held(actor, stocktaking)
        if row.state != Stocktaking.State.FINISHED:
            raise StoreroomProblem(Message("结束清点后才能签结。"))
        left = Outcome.objects.filter(stocktaking=row, verdict__in=OPEN, settled_at__isnull=True)
        row.state, row.signed_at, row.signed_by = (
            Stocktaking.State.SIGNED,
            timezone.now(),
            actor.id,
        )
        row.save(update_fields=["state", "signed_at", "signed_by"])
        actor.trail.add(Event("stocktaking.sign", object=row.number, facts={"open": left.count()}))
    return row


def drop(actor: Actor, *, stocktaking: UUID) -> None:
    """放弃: an open stock-taking that nobody goes on with."""
    with recording(actor):
        row = _open(actor, stocktaking)
        row.state = Stocktaking.State.DROPPED
        row.save(update_fields=["state"])
        actor.trail.add(Event("stocktaking.drop", object=row.number))


def _held(actor: Actor, stocktaking: UUID, *, lock: bool = True) -> Stocktaking:
    require(actor, MANAGE)
    rows = Stocktaking.objects.select_for_update() if lock else Stocktaking.objects.all()
    row = rows.filter(pk=stocktaking).first()
    if row is None:
        raise Absent
    try:
        require_place(actor, tree(), row.place_id, MANAGE)
    except Refused as error:
        raise Absent from error
    return row


def _open(actor: Actor, stocktaking: UUID, *, lock: bool = True) -> Stocktaking:
    row = _held(actor, stocktaking, lock=lock)
    if row.state != Stocktaking.State.OPEN:
        raise StoreroomProblem(Message("{number} 已结束，不能再清点。", number=row.number))
    return row


def _overlapping(grown: Tree, place: UUID) -> Stocktaking | None:
    near = {spot.id for spot in grown.under(place)} | {spot.id for spot in grown.path(place)}
    rows = Stocktaking.objects.filter(state=Stocktaking.State.OPEN, place__in=near)
    return rows.first()


def _homes(grown: Tree, place: UUID) -> dict[UUID, UUID]:
    ids = [spot.id for spot in grown.under(place)]
    rows = (
        Placement.objects.filter(place__in=ids)
        .exclude(volume__standing__in=GONE)
        .values_list("volume", "place")
    )
    return {volume: home for volume, home in rows if home is not None}


def _records(row: Stocktaking, scope: set[UUID], seen: set[UUID]) -> dict[UUID, Record]:
    """What the register says of everything due, found, or come in since; four statements."""
    began = dict(Due.objects.filter(stocktaking=row).values_list("volume", "place"))
    came = Placement.objects.filter(place__in=scope).exclude(volume__standing__in=GONE)
    wanted = set(began) | seen | set(came.values_list("volume", flat=True))
    homes = dict(Placement.objects.filter(volume__in=wanted).values_list("volume", "place"))
    standings = dict(Volume.objects.filter(pk__in=wanted).values_list("pk", "standing"))
    moves = {
        one.volume_id: one
        for one in Move.objects.filter(volume__in=wanted, at__gt=row.at).order_by("at")
    }
    return {
        volume: Record(
            home=homes.get(volume),
            standing=standings.get(volume, Volume.Standing.DESTROYED),
            began=began.get(volume),
            moved_at=moves[volume].at if volume in moves else None,
            before_move=moves[volume].origin_id if volume in moves else None,
        )
        for volume in wanted
    }


__all__ = ["Counted", "begin", "count", "drop", "finish", "settle", "sign"]
