"""What falls due soon, in the rail of the work desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dangan.lifecycle.reminders import queries

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest


def due_soon(request: ActorRequest) -> Mapping[str, Any] | None:
    """The next of a kind; nothing for somebody to whom nothing falls due."""
    found = queries.panel(request.actor, request.GET.get("due", ""))
    return {"shown": found} if found else None
