"""Temperature and humidity of rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.storeroom.actions.places import MANAGE
from dangan.materials.storeroom.models import Air
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.rules import air as rules
from dangan.materials.storeroom.rules.placing import Spot
from dangan.materials.storeroom.sealing import seal_words
from dangan.vault.queries import key_of
from dangan.vault.rules import SYSTEM

MOST_BYTES = 10 * 1024 * 1024
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought. ``bad`` has a sentence for each line that was none."""

    added: int
    known: int
    bad: tuple[Message, ...]


def note(actor: Actor, *, room: UUID, reading: rules.Reading) -> None:
    """登记 one reading; the same minute again replaces it."""
    with recording(actor):
        _room(actor, room)
        at = timezone.make_aware(reading.at)
        if at > timezone.now() + timedelta(minutes=5):
            raise StoreroomProblem(Message("时间在以后，请核对。"), "at")
        Air.objects.update_or_create(
            room_id=room,
            at=at,
            defaults={
                "temperature": reading.temperature,
                "humidity": reading.humidity,
                "by": actor.id,
                "imported": False,
            },
        )
        actor.trail.add(Event("air.note", object=str(room), facts={"readings": 1}))


def take_in(actor: Actor, *, room: UUID, data: bytes) -> Imported:
    """导入 a CSV of a logger: time, ℃, %. Lines that are none are named and left out, readings
    known already are not counted twice.

    Raises :class:`StoreroomProblem` when the file is no such table at all; nothing is stored then.
    """
    require(actor, MANAGE)
    if len(data) > MOST_BYTES:
        raise StoreroomProblem(Message("文件超过 10 MB，请分几次导入。"), "file")
    text = rules.decoded(data)
    if text is None:
        raise StoreroomProblem(
            Message("这不是文本表格。请把记录导出为 CSV：时间、温度、湿度三列。"), "file"
        )
    good, bad = rules.parse(text)
    if not good:
        first = bad[0] if bad else Message("文件里没有记录。")
        raise StoreroomProblem(first, "file")
    with recording(actor):
        _room(actor, room)
        rows = {timezone.make_aware(one.at): one for one in good}
        known = set(Air.objects.filter(room=room, at__in=rows).values_list("at", flat=True))
        Air.objects.bulk_create(
            (
                Air(
                    room_id=room,
                    at=at,
                    temperature=one.temperature,
                    humidity=one.humidity,
                    by=actor.id,
                    imported=True,
                )
                for at, one in rows.items()
                if at not in known
            ),
            batch_size=5000,
            ignore_conflicts=True,
        )
        added = len(rows) - len(known)
        actor.trail.add(
            Event("air.import", object=str(room), facts={"readings": added, "bad": len(bad)})
        )
    return Imported(added, len(good) - added, tuple(bad[:MOST_NAMED]))


def take_measures(actor: Actor, *, reading: UUID, words: str) -> None:
    """What was done about a reading out of bounds."""
    with recording(actor):
        row = Air.objects.select_for_update().filter(pk=reading).first()
        if row is None:
            raise Absent
        _room(actor, row.room_id)
        said = words.strip()
        if not 2 <= len(said) <= 300:
            raise StoreroomProblem(Message("写明采取的措施，2 到 300 个字。"), "words")
        row.sealed_measures = seal_words(key_of(SYSTEM), "air", row.pk, said)
        row.measures_at, row.measures_by = timezone.now(), actor.id
        row.save(update_fields=["sealed_measures", "measures_at", "measures_by"])
        actor.trail.add(Event("air.measures", object=str(row.room_id)))


def _room(actor: Actor, room: UUID) -> Spot:
    require(actor, MANAGE)
    spot = require_place(actor, tree(), room, MANAGE)
    if spot.level != "room":
        raise Absent
    return spot
