"""Keeping a file that was to be thrown away: a room above may say that it must stay for now.

The row that named the file goes as asked; the sealed bytes stay until that room throws them away.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Postponer = Callable[[UUID, UUID], bool]
"""File and subject → whether the file stays for now; whoever says so discards it later."""

_postponers: list[Postponer] = []


def register(postponer: Postponer) -> None:
    """Adds one; called from ``AppConfig.ready``. The same one counts once."""
    if postponer not in _postponers:
        _postponers.append(postponer)


def postponed(file: UUID, subject: UUID) -> bool:
    """Whether the file stays for now."""
    return any(postponer(file, subject) for postponer in _postponers)
