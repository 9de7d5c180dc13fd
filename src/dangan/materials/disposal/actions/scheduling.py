"""Changing the schedule: each change is a new version, the old ones stay readable."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db import connection
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.disposal import schedules
from dangan.materials.disposal.models import ScheduleVersion
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.rules.schedules import BadSchedule, Line, checked, differences

_LOCK = 0x73636864  # the advisory lock's number: "schd"


def save_schedule(actor: Actor, *, base: int, lines: Sequence[Line]) -> int:
    """Puts another table in force; gives its version. Needs ``disposal.manage`` everywhere.

    Raises :class:`DisposalProblem` for a table that cannot be, one that changes nothing, or when
    somebody else changed it since ``base``.
    """
    require(actor, "disposal.manage")
    if not actor.may_at("disposal.manage", ()):
        raise DisposalProblem(Message("保管期限表对全单位有效，只有全单位的档案管理员能修改。"))
    try:
        lines = checked(lines)
    except BadSchedule as bad:
        raise DisposalProblem(Message("“{line}”：{why}", line=bad.key, why=bad.message)) from None
    with recording(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        before = schedules.current()
        if before.version != base:
            raise DisposalProblem(Message("保管期限表刚被别人改过，请刷新后再改。"))
        changed = differences(before.lines, lines)
        if not changed:
            raise DisposalProblem(Message("没有改动，不需要保存。"))
        row = ScheduleVersion.objects.create(
            version=base + 1,
            body=msgspec.to_builtins(list(lines)),
            by=actor.id,
            at=timezone.now(),
        )
        actor.trail.add(
            Event("schedule.save", object=str(row.version), facts={"lines": dict(changed)})
        )
        return row.version
