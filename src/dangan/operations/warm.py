"""Loads the roster before anybody asks for it."""

from __future__ import annotations

from dangan.roster import queries


def load_roster() -> None:
    """Has this process take the roster into memory; shows nothing to anybody."""
    queries.names(())
