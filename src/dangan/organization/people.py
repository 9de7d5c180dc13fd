"""What the organisation must know of people, who live above it: registered at start-up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

from dangan.access.rules import Actor


class PeopleProvider(Protocol):
    """What the roster answers about people and units."""

    def counts(self, actor: Actor) -> Mapping[UUID, int]:
        """How many of the people whom ``actor`` may see have their post directly in each unit."""

    def inside(self, unit: UUID) -> int:
        """How many people have their post directly in the unit, whoever asks."""

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:
        """The names of people, whoever asks: who heads a unit is no secret inside the company."""

    def search(self, actor: Actor, text: str, limit: int) -> list[tuple[UUID, str]]:
        """People whom ``actor`` may see, found by name or number: subject and a telling label."""


class _NoPeople:
    """Until the roster has registered there is nobody."""

    def counts(self, actor: Actor) -> Mapping[UUID, int]:  # noqa: ARG002 - the protocol's
        return {}

    def inside(self, unit: UUID) -> int:  # noqa: ARG002
        return 0

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:  # noqa: ARG002
        return {}

    def search(self, *_: Any) -> list[tuple[UUID, str]]:
        return []


_provider: PeopleProvider = _NoPeople()


def register(provider: PeopleProvider) -> None:
    """Called once by the roster when it is ready."""
    global _provider  # noqa: PLW0603 - the one place that holds it
    _provider = provider


def counts(actor: Actor) -> Mapping[UUID, int]:
    """How many of the people whom ``actor`` may see have their post directly in each unit."""
    return _provider.counts(actor)


def inside(unit: UUID) -> int:
    """How many people have their post directly in the unit, whoever asks."""
    return _provider.inside(unit)


def names(subjects: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of these people; those unknown are left out."""
    return _provider.names(subjects) if subjects else {}


def search(actor: Actor, text: str, limit: int = 10) -> list[tuple[UUID, str]]:
    """People whom ``actor`` may see, found by name or number."""
    return _provider.search(actor, text, limit)
