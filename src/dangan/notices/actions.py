"""Telling people, and what they do with what they were told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils import timezone

from dangan.notices.models import Notice
from dangan.notices.topics import topics


def tell(
    *,
    accounts: Collection[UUID],
    topic: str,
    url: str,
    facts: Mapping[str, str | int] | None = None,
    urgent: bool = False,
    unit: UUID | None = None,  # noqa: ARG001 - for robots
) -> None:
    """Tells accounts something: a row for the bell and deliveries as each of them wishes.

    Joins the caller's transaction: rolled back with it, never lost once it commits. ``topic``
    and the names of ``facts`` are those of ``data/topics.toml``; facts never carry anything about
    a person. ``url`` is an address of this site. ``unit`` is the unit the matter concerns, by
    which group robots are chosen. ``urgent`` does not wait for a digest.

    Raises :class:`~dangan.notices.rules.topics.BadNotice` for a topic or facts that do not fit:
    a mistake of the caller, met by its tests.
    """
    given = dict(facts or {})
    topics().check(topic, url, given)
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(account=account, topic=topic, url=url, facts=given, urgent=urgent, at=now)
        for account in dict.fromkeys(accounts)
    )
