"""What stands in the way of something happening to a volume: rooms above register here.

A volume that is lent is not destroyed, one under a hold is neither destroyed nor sent away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Message

Deed = Literal["lend", "transfer", "destroy", "remove", "change", "read"]
"""``remove``: take a material or a page out; ``change``: alter a catalogue line."""

Gate = Callable[[Deed, Collection[UUID]], Mapping[UUID, Sequence[Message]]]
"""Deed and volumes → by volume the reasons that stand in the way; volumes without are left out."""

_gates: dict[str, Gate] = {}


def register(key: str, gate: Gate) -> None:
    """Adds a gate; called from ``AppConfig.ready``."""
    _gates[key] = gate


def reasons(deed: Deed, volumes: Collection[UUID]) -> dict[UUID, list[Message]]:
    """Everything that stands in the way, by volume; ask inside the transaction that holds the
    volumes' rows."""
    found: dict[UUID, list[Message]] = {}
    for key in sorted(_gates):
        for volume, messages in _gates[key](deed, volumes).items():
            found.setdefault(volume, []).extend(messages)
    return found
