"""What somebody does with their own notices."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.notices.models import Notice, Preference
from dangan.notices.rules.wishes import Wish


def mark_read(actor: Actor, *, notices: Collection[UUID]) -> None:
    """Marks some of the actor's notices as read; raises :class:`Absent` for any other's."""
    require(actor, "notices.own")
    with transaction.atomic():
        mine = Notice.objects.filter(account=actor.id, pk__in=notices)
        if mine.count() != len(set(notices)):
            raise Absent
        mine.filter(read_at=None).update(read_at=timezone.now())


def mark_all_read(actor: Actor) -> int:
    """Marks all of the actor's notices as read; says how many were not."""
    require(actor, "notices.own")
    return Notice.objects.filter(account=actor.id, read_at=None).update(read_at=timezone.now())


def save_wish(actor: Actor, *, wish: Wish) -> None:
    """How the actor wants to be told from now on. What waits already keeps its time."""
    with recording(actor):
        require(actor, "notices.own")
        begins, ends = wish.quiet or (None, None)
        Preference.objects.update_or_create(
            account=actor.id,
            defaults={
                "mail": dict(wish.mail),
                "digest": wish.digest,
                "quiet_from": begins,
                "quiet_until": ends,
                "language": wish.language,
            },
        )
        actor.trail.add(Event("notice.settings"))
