"""The work desk's panels of cases: what waits for the actor, and what the actor started.

The desk belongs to this room, which stands above the workflow: so they are registered here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dangan.access.pages import ActorRequest
from dangan.dossiers.desk import register_panel
from dangan.workflow import queries
from dangan.workflow.views.boxes import desk_panel

TODO, STARTED = 9, 4
"""Lines of each panel."""


def todo(request: ActorRequest) -> Mapping[str, Any] | None:
    """待我处理, what is due first."""
    return desk_panel(queries.desk(request.actor, "todo", limit=TODO))


def started(request: ActorRequest) -> Mapping[str, Any] | None:
    """我发起的; nothing for whoever never started a case."""
    found = queries.desk(request.actor, "started", limit=STARTED)
    return desk_panel(found) if found.total else None


def register() -> None:
    """Adds both to the work desk."""
    register_panel(
        "flows-todo", "workflow/parts/desk_todo.html", todo, permission="cases.own", order=10
    )
    register_panel(
        "flows-started",
        "workflow/parts/desk_started.html",
        started,
        permission="cases.own",
        order=20,
    )
