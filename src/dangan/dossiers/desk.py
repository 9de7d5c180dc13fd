"""Panels that rooms above add to the work desk: register one from ``AppConfig.ready``.

A panel is drawn by its own template with what its provider returns; a provider that
returns ``None`` has nothing to tell, and the panel does not appear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.urls import reverse

from dangan.access.rules import Absent

if TYPE_CHECKING:
    from dangan.access.pages import ActorRequest

Provider = Callable[["ActorRequest"], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """``template`` is included with ``panel`` set to what ``provider`` returned, as one
    ``<section class="card">``. One that comes ``later`` is asked for by the page once it stands,
    so that the desk costs the same however many rooms add to it."""

    key: str
    template: str
    provider: Provider
    permission: str
    place: Literal["main", "rail"] = "main"
    order: int = 100
    later: bool = True


@dataclass(frozen=True, slots=True)
class FilledPanel:
    """A panel with something to tell."""

    template: str
    content: Mapping[str, Any]
    place: str


LATER = "dossiers/parts/panel_later.html"
_panels: dict[str, Panel] = {}


def register_panel(
    key: str,
    template: str,
    provider: Provider,
    *,
    permission: str,
    place: Literal["main", "rail"] = "main",
    order: int = 100,
    later: bool = True,
) -> None:
    """Adds a panel; registering the same key again replaces it."""
    _panels[key] = Panel(key, template, provider, permission, place, order, later)


def filled(request: ActorRequest) -> list[FilledPanel]:
    """The panels of this request's actor: with something to tell, or yet to be asked."""
    found = []
    for panel in sorted(_panels.values(), key=lambda item: (item.order, item.key)):
        if not request.actor.may(panel.permission):
            continue
        if panel.later:
            url = reverse("dossiers:panel", args=[panel.key])
            found.append(FilledPanel(LATER, {"url": url}, panel.place))
        elif (content := panel.provider(request)) is not None:
            found.append(FilledPanel(panel.template, content, panel.place))
    return found


def fill(request: ActorRequest, key: str) -> FilledPanel | None:
    """One panel; None when it has nothing to tell. Raises :class:`Absent` for one that is not
    there or not this actor's."""
    panel = _panels.get(key)
    if panel is None or not request.actor.may(panel.permission):
        raise Absent
    content = panel.provider(request)
    return None if content is None else FilledPanel(panel.template, content, panel.place)
