"""What must be kept: rooms above say why a row may not be deleted or a dossier not destroyed.

Asked inside the transaction that deletes, for the plain path, an agreed case, and an import.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Message

Deed = Literal["delete", "destroy"]

Gate = Callable[[Deed, Collection[UUID]], Mapping[UUID, Sequence[Message]]]
"""Deed and subjects → by subject the reasons that stand in the way."""

_gates: dict[str, Gate] = {}


def register(key: str, gate: Gate) -> None:
    """Adds a gate; called from ``AppConfig.ready``. The same key replaces."""
    _gates[key] = gate


def reasons(deed: Deed, subjects: Collection[UUID]) -> dict[UUID, list[Message]]:
    """Everything that stands in the way, by subject; those without are left out."""
    found: dict[UUID, list[Message]] = {}
    for key in sorted(_gates):
        for subject, messages in _gates[key](deed, subjects).items():
            found.setdefault(subject, []).extend(messages)
    return found
