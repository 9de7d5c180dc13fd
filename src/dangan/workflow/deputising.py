"""Who acts for whom today 代理: looked up when asked, so that it begins and ends by date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from dangan.access.models import Account, AccountState
from dangan.access.rules import Actor
from dangan.workflow.models import Deputy


def today() -> date:
    """The day in China."""
    return timezone.localdate()


def active(on: date | None = None) -> QuerySet[Deputy]:
    """Deputyships that count on a day."""
    day = on or today()
    return Deputy.objects.filter(begins__lte=day, ends__gte=day)


def principals(account: UUID) -> tuple[UUID, ...]:
    """The accounts for which this one may act today; one statement.

    Whoever was locked out or has left is represented by nobody: their work goes to others.
    """
    named = active().filter(deputy=account).values("account")
    present = Account.objects.filter(pk__in=named, state=AccountState.ACTIVE)
    return tuple(present.order_by("pk").values_list("pk", flat=True))


def acting_as(actor: Actor) -> tuple[UUID, ...]:
    """The actor's own account, then those it may act for."""
    return (actor.id, *principals(actor.id))


def deputies_of(accounts: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who may act today for each of these accounts; one statement."""
    found: dict[UUID, list[UUID]] = {}
    for account, deputy in (
        active().filter(account__in=accounts).values_list("account", "deputy") if accounts else ()
    ):
        found.setdefault(account, []).append(deputy)
    return found


def overlapping(account: UUID, begins: date, ends: date) -> QuerySet[Deputy]:
    """Deputyships of an account that share a day with the period."""
    return Deputy.objects.filter(Q(account=account, begins__lte=ends, ends__gte=begins))
