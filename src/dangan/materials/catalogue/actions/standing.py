"""Where a volume stands in its life: held, lent, moving, away, destroyed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.problems import CatalogueProblem

_CLOSED = {Volume.Standing.AWAY, Volume.Standing.DESTROYED}


def change_standing(
    actor: Actor, *, volume: UUID, expected: Collection[str], to: str, why: str
) -> Volume:
    """Moves a volume on, in the caller's transaction; its row is locked until that ends.

    ``why`` names the case or register entry. Raises :class:`Absent` and
    :class:`CatalogueProblem` when it stands elsewhere than ``expected``.
    """
    row = Volume.objects.select_for_update(of=("self",)).filter(pk=volume).first()
    if row is None:
        raise Absent
    if row.standing not in expected:
        raise CatalogueProblem(
            Message(
                "案卷 {number} 现在是“{standing}”，不能这样办理。",
                number=row.number,
                standing=row.get_standing_display(),
            )
        )
    row.standing = to
    row.closed_at = timezone.now() if to in _CLOSED else None
    row.version += 1
    row.save(update_fields=["standing", "closed_at", "version"])
    actor.trail.add(
        Event(
            "volume.standing",
            subject=row.subject_id,
            object=str(volume),
            facts={"to": to, "why": why},
        )
    )
    return row
