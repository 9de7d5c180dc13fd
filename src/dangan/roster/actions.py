"""Writes to the roster: the dossiers room calls these in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from dangan.roster.rules import RosterEntry
from dangan.vault.rules import SubjectKey


def put(entries: Iterable[RosterEntry], keys: Mapping[UUID, SubjectKey]) -> int:
    """Seal and store these entries, replacing older ones, in the caller's transaction.

    Returns how many were stored.
    """
    raise NotImplementedError


def remove(subjects: Iterable[UUID]) -> int:
    """Take people out of the roster, in the caller's transaction. Returns how many were in it."""
    raise NotImplementedError
