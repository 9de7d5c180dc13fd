"""Gates before a post: rooms above say why somebody may not enter it.

Asked before entry, promotion and transfer, when it is started and again when it takes effect.
Reasons block unless an exception was recorded on the form; the sentences name no person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from dangan.dictionary.rules import Message


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """Who is to enter which post, and when; ``secrecy_post`` is a code of that table or empty."""

    subject: UUID
    kind: str
    unit: UUID | None
    position: str
    secrecy_post: str
    security_critical: bool
    effective: date


Gate = Callable[[GateQuestion], Sequence[Message]]
_gates: list[Gate] = []


def register(gate: Gate) -> None:
    """Adds a gate; called from ``AppConfig.ready``. The same gate counts once."""
    if gate not in _gates:
        _gates.append(gate)


def unregister(gate: Gate) -> None:
    """Takes a gate away again (a room that is switched off)."""
    if gate in _gates:
        _gates.remove(gate)


def reasons(question: GateQuestion) -> list[Message]:
    """Everything that stands in the way, of all gates."""
    return [message for gate in _gates for message in gate(question)]
