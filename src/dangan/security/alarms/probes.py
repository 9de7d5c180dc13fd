"""Probes: rooms that know of something wrong are asked whenever alarms are looked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from dangan.security.rules.stories import Suspicion

__all__ = ["Probe", "Suspicion", "register_probe", "suspicions"]

Probe: TypeAlias = Callable[[datetime], Iterable[Suspicion]]
"""Given the time, what is wrong now. Asked every five minutes; a few cheap statements at most."""

_probes: dict[str, Probe] = {}
_log = logging.getLogger("dangan.security")


def register_probe(key: str, probe: Probe) -> None:
    """Called from ``AppConfig.ready`` by rooms above and below; the same key again replaces it.

    For one story a probe gives the same ``story`` each time (the day, say), so that it is told
    once.
    """
    _probes[key] = probe


def suspicions(now: datetime) -> Iterator[Suspicion]:
    """What all probes find; one that fails does not silence the others."""
    for key, probe in _probes.items():
        try:
            yield from probe(now)
        except Exception as error:
            _log.error("probe %s failed: %s", key, type(error).__name__)
