"""Places of this room's seals."""

from __future__ import annotations

from uuid import UUID

from dangan.vault.rules import Place


def material_place(subject: UUID, material: UUID, version: int) -> Place:
    """The seal of a version of a material's body."""
    return Place("material", subject, row=material, version=version)
