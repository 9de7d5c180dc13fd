"""上次恢复验证, on the work desk of those who answer for back-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dangan.operations.backup import queries

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest


def last_proven(request: ActorRequest) -> Mapping[str, Any] | None:
    """How long ago a back-up was restored and proved."""
    del request
    return {"standing": queries.standing()}
