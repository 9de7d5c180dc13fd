"""Who decides a request for rights: the workflow, which lies above, registered at start-up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol
from uuid import UUID

from dangan.access.models import RightsRequest
from dangan.access.rules import Actor

Verdict = Literal["agree", "refuse", "withdraw"]


class Desk(Protocol):
    """What the room that runs requests as cases does for this one."""

    def opened(self, actor: Actor, request: RightsRequest, reason: str) -> None:
        """Sends a new request on its way, in the caller's transaction.

        Raises :class:`~dangan.access.actions.RightsProblem` when there is no way for it.
        """

    def turns(self, actor: Actor, requests: Collection[UUID]) -> Collection[UUID]:
        """Those of the requests that wait for the actor's decision."""

    def decide(self, actor: Actor, request: RightsRequest, verdict: Verdict) -> None:
        """Carries the actor's word on; raises :class:`~dangan.access.actions.RightsProblem`."""


_desk: Desk | None = None


def register(desk: Desk) -> None:
    """Called once by the room that runs requests."""
    global _desk  # noqa: PLW0603 - the one place that holds it
    _desk = desk


def desk() -> Desk:
    """The registered desk; raises :class:`LookupError` before start-up is done."""
    if _desk is None:
        raise LookupError("no room decides requests for rights")
    return _desk
