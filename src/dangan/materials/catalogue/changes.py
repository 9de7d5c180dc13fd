"""Rooms above that must know when a material is filed, changed or removed: they register here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from dangan.access.rules import Actor

Change = Literal["filed", "changed", "removed", "restored", "destroyed"]

Handler = Callable[[Actor, UUID, Change], None]
"""Actor, material and what became of it; called inside the transaction that did it."""

_handlers: list[Handler] = []


def on_material(handler: Handler) -> None:
    """Adds a handler; called from ``AppConfig.ready``. One that raises undoes the change."""
    if handler not in _handlers:
        _handlers.append(handler)


def tell(actor: Actor, material: UUID, change: Change) -> None:
    """Tells every handler, in the caller's transaction."""
    for handler in _handlers:
        handler(actor, material, change)
