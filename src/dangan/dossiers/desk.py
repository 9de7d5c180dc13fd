"""Panels that rooms above add to the work desk: register one from ``AppConfig.ready``.

A panel is drawn by its own template with what its provider returns; a provider that
returns ``None`` has nothing to tell, and the panel does not appear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest

Provider = Callable[["ActorRequest"], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """``template`` is included with ``panel`` set to what ``provider`` returned, as one
    ``<section class="card">``; it may cost two statements at most."""

    key: str
    template: str
    provider: Provider
    permission: str
    place: Literal["main", "rail"] = "main"
    order: int = 100


@dataclass(frozen=True, slots=True)
class FilledPanel:
    """A panel with something to tell."""

    template: str
    content: Mapping[str, Any]
    place: str


_panels: dict[str, Panel] = {}


def register_panel(
    key: str,
    template: str,
    provider: Provider,
    *,
    permission: str,
    place: Literal["main", "rail"] = "main",
    order: int = 100,
) -> None:
    """Adds a panel; registering the same key again replaces it."""
    _panels[key] = Panel(key, template, provider, permission, place, order)


def filled(request: ActorRequest) -> list[FilledPanel]:
    """The panels that this request's actor may see and that have something to tell."""
    found = []
    for panel in sorted(_panels.values(), key=lambda item: (item.order, item.key)):
        if not request.actor.may(panel.permission):
            continue
        content = panel.provider(request)
        if content is not None:
            found.append(FilledPanel(panel.template, content, panel.place))
    return found
