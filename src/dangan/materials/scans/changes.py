"""Rooms above that must know when pages come, turn or go: they register here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from dangan.access.rules import Actor

Handler = Callable[[Actor, UUID, Collection[UUID]], None]
"""Actor, material and the pages concerned; called inside the transaction that changed them."""

_handlers: list[Handler] = []


def on_pages(handler: Handler) -> None:
    """Adds a handler; called from ``AppConfig.ready``. One that raises undoes the change."""
    if handler not in _handlers:
        _handlers.append(handler)


def tell(actor: Actor, material: UUID, pages: Collection[UUID]) -> None:
    """Tells every handler, in the caller's transaction."""
    for handler in _handlers:
        handler(actor, material, pages)
