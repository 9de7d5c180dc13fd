"""上架和移位: volumes come to a place, one, many, or a box with all that is in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.actions.places import MANAGE, hold_tree
from dangan.materials.storeroom.models import Move, Place, Placement
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import (
    GONE,
    direct_counts,
    require_place,
    tree,
)
from dangan.materials.storeroom.rules.placing import INSIDE, Tree, Wish, over, refusal, warning
from dangan.materials.storeroom.sealing import seal_words
from dangan.vault.queries import keys_of

LONGEST_WHY = 200
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done, and what should still be put right."""

    count: int
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """Where volumes come from and go to."""

    homes: Mapping[UUID, UUID | None]
    to: UUID | None
    why: str
    kind: str


def move(
    actor: Actor,
    *,
    volumes: Collection[UUID],
    to: UUID | None,
    why: str = "",
    kind: str = "",
) -> Moved:
    """Gives volumes a home, all or none; ``to`` None takes them out of theirs (下架).

    Needs ``storeroom.manage`` over each person's unit and over the room. That it is one's own or
    a relative's file does not matter: whoever carries paper does not read it. A volume that is
    lent or on its way keeps a home, so it may get another. Standing where it stands already is
    done, not an error.

    Raises :class:`Absent` when one volume or the place is out of reach, and
    :class:`StoreroomProblem` naming the volume that may not stand there, or the full place.
    """
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        if to is not None:
            require_place(actor, grown, to, MANAGE)
        rows = _volumes(actor, volumes)
        homes = dict(Placement.objects.filter(volume__in=rows).values_list("volume", "place"))
        coming = [row for row in rows if homes.get(row.pk) != to]
        told = _check(grown, to, coming, homes) if to is not None else ()
        _put(actor, grown, coming, _Step(homes, to, why, kind))
    return Moved(len(coming), told)


def move_place(actor: Actor, *, place: UUID, to: UUID) -> Moved:
    """整盒移位: a box, shelf or whole cabinet goes elsewhere with all that stands in it; each
    volume's history says so."""
    with recording(actor):
        require(actor, MANAGE)
        hold_tree()
        grown = tree()
        spot = require_place(actor, grown, place, MANAGE)
        require_place(actor, grown, to, MANAGE)
        if spot.level not in INSIDE[grown[to].level]:
            raise StoreroomProblem(
                Message("{what}不能放进{where}。", what=grown.label(place), where=grown.label(to))
            )
        if spot.parent == to:
            return Moved(0)
        _check_room_for(grown, place, to)
        brothers = grown.children.get(to, [])
        if any(one.code == spot.code and one.level == spot.level for one in brothers):
            raise StoreroomProblem(
                Message("{where}已有同号的，请先改编号。", where=grown.label(to))
            )
        inside = {one.id for one in grown.under(place)}
        homes = dict(
            Placement.objects.filter(place__in=inside)
            .exclude(volume__standing__in=GONE)
            .values_list("volume", "place")
        )
        Place.objects.filter(pk=place).update(parent=to)
        after = tree()
        rows = list(
            Volume.objects.filter(pk__in=homes).only("number", "secrecy", "highest", "standing")
        )
        told = _check_marks(after, [(row, homes[row.pk]) for row in rows])
        now = timezone.now()
        Move.objects.bulk_create(
            Move(
                volume_id=volume,
                origin_id=home,
                target_id=home,
                origin_text=grown.label(home),
                target_text=after.label(home),
                kind=Move.Kind.BOX,
                at=now,
                by=actor.id,
            )
            for volume, home in homes.items()
        )
        actor.trail.add(
            Event(
                "place.move",
                object=str(place),
                facts={"from": str(spot.parent), "to": str(to), "volumes": len(homes)},
            )
        )
    return Moved(len(homes), told)


def _volumes(actor: Actor, wanted: Collection[UUID]) -> list[Volume]:
    ids = set(wanted)
    if not ids:
        raise StoreroomProblem(Message("请先选择案卷。"), "volume")
    if len(ids) > MOST_AT_ONCE:
        raise StoreroomProblem(Message("一次最多移 {most} 卷。", most=MOST_AT_ONCE))
    rows = list(
        volumes_within(actor, MANAGE)
        .select_related("subject")
        .select_for_update(of=("self",))
        .filter(pk__in=ids)
        .order_by("number")
    )
    if len(rows) != len(ids):
        actor.trail.add(Event("volume.move", outcome="refused", facts={"volumes": len(ids)}))
        raise Absent
    return rows


def _check(
    grown: Tree,
    to: UUID,
    coming: Sequence[Volume],
    homes: Mapping[UUID, UUID | None],
) -> tuple[Message, ...]:
    told = _check_marks(grown, [(row, to) for row in coming])
    direct = direct_counts()
    for row in coming:
        home = homes.get(row.pk)
        if home is not None:
            direct[home] = direct.get(home, 1) - 1
    full = over(grown, grown.counts(direct), to, len(coming)) if coming else None
    if full is not None:
        raise StoreroomProblem(full, "place")
    return told


def _check_marks(grown: Tree, pairs: Sequence[tuple[Volume, UUID | None]]) -> tuple[Message, ...]:
    told = []
    for row, place in pairs:
        if place is None:
            continue
        wish = Wish(row.number, max(row.secrecy, row.highest), row.standing)
        reason = refusal(grown, place, wish)
        if reason is not None:
            raise StoreroomProblem(reason, "place")
        word = warning(grown, place, wish)
        if word is not None:
            told.append(word)
    return tuple(told)


def _check_room_for(grown: Tree, place: UUID, to: UUID) -> None:
    counts = grown.counts(direct_counts())
    more = counts[place]
    ways = {spot.id for spot in grown.path(place)}
    ahead = {one: count - more if one in ways else count for one, count in counts.items()}
    full = over(grown, ahead, to, more)
    if full is not None:
        raise StoreroomProblem(full, "place")
    if grown.closed(to):
        raise StoreroomProblem(
            Message("{place}已停用，请换一个位置。", place=grown.label(to)), "place"
        )


def _put(
    actor: Actor,
    grown: Tree,
    rows: Sequence[Volume],
    step: _Step,
) -> None:
    """Writes the new homes and their history; the caller has decided."""
    now, words = timezone.now(), " ".join(step.why.split())[:LONGEST_WHY]
    keys = keys_of({row.subject_id for row in rows}, skip_destroyed=True) if words else {}
    moves = []
    for row in rows:
        home = step.homes.get(row.pk)
        made = Move(
            volume=row,
            origin_id=home,
            target_id=step.to,
            origin_text=grown.label(home),
            target_text=grown.label(step.to),
            kind=step.kind or _kind(home, step.to),
            at=now,
            by=actor.id,
            key=uuid4(),
        )
        if row.subject_id in keys:
            made.sealed_why = seal_words(keys[row.subject_id], "move", made.key, words)
        moves.append(made)
        facts = {"from": str(home or ""), "to": str(step.to or ""), "kind": made.kind}
        actor.trail.add(
            Event(
                "volume.move",
                subject=row.subject_id,
                object=str(row.pk),
                facts=facts,
                detail={"why": words} if words else None,
            )
        )
    Move.objects.bulk_create(moves)
    Placement.objects.bulk_create(
        [Placement(volume=row, place_id=step.to, since=now, by=actor.id) for row in rows],
        update_conflicts=True,
        unique_fields=["volume"],
        update_fields=["place", "since", "by"],
    )


def _kind(home: UUID | None, to: UUID | None) -> str:
    if to is None:
        return Move.Kind.OUT
    return Move.Kind.SHELVE if home is None else Move.Kind.MOVE
