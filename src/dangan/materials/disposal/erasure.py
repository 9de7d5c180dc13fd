"""What destroying erases in other rooms: each registers how its own sealed words are emptied.

Called once for each thing destroyed, inside the transaction that destroys it; bytes on the disk
go after the commit (``files.actions.discard``). An eraser must do nothing the second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from dangan.access.rules import Actor


@dataclass(frozen=True, slots=True)
class Scope:
    """What goes: whole dossiers, whole volumes, single materials. A dossier's volumes and
    materials are named too, as are a volume's materials."""

    subjects: frozenset[UUID] = field(default_factory=frozenset)
    volumes: frozenset[UUID] = field(default_factory=frozenset)
    materials: frozenset[UUID] = field(default_factory=frozenset)


class Eraser(Protocol):
    """Empties what one room keeps of these; gives counts for the ledger (``{"pages": 12}``)."""

    def __call__(self, actor: Actor, scope: Scope) -> Mapping[str, int]: ...


_erasers: dict[str, Eraser] = {}


def register(key: str, erase: Eraser) -> None:
    """Adds a room's eraser; called from ``AppConfig.ready``. The same key replaces."""
    _erasers[key] = erase


def erase(actor: Actor, scope: Scope) -> dict[str, int]:
    """All of them, by key in order; the sum of what they counted."""
    total: dict[str, int] = {}
    for key in sorted(_erasers):
        for name, count in _erasers[key](actor, scope).items():
            total[name] = total.get(name, 0) + count
    return total
