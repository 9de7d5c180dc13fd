"""Countdowns of other rooms: what falls due there, told and listed with all else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from dangan.lifecycle.reminders.rules import Item

Source = Callable[[date], Iterable[Item]]
"""What falls due from a day's view: items of kind ``countdown`` with the id of what they are about
as row and words without a person as label. A few statements for everybody."""

_sources: dict[str, Source] = {}


def register(key: str, source: Source) -> None:
    """Adds a source; registering the same key again replaces it. Call from ``AppConfig.ready``."""
    _sources[key] = source


def items(today: date) -> list[Item]:
    """What all sources have."""
    return [item for source in _sources.values() for item in source(today)]
