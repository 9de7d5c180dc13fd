"""Leave to see volumes that rooms above have given: a consultation that was agreed, a destruction
to be witnessed. Registered from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dangan.access.rules import Actor


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do with a volume until ``until``; ``materials`` None means all of them."""

    number: str
    """The case that gave it, shown beside the pages and noted in the log."""
    until: datetime
    materials: frozenset[UUID] | None = None
    print: bool = False
    download: bool = False
    marked: bool = False
    """Whether it extends to what is marked 机密 or 绝密."""


Provider = Callable[[Actor, UUID], Sequence[Grant]]
"""Actor and volume → the grants in force now."""

_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    _providers[key] = provider


def of(actor: Actor, volume: UUID) -> list[Grant]:
    """All grants the actor has on the volume now."""
    return [grant for key in sorted(_providers) for grant in _providers[key](actor, volume)]
