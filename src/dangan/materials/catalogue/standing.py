"""What a volume's own standing stands in the way of: this room's gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from dangan.dictionary.rules import Message
from dangan.materials.catalogue.gates import Deed
from dangan.materials.catalogue.models import Volume

_STOPS: Mapping[str, tuple[frozenset[Deed], str]] = {
    Volume.Standing.LENT: (
        frozenset({"transfer", "destroy", "remove"}),
        "案卷 {number} 已借出，归还后再办理。",
    ),
    Volume.Standing.MOVING: (
        frozenset({"lend", "destroy", "remove", "change"}),
        "案卷 {number} 正在转递，收到回执后再办理。",
    ),
    Volume.Standing.AWAY: (
        frozenset({"lend", "transfer", "destroy", "remove", "change"}),
        "案卷 {number} 已转出，不在本单位。",
    ),
    Volume.Standing.DESTROYED: (
        frozenset({"lend", "transfer", "destroy", "remove", "change", "read"}),
        "案卷 {number} 已销毁。",
    ),
}
"""Standing → what it stops, and why. That one is not lent twice the loan itself sees to."""


def gate(deed: Deed, volumes: Collection[UUID]) -> Mapping[UUID, Sequence[Message]]:
    """Reasons by volume; one statement."""
    rows = Volume.objects.filter(pk__in=volumes).values_list("pk", "number", "standing")
    found: dict[UUID, list[Message]] = {}
    for key, number, standing in rows:
        deeds, why = _STOPS.get(standing, (frozenset[Deed](), ""))
        if deed in deeds:
            found[key] = [Message(why, number=number)]
    return found
