"""The work desk's panels of cases: what waits for the actor, and what the actor started.

The desk belongs to this room, which stands above the workflow: so they are registered here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dangan.access.pages import ActorRequest
from dangan.dossiers.desk import register_panel
from dangan.workflow.views import boxes


def todo(request: ActorRequest) -> Mapping[str, Any] | None:
    """待我处理; said to be empty only to those whose work it is to look after people."""
    found = boxes.panel(request, "todo")
    return {"lines": []} if found is None and request.actor.may("roster.view") else found


def started(request: ActorRequest) -> Mapping[str, Any] | None:
    """我发起的; nothing for whoever never started a case."""
    return boxes.panel(request, "started")


def register() -> None:
    """Adds both to the work desk."""
    for key, provider, order in (("todo", todo, 10), ("started", started, 20)):
        template = f"workflow/parts/desk_{key}.html"
        register_panel(f"flows-{key}", template, provider, permission="cases.own", order=order)
