"""The daily work of reminders, and how the organisation wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dangan.access import registry as access_registry
from dangan.access.models import Account, AccountState
from dangan.access.queries import accounts_with_grants, actor_for
from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.lifecycle.reminders import lines
from dangan.lifecycle.reminders.models import Ages, Choice, Line, Sweep, Told
from dangan.lifecycle.reminders.queries import registered, reviews_due
from dangan.lifecycle.reminders.rules import (
    GRACE,
    HORIZON,
    WOMEN,
    WOMEN_WORKERS,
    BadKinds,
    Firing,
    Item,
    Settings,
    checked_leads,
    firing,
    items_of,
)
from dangan.lifecycle.reminders.settings import settings
from dangan.lifecycle.reminders.sights import Sight
from dangan.notices.actions import Letter, tell_all
from dangan.organization import queries as organization_queries
from dangan.vault.queries import token_of

_LOCK = 0x72656D64  # the advisory lock's number: "remd"
FORGET_AFTER = HORIZON + GRACE + timedelta(days=30)
"""A reminder told so long ago cannot come again."""


class BadSettings(Exception):  # noqa: N818 - an answer to the asker
    """Settings that cannot be; ``message`` says why, ``field`` where."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message.text)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one day's work did; ``told`` None when the day was done already."""

    read: int
    told: int | None
    accounts: int


def sweep(actor: Actor, *, day: date | None = None) -> SweepReport:
    """Tells what has come due by ``day`` (today), once, to those it concerns.

    Any number of processes may ask at any time and as often as they like: one does a day's
    work, all of it in one transaction, and what was missed while nothing ran is made good.
    """
    today = day or timezone.localdate()
    if Sweep.objects.filter(day__gte=today).exists():
        return SweepReport(0, None, 0)
    refreshed = lines.refresh()
    given = settings()
    gathered = _gathered(given, today)
    with recording(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        latest = Sweep.objects.order_by("-day").values_list("day", flat=True).first()
        if latest is not None and latest >= today:
            return SweepReport(refreshed, None, 0)
        new = _new(gathered, given, today, latest)
        accounts = _tell(new, given)
        Told.objects.filter(on__lt=today - FORGET_AFTER).delete()
        Sweep.objects.create(day=today, at=timezone.now(), told=len(new))
        facts = {"told": len(new), "accounts": accounts, "read": refreshed}
        actor.trail.add(Event("reminder.fire", facts=facts))
    return SweepReport(refreshed, len(new), accounts)


def _gathered(given: Settings, today: date) -> list[tuple[Item, UUID | None]]:
    """Everything in the list, everybody's; notes on the way who has anything in it."""
    found: list[tuple[Item, UUID | None]] = []
    now: list[UUID] = []
    no_more: list[UUID] = []
    for line in lines.read(soon=False):
        items = list(items_of(line.subject, line.held, given, today))
        if items and not line.soon:
            now.append(line.subject)
        elif line.soon and not items:
            no_more.append(line.subject)
        found += [(item, line.unit) for item in items]
    lines.mark_soon(now, no_more)
    return [*found, *registered(given, today), *reviews_due(given, today)]


def _new(
    found: Iterable[tuple[Item, UUID | None]], given: Settings, today: date, since: date | None
) -> list[tuple[Firing, UUID | None]]:
    """What is to be told and was not: the table decides, whoever else may be asking."""
    due = [
        (fired, unit)
        for item, unit in found
        if (fired := firing(item, given.kinds[item.kind].leads, today, since)) is not None
    ]
    tokens = {token_of("reminder", mark) for fired, _unit in due for mark in fired.marks}
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO reminders_told (token, "on") SELECT unnest(%s::bigint[]), %s'
            " ON CONFLICT DO NOTHING RETURNING token",
            [list(tokens), today],
        )
        fresh = {row[0] for row in cursor.fetchall()}
    return [
        (fired, unit)
        for fired, unit in due
        if token_of("reminder", fired.marks[-1]) in fresh  # the shortest lead that has come
    ]


def _tell(new: Sequence[tuple[Firing, UUID | None]], given: Settings) -> int:
    """A count to each who looks after people, a word to whoever it is about."""
    if not new:
        return 0
    by_count: dict[int, list[UUID]] = {}
    tree = organization_queries.tree()
    for watcher in watchers():
        sight = Sight(watcher, given.kinds, tree)
        count = sum(sight.sees(fired.item.kind, fired.item.subject, unit) for fired, unit in new)
        if count:
            by_count.setdefault(count, []).append(watcher.id)
    url = reverse("reminders:list")
    letters = [
        Letter(accounts, "reminder.due", url, {"count": count})
        for count, accounts in by_count.items()
    ]
    letters.append(Letter((), "reminder.all", url, {"count": len(new)}))
    tell_all([*letters, *_to_themselves([fired.item for fired, _ in new], given)])
    return sum(len(accounts) for accounts in by_count.values())


def watchers() -> list[Actor]:
    """Everybody who is told of others' reminders: roles with the permission, and heads."""
    roles = [
        key
        for key, role in access_registry.matrix().roles.items()
        if "reminders.view" in role.permissions
    ]
    heads = {node.head for node in organization_queries.tree().nodes.values() if node.head}
    chosen = Account.objects.filter(
        Q(grants__role__in=roles) | Q(subject__in=heads), state=AccountState.ACTIVE
    ).values("pk")
    actors = (actor_for(account) for account in accounts_with_grants().filter(pk__in=chosen))
    return [actor for actor in actors if actor.may("reminders.view")]


def _to_themselves(items: Collection[Item], given: Settings) -> Iterator[Letter]:
    """A word to those whom an item is about, which names the kind only."""
    mine: dict[str, set[UUID]] = {}
    for item in items:
        if given.kinds[item.kind].self:
            mine.setdefault(item.kind, set()).add(item.subject)
    for kind, subjects in mine.items():
        accounts = Account.objects.filter(subject__in=subjects, state=AccountState.ACTIVE)
        told = given.kinds[kind]
        yield Letter(
            list(accounts.values_list("pk", flat=True)),
            "reminder.own",
            reverse("dossiers:me"),
            {"label": told.label, "label_en": told.label_en},
        )


def save_settings(
    actor: Actor, *, chosen: Mapping[str, tuple[bool, Sequence[int]]], women: int
) -> None:
    """Which kinds are on and how long before, and the age taken for women who are no workers.

    Raises :class:`BadSettings`. What was told is not told again.
    """
    with recording(actor):
        require(actor, "definitions.edit")
        if women not in (WOMEN, WOMEN_WORKERS):
            raise BadSettings("women", Message("退休年龄只能选 50 或 55"))
        known = settings().kinds
        for kind, (on, leads) in chosen.items():
            if kind not in known:
                raise BadSettings("", Message("没有“{kind}”这种提醒", kind=kind))
            try:
                days = checked_leads(leads)
            except BadKinds:
                message = Message("提前天数写 0 到 200 之间的数，用逗号隔开，例如 60, 30, 7")
                raise BadSettings(f"leads_{kind}", message) from None
            Choice.objects.update_or_create(kind=kind, defaults={"on": on, "leads": list(days)})
        Ages.objects.update_or_create(id=1, defaults={"women": women})
        # What stands in the list may be others' now: the next sweep looks at everybody again.
        Line.objects.update(soon=True)
        facts = {"on": sorted(kind for kind, (on, _) in chosen.items() if on)}
        actor.trail.add(Event("reminder.settings", facts=facts))
