"""Places of this room's seals."""

from __future__ import annotations

from uuid import UUID

from dangan.vault.rules import Place


def lines_place(subject: UUID, page: UUID, version: int) -> Place:
    """The seal of the lines that one reading of a page gave."""
    return Place("reading", subject, row=page, version=version)


def entry_place(subject: UUID, entry: UUID, version: int) -> Place:
    """The seal of the folded text of an entry of the index."""
    return Place("reading-entry", subject, row=entry, version=version)
