"""What happens by itself: effects on their day, time limits, and work of people who are gone.

Each piece is one transaction that locks its cases and skips those somebody works on now: the
next sweep finds them again. Whatever is killed in between has not happened, and happens then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import OperationalError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from dangan.access.models import Account, AccountState
from dangan.access.queries import system_actor
from dangan.access.rules import Actor
from dangan.audit.actions import flush, recording
from dangan.dictionary.rules import Message
from dangan.organization import queries as organization
from dangan.workflow.actions.running import Run, Running
from dangan.workflow.models import Case, Task
from dangan.workflow.problems import NotAllowed
from dangan.workflow.rules.states import Event

log = logging.getLogger(__name__)

TOGETHER = 200
"""Cases of one transaction."""

Work = Callable[[Run, Running], int]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did, in counts of cases."""

    reminded: int = 0
    effective: int = 0
    failed: int = 0
    reassigned: int = 0


def sweep(now: datetime | None = None, *, everybody: bool = False) -> SweepReport:
    """Effects that are due, reminders and time limits, and work of people who are gone.

    With ``everybody`` it asks anew for all open work who is to do it: heads and role holders
    may have changed without anybody leaving.
    """
    now = now or timezone.now()
    actor = system_actor()
    effective, failed = _wake_all(actor, now)
    reminded = _in_batches(actor, _overdue(now), _remind, now)
    orphaned = _open_cases() if everybody else _orphaned()
    reassigned = _in_batches(actor, orphaned, lambda run, item: run.refresh(item), now)
    flush(actor.trail)
    return SweepReport(reminded, effective, failed, reassigned)


def _wake_all(actor: Actor, now: datetime) -> tuple[int, int]:
    day = timezone.localtime(now).date()
    due = Case.objects.filter(state=Case.State.WAITING, wake_on__lte=day)
    effective = failed = 0
    for case in list(due.order_by("wake_on", "serial").values_list("pk", flat=True)):
        happened = _wake(actor, due, case, now)
        effective += happened is True
        failed += happened is False
    return effective, failed


def _wake(actor: Actor, due: QuerySet[Case], case: UUID, now: datetime) -> bool | None:
    """Whether the effect happened; None when somebody else has the case in hand."""
    try:
        return _wake_one(actor, due, case, now)
    except OperationalError:
        log.warning("workflow: case %s waits for the next sweep", case)
        return None
    except Exception as error:
        # Whatever a kind did not foresee must not stop the sweep nor stay unseen: the keeper
        # gets the case. The message may quote values, so only its type is logged.
        log.error("workflow: effect of case %s: %s", case, type(error).__name__)
        broken = Message("生效时程序出错，没有改动任何内容。请重试；仍不行时联系信息技术部门。")
        return _wake_one(actor, due, case, now, broken)


def _wake_one(
    actor: Actor, due: QuerySet[Case], case: UUID, now: datetime, broken: Message | None = None
) -> bool | None:
    with recording(actor):
        row = due.select_for_update(skip_locked=True).filter(pk=case).first()
        if row is None:
            return None
        run = Run(actor, now=now)
        run.load([row])
        happened = run.wake(run.running[row.id], broken=broken)
        run.save()
    return happened


def _overdue(now: datetime) -> QuerySet[Case]:
    return Case.objects.filter(state=Case.State.OPEN, next_at__lte=now)


def _remind(run: Run, item: Running) -> int:
    """Reminders and escalations of every step whose time has come."""
    assert item.state is not None  # noqa: S101 - loaded
    late = [
        key
        for key, at in item.state.steps.items()
        if at.status == "open" and at.next_at is not None and at.next_at <= run.now
    ]
    for key in late:
        run.happen(item, Event(verb="overdue", step=key))
    return bool(late)


def _open_cases() -> QuerySet[Case]:
    return Case.objects.filter(state__in=(Case.State.OPEN, Case.State.RETURNED))


def _orphaned() -> QuerySet[Case]:
    """Cases with work of an account that cannot sign in, of a dissolved unit, or of nobody."""
    present = Account.objects.filter(pk=OuterRef("account"), state=AccountState.ACTIVE)
    gone = Task.objects.filter(state=Task.State.OPEN).exclude(Exists(present))
    closed = [node.id for node in organization.tree().nodes.values() if node.closed]
    waiting = Task.objects.filter(state=Task.State.OPEN, case=OuterRef("pk"))
    found = _open_cases()
    return (
        found.filter(pk__in=gone.values("case"))
        | found.filter(Exists(waiting), unit__in=closed)
        | found.filter(stuck=True)
    )


def _in_batches(actor: Actor, found: QuerySet[Case], work: Work, now: datetime) -> int:
    """Does ``work`` to all cases found now; says to how many something happened."""
    ids = iter(list(found.order_by("serial").values_list("pk", flat=True)))
    return sum(_batch(actor, found, together, work, now) for together in _batches(ids))


def _batches(ids: Iterator[UUID]) -> Iterator[list[UUID]]:
    while together := list(islice(ids, TOGETHER)):
        yield together


def _batch(
    actor: Actor, found: QuerySet[Case], ids: Sequence[UUID], work: Work, now: datetime
) -> int:
    """One transaction; when a case in it fails, each gets one of its own."""
    try:
        return _together(actor, found, ids, work, now)
    except Exception as error:
        if len(ids) == 1:
            log.error("workflow: sweep of case %s: %s", ids[0], type(error).__name__)
            return 0
        return sum(_batch(actor, found, [one], work, now) for one in ids)


def _together(
    actor: Actor, found: QuerySet[Case], ids: Iterable[UUID], work: Work, now: datetime
) -> int:
    with recording(actor):
        rows = found.filter(pk__in=ids).order_by("serial")
        locked = list(rows.select_for_update(of=("self",), skip_locked=True))
        run = Run(actor, now=now)
        run.load(locked)
        done = sum(bool(_quietly(run, item, work)) for item in run.running.values())
        run.save()
    return done


def _quietly(run: Run, item: Running, work: Work) -> int:
    """What the engine does not allow was overtaken by events; the next sweep sees."""
    try:
        return work(run, item)
    except NotAllowed:
        return 0
