"""The budget of opened dossiers: one SQL statement counts a deed exactly, however many at once.

``security_count`` (see migration 0001) locks the account's meter only when something new is
opened; what was opened within the hour is let through by one look at an index.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID

from asgiref.local import Local
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.brakes import Braked, Deed
from dangan.access.registry import EMPLOYEE
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.security import canaries
from dangan.vault.queries import token_of

CANARY = "canary"
"""The kind of a canary's token."""
REMEMBERED = 64
"""Deeds of one request that are not counted twice; more cost a statement each again."""

Limit = Literal["", "hour", "day", "export"]

_counted = Local()


@dataclass(frozen=True, slots=True)
class Count:
    """What the database answered: which limit was met, how much of each is used."""

    limit: Limit
    hour_used: int
    hour_allowed: int
    day_used: int
    day_allowed: int
    export_used: int
    export_allowed: int
    frees_at: datetime | None
    tripped: bool

    @property
    def wait(self) -> timedelta:
        """Until the next dossier may be opened."""
        if self.frees_at is None:
            return timedelta()
        return max(self.frees_at - timezone.now(), timedelta(minutes=1))


class OverBudget(Braked):
    """Carries the count, for the page that tells how long to wait."""

    def __init__(self, count: Count) -> None:
        super().__init__("security.budget", sentence(count), recorded=True)
        self.count = count


def brake(actor: Actor, deed: Deed, subjects: Collection[UUID]) -> None:
    """Counts a deed against the actor's budget; raises :class:`OverBudget`.

    The console has no budget, but springs canaries like anybody else.
    """
    if _seen(actor, deed, subjects):
        return
    count = _count(actor, deed, subjects)
    if count.tripped:
        canaries.sprung(actor)
    if count.limit:
        actor.trail.add(
            Event(
                "budget.stop",
                outcome="refused",
                subject=next(iter(subjects)) if len(subjects) == 1 else None,
                object=count.limit,
                facts={"people": len(subjects), "used": _used(count)},
            )
        )
        raise OverBudget(count)
    _remember(actor, deed, subjects)


def _used(count: Count) -> int:
    return {"hour": count.hour_used, "export": count.export_used}.get(count.limit, count.day_used)


def sentence(count: Count) -> str:
    """Which limit was met and how long to wait; whom to ask stands on the page."""
    minutes = -(-int(count.wait.total_seconds()) // 60)
    if count.limit == "hour":
        return _(
            "一小时内最多打开 {allowed} 份档案，已打开 {used} 份。请等 {minutes} 分钟再打开。"
        ).format(allowed=count.hour_allowed, used=count.hour_used, minutes=minutes)
    if count.limit == "export":
        return _("今天最多导出 {allowed} 人，已导出 {used} 人。请缩小范围，或明天再导出。").format(
            allowed=count.export_allowed, used=count.export_used
        )
    return _("今天最多打开 {allowed} 份档案，已打开 {used} 份。请明天再打开。").format(
        allowed=count.day_allowed, used=count.day_used
    )


_SQL = """
SELECT met, hour_used, hour_allowed, day_used, day_allowed, export_used, export_allowed, frees_at,
       tripped
FROM security_count(%(account)s, %(kind)s, %(deed)s, %(subject)s, %(people)s, %(tokens)s::bigint[],
  %(roles)s::text[], %(free)s, %(now)s, %(day)s, %(midnight)s, %(address)s)
"""


def _count(actor: Actor, deed: Deed, subjects: Collection[UUID]) -> Count:
    now = timezone.now()
    today = timezone.localtime(now).date()
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "account": actor.id,
                "kind": actor.kind,
                "deed": deed,
                "subject": next(iter(subjects)) if deed in {"open", "reveal"} else None,
                "people": len(subjects),
                "tokens": [token_of(CANARY, str(subject)) for subject in subjects],
                "roles": sorted(roles_of(actor)),
                "free": actor.kind == "console",
                "now": now,
                "day": today,
                "midnight": timezone.make_aware(datetime.combine(today, time())),
                "address": actor.address,
            },
        )
        return Count(*cursor.fetchone())


def roles_of(actor: Actor) -> set[str]:
    """The roles whose budgets count: that of every employee only where there is no other."""
    held = {grant.role.key for grant in actor.grants}
    return held - {EMPLOYEE} or held


def _key(
    actor: Actor, deed: Deed, subjects: Collection[UUID]
) -> tuple[UUID, Deed, frozenset[UUID]]:
    return actor.trail.request, deed, frozenset(subjects)


def _seen(actor: Actor, deed: Deed, subjects: Collection[UUID]) -> bool:
    return len(subjects) == 1 and _key(actor, deed, subjects) in getattr(_counted, "deeds", {})


def _remember(actor: Actor, deed: Deed, subjects: Collection[UUID]) -> None:
    """A request opens the same dossier in several places: it is one deed."""
    if len(subjects) != 1 or actor.kind == "console":
        return
    deeds = getattr(_counted, "deeds", {})
    _counted.deeds = dict(list(deeds.items())[-REMEMBERED:]) | {_key(actor, deed, subjects): None}
