"""What ends with somebody's rights in rooms above: registered at start-up.

When an account ends or moves to another unit, what a room above lets it do for others (acting
as a deputy, a review it was to answer) must end in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from dangan.access.rules import Actor

Why = Literal["departure", "transfer"]
Leaving = Callable[[Actor, UUID, Why], None]
"""Called as ``fn(actor, account, why)``, inside the transaction that ends the rights."""

_listeners: dict[str, Leaving] = {}


def register(key: str, listener: Leaving) -> None:
    """``listener`` is told of every account that leaves or moves; ``key`` names the room."""
    _listeners[key] = listener


def tell(actor: Actor, account: UUID, why: Why) -> None:
    """Every room ends what it keeps for the account."""
    for key in sorted(_listeners):
        _listeners[key](actor, account, why)
