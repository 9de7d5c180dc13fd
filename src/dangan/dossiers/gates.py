"""Gates before a post: rooms above say why somebody may not enter it.

Asked when a dossier is to name another unit or position as the present post. What a case agreed
has passed its own gates; an import tells what is already so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from dangan.dictionary.rules import Message

Gate = Callable[[UUID, UUID | None, str], Sequence[Message]]
"""Subject, unit and position → the reasons that stand in the way."""

_gates: list[Gate] = []


def register(gate: Gate) -> None:
    """Adds a gate; called from ``AppConfig.ready``. The same gate counts once."""
    if gate not in _gates:
        _gates.append(gate)


def reasons(subject: UUID, unit: UUID | None, position: str) -> list[Message]:
    """Everything that stands in the way, of all gates."""
    return [message for gate in _gates for message in gate(subject, unit, position)]
