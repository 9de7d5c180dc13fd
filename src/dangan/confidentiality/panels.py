"""What waits for one's signature, on the work desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dangan.confidentiality import queries
from dangan.dossiers import desk

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest


def register() -> None:
    """Adds the panel to the work desk."""
    desk.register_panel(
        "agreements",
        "confidentiality/parts/due_panel.html",
        _due,
        permission="agreements.sign",
        place="rail",
        order=20,
    )


def _due(request: ActorRequest) -> Mapping[str, Any] | None:
    found = queries.due(request.actor)
    return {"due": found} if found else None
