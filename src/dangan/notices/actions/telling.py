"""Telling accounts: rows for the bell, and the outbox, in the teller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dangan.notices.carrying.mail import configured
from dangan.notices.models import Delivery, Notice, Robot
from dangan.notices.queries import wishes_of
from dangan.notices.rules.topics import Topic
from dangan.notices.rules.wishes import QUIET, after_quiet, goes_at
from dangan.notices.topics import topics
from dangan.organization.calendar.queries import calendar
from dangan.organization.queries import tree


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
    given = dict(facts or {})
    topics().check(topic, url, given)
    told = list(dict.fromkeys(accounts))
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(account=account, topic=topic, url=url, facts=given, urgent=urgent, at=now)
        for account in told
    )
    found = topics().topics[topic]
    outgoing = [*_mails(told, found, urgent, now), *_robots(found, unit, now)]
    for item in outgoing:
        item.topic, item.url, item.facts = topic, url, given
        item.urgent, item.created_at = urgent, now
    Delivery.objects.bulk_create(outgoing)


def _mails(
    accounts: Collection[UUID], topic: Topic, urgent: bool, now: datetime
) -> Iterable[Delivery]:
    if not configured() or not accounts:
        return
    default = topics().groups[topic.group].mail
    wishes, days = wishes_of(accounts), calendar()
    for account in accounts:
        wish = wishes[account]
        if wish.wants_mail(topic.group, default):
            yield Delivery(account=account, due_at=goes_at(wish, now, days, urgent=urgent))


def _robots(topic: Topic, unit: UUID | None, now: datetime) -> Iterable[Delivery]:
    if not topic.robot:
        return
    path = set(tree().path_of(unit)) if unit else set()
    for robot in Robot.objects.filter(active=True, groups__contains=[topic.group]):
        if not robot.units or path.intersection(robot.units):
            due = after_quiet(timezone.localtime(now), QUIET)
            yield Delivery(robot=robot, due_at=due)
