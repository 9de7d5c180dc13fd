"""Links that rooms above add to a dossier's page: register one from ``AppConfig.ready``.

A provider must cost no statement: the page is asked for often, the link seldom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from dangan.access.rules import Actor
from dangan.dossiers.models import Subject


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a dossier to what another room keeps of the person."""

    label: str | Promise
    icon: str
    url: str


Provider = Callable[[Actor, Subject], Link | None]
"""Actor and subject → the link, or None for whoever may not follow it."""

_providers: dict[str, tuple[int, Provider]] = {}


def register(key: str, order: int, provider: Provider) -> None:
    """Adds a link; registering the same key again replaces it."""
    _providers[key] = (order, provider)


def of(actor: Actor, subject: Subject) -> list[Link]:
    """The links that the actor may follow, in order."""
    ordered = sorted(_providers.items(), key=lambda one: (one[1][0], one[0]))
    found = [provider(actor, subject) for _key, (_order, provider) in ordered]
    return [link for link in found if link is not None]
