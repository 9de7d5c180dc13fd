"""Places of this room's seals."""

from __future__ import annotations

from uuid import UUID

from dangan.vault.rules import Place


def exemption_place(subject: UUID, exemption: UUID) -> Place:
    """The seal of an exemption's reason."""
    return Place("exemption", subject, row=exemption)


def signature_place(subject: UUID, signature: UUID) -> Place:
    """The seal of who signed, and from where."""
    return Place("signature", subject, row=signature)
