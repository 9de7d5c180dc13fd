"""What access must know of the organisation, which lies above it: registered at start-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID


class UnitProvider(Protocol):
    """What the organisation answers about units."""

    def choices(self) -> Iterable[tuple[UUID, str, int]]:
        """Every open unit with its label and depth (root 0), parents before children."""

    def label(self, unit: UUID) -> str:
        """The unit's full label; empty for one that does not exist."""

    def headed_by(self, subject: UUID) -> Iterable[UUID]:
        """The units of which the person is head today."""

    def path(self, unit: UUID) -> tuple[UUID, ...]:
        """From the root to the unit; empty for one that does not exist."""


class _NoUnits:
    """Until the organisation has registered there are no units."""

    def choices(self) -> Iterable[tuple[UUID, str, int]]:
        return ()

    def label(self, unit: UUID) -> str:  # noqa: ARG002 - the protocol's signature
        return ""

    def headed_by(self, subject: UUID) -> Iterable[UUID]:  # noqa: ARG002
        return ()

    def path(self, unit: UUID) -> tuple[UUID, ...]:  # noqa: ARG002
        return ()


_provider: UnitProvider = _NoUnits()


def register(provider: UnitProvider) -> None:
    """Called once by the organisation room when it is ready."""
    global _provider  # noqa: PLW0603 - the one place that holds it
    _provider = provider


def choices() -> list[tuple[UUID, str, int]]:
    """Every open unit with its label and depth, parents before children."""
    return list(_provider.choices())


def label(unit: UUID) -> str:
    """The unit's full label; empty for one that does not exist."""
    return _provider.label(unit)


def headed_by(subject: UUID) -> tuple[UUID, ...]:
    """The units of which the person is head today."""
    return tuple(_provider.headed_by(subject))


def path(unit: UUID | None) -> tuple[UUID, ...]:
    """From the root to the unit; empty for None and for one that does not exist."""
    return _provider.path(unit) if unit is not None else ()
