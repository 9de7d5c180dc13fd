"""Whom an alarm is about, told without opening it: whoever it is about is not shown it.

Neither its words nor its number: a count that includes it would tell of it as well.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from dangan.access.rules import Actor
from dangan.security.models import Alarm
from dangan.vault.queries import token_of


def token_about(one: UUID | None) -> int | None:
    """The keyed token of an account or a person; None for nobody."""
    return None if one is None else token_of("alarm-about", str(one))


def about_others(actor: Actor) -> QuerySet[Alarm]:
    """All alarms but those about the actor: as whoever did it, or as whose dossier it was."""
    mine = Q(account_token=token_about(actor.id))
    if actor.subject is not None:
        mine |= Q(subject_token=token_about(actor.subject))
    return Alarm.objects.exclude(mine)
