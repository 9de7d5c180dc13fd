"""Places of this room's seals."""

from __future__ import annotations

from uuid import UUID

from dangan.vault.rules import Place


def thumbnail_place(subject: UUID, page: UUID) -> Place:
    return Place("page", subject, "thumbnail", page)


def checks_place(subject: UUID, page: UUID) -> Place:
    return Place("page", subject, "checks", page)


def arrival_place(subject: UUID, arrival: UUID) -> Place:
    """The seal of the path that an uploaded file came with."""
    return Place("arrival", subject, row=arrival)
