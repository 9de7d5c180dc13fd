"""Proving that the owner of the account sits at the keyboard."""

from __future__ import annotations

from dangan.access import second_factor
from dangan.access.factors.rules import FactorKind
from dangan.access.rules import Actor
from dangan.access.second_factor import NotEnrolled, WrongCode

__all__ = ["NotEnrolled", "WrongCode", "prove"]


def prove(actor: Actor, *, code: str) -> FactorKind:
    """The actor has a second factor of their account at hand; says which.

    ``code`` is what the app shows now, or a recovery code. Raises :class:`NotEnrolled` and
    :class:`WrongCode`, whose ``message`` is the sentence to show. Call it before the transaction
    of the deed, which a wrong code would undo with its count.
    """
    second_factor.prove(actor, code)
    return "app"
