"""The latest imports, for the work desk of those who import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dangan.exchange import queries

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest

SHOWN = 4


def recent_imports(request: ActorRequest) -> Mapping[str, Any] | None:
    """The asker's own latest imports; nothing for somebody who has none."""
    jobs = queries.jobs_of(request.actor)[:SHOWN]
    return {"jobs": jobs} if jobs else None
