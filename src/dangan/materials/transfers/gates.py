"""What a transfer stands in the way of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from dangan.dictionary.rules import Message
from dangan.materials.catalogue.gates import Deed
from dangan.materials.catalogue.models import Volume
from dangan.materials.transfers.models import Line

_STOPS: frozenset[Deed] = frozenset({"lend", "transfer", "destroy", "remove", "change"})


def travelling(deed: Deed, volumes: Collection[UUID]) -> Mapping[UUID, Sequence[Message]]:
    """Nothing happens to what is on its way, or away. What is agreed to go and still here is not
    lent, destroyed or sent by another slip; papers that belong into it may still be filed."""
    if deed not in _STOPS:
        return {}
    found: dict[UUID, list[Message]] = {}
    gone = Volume.objects.filter(
        pk__in=volumes, standing__in=(Volume.Standing.MOVING, Volume.Standing.AWAY)
    )
    for volume in gone:
        text = (
            Message("案卷 {number} 正在转递途中，收到回执或退回后再办理。", number=volume.number)
            if volume.standing == Volume.Standing.MOVING
            else Message("案卷 {number} 已转出，不再办理。", number=volume.number)
        )
        found[volume.pk] = [text]
    if deed in {"lend", "destroy", "remove"}:
        waiting = Line.objects.filter(
            volume__in=set(volumes) - found.keys(), open=True
        ).select_related("volume")
        for line in waiting:
            found[line.volume_id] = [
                Message("案卷 {number} 正在办理转出，取消转出后再办理。", number=line.volume.number)
            ]
    return found
