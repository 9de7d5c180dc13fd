"""Reading notices: everybody sees their own and nobody else's."""

from __future__ import annotations

from dangan.access.rules import Actor
from dangan.notices.models import Notice


def unread(actor: Actor) -> int:
    """How many notices the actor has not read; one statement."""
    if not actor.may("notices.own"):
        return 0
    return Notice.objects.filter(account=actor.id, read_at=None).count()
