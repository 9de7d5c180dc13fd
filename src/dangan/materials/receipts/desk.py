"""The work desk's panel of papers: what somebody is asked to hand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from dangan.access.pages import ActorRequest
from dangan.dossiers.desk import register_panel
from dangan.materials.receipts import queries


def panel(request: ActorRequest) -> Mapping[str, Any] | None:
    """How many requests wait, and how many of them are overdue; nothing when none does."""
    asked, late = queries.asked(request.actor, timezone.localdate())
    return {"asked": asked, "late": late} if asked else None


def register() -> None:
    """Adds it to the rail of the work desk."""
    register_panel(
        "papers",
        "receipts/parts/desk.html",
        panel,
        permission="receipts.answer",
        place="rail",
        order=60,
    )
