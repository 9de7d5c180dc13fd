"""Saying no: two exceptions, and the one place that also writes a refusal down."""

from __future__ import annotations

from uuid import UUID

from dangan.access.rules.parties import Actor
from dangan.audit.rules import Event


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The actor may not do this. Shown as 403; the message names no person."""

    def __init__(self, action: str, reason: str = "", *, recorded: bool = False) -> None:
        super().__init__(reason or action)
        self.action = action
        self.reason = reason
        self.recorded = recorded


class Absent(Exception):  # noqa: N818 - an answer, not an error
    """There is no such thing, or none the actor may know of. Shown as 404 either way."""


def refuse(actor: Actor, action: str, reason: str = "", *, subject: UUID | None = None) -> Refused:
    """Notes the refusal in the actor's trail and gives back the exception to raise."""
    actor.trail.add(
        Event(action="access.refuse", outcome="refused", subject=subject, object=action)
    )
    return Refused(action, reason, recorded=True)


def require(actor: Actor, permission: str) -> None:
    """Raises :class:`Refused` (and notes it) unless the page permission is held."""
    if not actor.may(permission):
        raise refuse(actor, permission)
