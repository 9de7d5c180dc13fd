"""What happens elsewhere when a form has become a dossier: rooms above register for it.

``lifecycle`` starts the newcomer's case so. A handler runs inside the transaction that made the
dossier; what it raises undoes the confirmation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from dangan.access.rules import Actor


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A collection form that HR made into a dossier."""

    invitation: UUID
    subject: UUID
    unit: UUID
    first_day: date


Handler = Callable[["Actor", Confirmed], None]
_handlers: list[Handler] = []


def on_confirmed(handler: Handler) -> None:
    """Register ``handler(actor, confirmed)``; ``actor`` is who confirmed. Call from ``ready``."""
    if handler not in _handlers:
        _handlers.append(handler)


def hand_over(actor: Actor, confirmed: Confirmed) -> None:
    """Tells every registered room, in the caller's transaction."""
    for handler in _handlers:
        handler(actor, confirmed)
