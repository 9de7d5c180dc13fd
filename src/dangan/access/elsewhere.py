"""Passwords that another place knows: a directory of the house, registered by the room above.

Log-in and every page that asks for the own password again go through :func:`judge`, so that
there is one answer to whose password counts where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dangan.access.models import Account
from dangan.dictionary.rules import Message

FEDERATED = "federated"
"""Set in sessions that were begun through a provider: there is another session to end there."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right; ``message`` is what to say instead of the usual sentence."""

    right: bool
    message: Message | None = None


Judge = Callable[[Account | None, str, str, bool], Verdict]
"""``(account, login as typed, password, fits the hash kept here)``. Called for unknown names
too, so that both take as long; never inside a transaction."""


def _here(account: Account | None, login: str, password: str, fits: bool) -> Verdict:  # noqa: ARG001 - all judges'
    return Verdict(right=account is not None and fits)


_judge: Judge = _here


def register(judge: Judge) -> None:
    """Called once by the room that knows other places."""
    global _judge  # noqa: PLW0603 - the one place that holds it
    _judge = judge


def judge(account: Account | None, *, login: str, password: str, fits: bool) -> Verdict:
    """Whether ``password`` opens ``account``; ``fits`` says that it is the one kept here."""
    return _judge(account, login, password, fits)
