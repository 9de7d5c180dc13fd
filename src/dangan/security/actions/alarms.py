"""Dealing with alarms: taken up by somebody, closed with a finding, never by whom they concern."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.utils import timezone

from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.security.models import Alarm
from dangan.security.sealing import Body, open_body, seal_body
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

PERMISSION = "security.manage"
REASON_MIN = 4


class AlarmProblem(Exception):  # noqa: N818 - an answer, not an error
    """The alarm cannot be closed so; ``text`` says why."""


def take_alarm(actor: Actor, *, alarm: UUID) -> None:
    """Somebody looks at it now. Permission security.manage; raises :class:`Absent`."""
    with recording(actor):
        row, _body = _locked(actor, alarm)
        if row.state != Alarm.State.NEW:
            return
        row.state, row.taken_by, row.taken_at = Alarm.State.LOOKING, actor.id, timezone.now()
        row.save(update_fields=["state", "taken_by", "taken_at"])
        actor.trail.add(Event("alarm.take", object=str(row.id)))


def close_alarm(actor: Actor, *, alarm: UUID, finding: str, reason: str) -> None:
    """Ends it with what it was and why. Permission security.manage, and not whom it is about.

    Raises :class:`Absent`, also for one already closed, and :class:`AlarmProblem` without words.
    """
    words = reason.strip()
    with recording(actor):
        row, body = _locked(actor, alarm)
        if finding not in Alarm.Finding.values or len(words) < REASON_MIN:
            raise AlarmProblem
        if row.state == Alarm.State.CLOSED:
            raise Absent
        row.state, row.finding = Alarm.State.CLOSED, finding
        row.closed_by, row.closed_at = actor.id, timezone.now()
        row.version += 1
        key = vault.key_of(SYSTEM)
        row.sealed = seal_body(key, row, msgspec.structs.replace(body, reason=words))
        row.save()
        actor.trail.add(
            Event("alarm.close", object=str(row.id), facts={"finding": finding}, reason=words)
        )


def _locked(actor: Actor, alarm: UUID) -> tuple[Alarm, Body]:
    require(actor, PERMISSION)
    row = Alarm.objects.select_for_update().filter(pk=alarm).first()
    if row is None:
        raise Absent
    body = open_body(vault.key_of(SYSTEM), row)
    if concerns(actor, body):
        raise refuse(actor, PERMISSION, "这条告警与你有关，由另一位安全管理员处理。")
    return row, body


def concerns(actor: Actor, body: Body) -> bool:
    """Whether an alarm is about the actor: as whoever did it, or as whose dossier it was."""
    mine = body.subject is not None and body.subject == actor.subject
    return body.account == actor.id or mine
