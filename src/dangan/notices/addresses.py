"""Where people get mail: known to the dossiers, which live above and register here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

Provider = Callable[[Collection[UUID]], Mapping[UUID, str]]
"""Subjects to their mail addresses; those without one are left out."""


def _nobody(subjects: Collection[UUID]) -> Mapping[UUID, str]:  # noqa: ARG001 - the type's
    return {}


_provider: Provider = _nobody


def register(provider: Provider) -> None:
    """Called once by the room that knows addresses, from ``AppConfig.ready``."""
    global _provider  # noqa: PLW0603 - the one place that holds it
    _provider = provider


def of(subjects: Collection[UUID]) -> Mapping[UUID, str]:
    """The mail addresses of these people, as far as known."""
    return _provider(subjects) if subjects else {}
