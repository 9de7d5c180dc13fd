"""Temperature and humidity of rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from dangan.vault.rules import SYSTEM, subject_row

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
        if at > timezone.now() + timezone.timedelta(minutes=5):
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
