"""Telling accounts: rows for the bell, and the outbox, in the teller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.notices.carrying.mail import configured
from dangan.notices.models import Delivery, Notice, Robot
from dangan.notices.queries import wishes_of
from dangan.notices.rules.wishes import QUIET, after_quiet, goes_at
from dangan.notices.topics import topics
from dangan.organization.calendar.queries import calendar
from dangan.organization.queries import tree

BATCH = 5_000
"""Rows a statement: a sweep of ten thousand cases stays within what one statement takes."""


def tell(
    *,
    accounts: Collection[UUID],
    topic: str,
    url: str,
    facts: Mapping[str, str | int] | None = None,
    urgent: bool = False,
    unit: UUID | None = None,
) -> None:
    """Tells accounts something: a row for the bell and deliveries as each of them wishes.

    Joins the caller's transaction: rolled back with it, never lost once it commits. ``topic``
    and the names of ``facts`` are those of ``data/topics.toml``; facts never carry anything about
    a person. ``url`` is an address of this site. ``unit`` is the unit the matter concerns, by
    which group robots are chosen; a robot that keeps to units hears nothing without one.
    ``urgent`` does not wait for a digest.

    Raises :class:`~dangan.notices.rules.topics.BadNotice` for a topic or facts that do not fit:
    a mistake of the caller, met by its tests.
    """
    tell_all([Letter(tuple(accounts), topic, url, facts or {}, urgent, unit)])


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to tell, as :func:`tell` takes it."""

    accounts: Collection[UUID]
    topic: str
    url: str
    facts: Mapping[str, str | int]
    urgent: bool = False
    unit: UUID | None = None


def tell_all(letters: Sequence[Letter]) -> None:
    """Tells many things: as :func:`tell`, in as many statements for a thousand as for one."""
    for letter in letters:
        topics().check(letter.topic, letter.url, letter.facts)
    if not letters:
        return
    now = timezone.now()
    told = [
        Notice(
            account=account,
            topic=letter.topic,
            url=letter.url,
            facts=dict(letter.facts),
            urgent=letter.urgent,
            at=now,
        )
        for letter in letters
        for account in dict.fromkeys(letter.accounts)
    ]
    Notice.objects.bulk_create(told, batch_size=BATCH)
    outgoing = [*_mails(letters, now), *_to_robots(letters, now)]
    Delivery.objects.bulk_create(outgoing, batch_size=BATCH)


def _delivery(letter: Letter, now: datetime, due: datetime, **to: Any) -> Delivery:
    return Delivery(
        topic=letter.topic,
        url=letter.url,
        facts=dict(letter.facts),
        urgent=letter.urgent,
        created_at=now,
        due_at=due,
        **to,
    )


def _mails(letters: Sequence[Letter], now: datetime) -> Iterable[Delivery]:
    accounts = {account for letter in letters for account in letter.accounts}
    if not configured() or not accounts:
        return
    wishes, days = wishes_of(accounts), calendar()
    for letter in letters:
        group = topics().topics[letter.topic].group
        default = topics().groups[group].mail
        for account in dict.fromkeys(letter.accounts):
            wish = wishes[account]
            if wish.wants_mail(group, default):
                due = goes_at(wish, now, days, urgent=letter.urgent)
                yield _delivery(letter, now, due, account=account)


def _to_robots(letters: Sequence[Letter], now: datetime) -> Iterable[Delivery]:
    spoken = [letter for letter in letters if topics().topics[letter.topic].robot]
    robots = list(Robot.objects.filter(active=True)) if spoken else []
    if not robots:
        return
    units, due = tree(), after_quiet(timezone.localtime(now), QUIET)
    for letter in spoken:
        path = set(units.path_of(letter.unit)) if letter.unit else set()
        group = topics().topics[letter.topic].group
        for robot in robots:
            if group in robot.groups and (not robot.units or path.intersection(robot.units)):
                yield _delivery(letter, now, due, robot=robot)
