"""Raising an alarm: once for one story, told in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from dangan.access.models import Grant
from dangan.access.queries import in_force, system_actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.notices.actions import tell
from dangan.security.alarms.concerning import token_about
from dangan.security.alarms.kinds import kind_of
from dangan.security.models import Alarm
from dangan.security.rules.stories import Fact, Standing, Suspicion, verdict
from dangan.security.sealing import Body, open_body, seal_body
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

GUARDIANS = ("security_admin",)
"""The roles that are told of alarms."""


def raise_alarm(
    kind: str,
    *,
    story: str,
    at: datetime | None = None,
    measure: int = 1,
    grade: int = 0,
    account: UUID | None = None,
    subject: UUID | None = None,
    address: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Alarm | None:
    """Raises an alarm, or counts it on the open one of the same ``kind`` and ``story``.

    Joins the caller's transaction. None when it tells nothing new. See
    :class:`~dangan.security.rules.stories.Suspicion` for the parts; ``kind`` is one of
    :mod:`.kinds` or registered by :func:`~dangan.security.alarms.register_kind`.
    """
    return raise_suspicion(
        Suspicion(
            kind=kind,
            story=story,
            at=at or timezone.now(),
            measure=measure,
            grade=grade,
            account=account,
            subject=subject,
            address=address,
            facts=facts or {},
        )
    )


def raise_suspicion(found: Suspicion) -> Alarm | None:
    """As :func:`raise_alarm`, for what rules and probes found. Two at once make one alarm."""
    actor = system_actor(purpose="安全告警")
    story = vault.token_of("alarm", f"{found.kind} {found.story}")
    with recording(actor):
        _one_at_a_time(story)
        last = Alarm.objects.filter(story=story).order_by("-raised_at").first()
        said = verdict(found, _standing(last) if last else None)
        if said == "quiet":
            return None
        if said == "again" and last is not None:
            return _further(last, found)
        alarm = _new(found, story)
        actor.trail.add(Event("alarm.raise", object=str(alarm.id), facts={"kind": alarm.kind}))
        _tell(alarm, found.account)
    return alarm


def _one_at_a_time(story: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [story])


def _standing(alarm: Alarm) -> Standing:
    return Standing(alarm.state == Alarm.State.CLOSED, alarm.measure, alarm.last_at)


def _new(found: Suspicion, story: int) -> Alarm:
    alarm = Alarm(
        kind=found.kind,
        grade=found.grade or kind_of(found.kind).grade,
        story=story,
        account_token=token_about(found.account),
        subject_token=token_about(found.subject),
        first_at=found.at,
        last_at=found.at,
        raised_at=timezone.now(),
        measure=found.measure,
    )
    body = Body(
        account=found.account,
        subject=found.subject,
        address=found.address,
        facts=dict(found.facts),
    )
    alarm.sealed = seal_body(vault.key_of(SYSTEM), alarm, body)
    alarm.save(force_insert=True)
    return alarm


def _further(alarm: Alarm, found: Suspicion) -> Alarm:
    """The same story went on: counted, its newest facts kept, nobody told again."""
    key = vault.key_of(SYSTEM)
    body = open_body(key, alarm)
    alarm.count += 1
    alarm.version += 1
    alarm.last_at = max(alarm.last_at, found.at)
    alarm.measure = max(alarm.measure, found.measure)
    alarm.grade = max(alarm.grade, found.grade)
    grown = Body(
        account=body.account or found.account,
        subject=body.subject or found.subject,
        address=found.address or body.address,
        facts={**body.facts, **found.facts},
        reason=body.reason,
    )
    alarm.account_token = token_about(grown.account)
    alarm.subject_token = token_about(grown.subject)
    alarm.sealed = seal_body(key, alarm, grown)
    alarm.save()
    return alarm


def guardians() -> set[UUID]:
    """The accounts that look after alarms."""
    held = Grant.objects.filter(
        in_force(timezone.localdate()), role__in=GUARDIANS, account__state="active"
    )
    return set(held.values_list("account", flat=True))


def _tell(alarm: Alarm, about: UUID | None) -> None:
    """The bell and mail name a kind and a grade, nobody's name; never to the one it is about."""
    accounts = guardians() - {about}
    if not accounts:
        return
    kind = kind_of(alarm.kind)
    with translation.override("zh-hans"):
        label = str(kind.label)
    with translation.override("en"):
        label_en = str(kind.label)
    tell(
        accounts=accounts,
        topic="alarm.raised",
        url=reverse("security:alarm", args=[alarm.id]),
        facts={"label": label, "label_en": label_en},
        urgent=alarm.grade == Alarm.Grade.GRAVE,
    )


def settle_all(found: list[Suspicion]) -> int:
    """Raises what several rules found, each for itself; how many alarms are new or went on."""
    return sum(raise_suspicion(one) is not None for one in found)
