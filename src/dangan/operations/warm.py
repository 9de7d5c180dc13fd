"""Loads the roster before anybody asks for it."""

from __future__ import annotations

from dangan.roster import memory, queries


def load_roster() -> None:
    """Has this process take the roster into memory and follow it; shows nobody anything."""
    memory.start()
    queries.names(())
