"""Who has a volume that is not at home: rooms above register what they know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Volume

Provider = Callable[[Actor, Sequence[Volume]], Mapping[UUID, str]]
"""Volumes the reader may know of → by volume who has it, in words, as far as they may see."""

_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    """Adds a provider; called from ``AppConfig.ready``."""
    _providers[key] = provider


def of(actor: Actor, volumes: Sequence[Volume]) -> dict[UUID, str]:
    """What is known of those that are out; nothing is asked for those at home."""
    out = [row for row in volumes if row.standing in {"lent", "moving", "away"}]
    found: dict[UUID, str] = {}
    for key in sorted(_providers) if out else ():
        found.update(_providers[key](actor, out))
    return found
