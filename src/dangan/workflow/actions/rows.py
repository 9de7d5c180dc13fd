"""Writing what happened: case rows, tasks that mirror the engine's state, copies; all in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from dangan.workflow.models import Case, Copy, Task
from dangan.workflow.rules import states
from dangan.workflow.rules.walking import tasks as tasks_of

if TYPE_CHECKING:
    from dangan.workflow.actions.running import Running

_SAVE_CASES = """
UPDATE workflow_case c SET unit = n.unit, state = n.state, finished_at = n.finished_at,
    due_at = n.due_at, next_at = n.next_at, wake_on = n.wake_on, stuck = n.stuck,
    sealed_facts = n.sealed_facts, progress = n.progress, version = n.version
FROM unnest(
    %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::date[], %s::boolean[], %s::bytea[], %s::jsonb[], %s::integer[]
) AS n (id, unit, state, finished_at, due_at, next_at, wake_on, stuck, sealed_facts, progress,
        version)
WHERE c.id = n.id
"""

_CLOSE_TASKS = """
UPDATE workflow_task t SET state = n.state, verdict = n.verdict, done_at = %s, done_by = n.done_by
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[]) AS n (id, state, verdict, done_by)
WHERE t.id = n.id
"""

_MOVE_TASKS = """
UPDATE workflow_task t SET due_at = n.due_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS n (id, due_at) WHERE t.id = n.id
"""


def save_cases(cases: Sequence[Case]) -> None:
    """The columns that change while cases run; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_CASES,
            [
                [case.id for case in cases],
                [case.unit for case in cases],
                [case.state for case in cases],
                [case.finished_at for case in cases],
                [case.due_at for case in cases],
                [case.next_at for case in cases],
                [case.wake_on for case in cases],
                [case.stuck for case in cases],
                [bytes(case.sealed_facts) for case in cases],
                [json.dumps(case.progress) for case in cases],
                [case.version for case in cases],
            ],
        )


def save_tasks(items: Iterable[Running], *, by: UUID, now: datetime) -> None:
    """Opens, closes and moves tasks so that they say what the states say.

    Whose task ends by what they (or their deputy) did has done it; what others need not do any
    more is gone. At most three statements.
    """
    new: list[Task] = []
    closed: list[tuple[Task, str, str, UUID | None]] = []
    moved: list[Task] = []
    for item in items:
        wanted = {(task.step, UUID(task.account), task.kind): task for task in _wanted(item)}
        verdicts = {(step, account): _word(verb) for step, account, verb in item.decided}
        for key, task in list(item.open_tasks.items()):
            if key in wanted:
                if task.due_at != wanted[key].due_at:
                    task.due_at = wanted[key].due_at
                    moved.append(task)
                continue
            del item.open_tasks[key]
            verb = verdicts.get((key[0], key[1]))
            closed.append((task, verb or "", "done" if verb else "gone", by if verb else None))
        for key, found in wanted.items():
            if key not in item.open_tasks:
                new.append(_task(item.case, found, key[1], now))
                item.open_tasks[key] = new[-1]
    _write(new, closed, moved, now)


def _word(verb: str) -> str:
    return "opinion" if verb == "opine" else verb


def _wanted(item: Running) -> list[states.Task]:
    assert item.state is not None  # noqa: S101 - loaded or begun
    return tasks_of(item.definition, item.state)


def _task(case: Case, task: states.Task, account: UUID, now: datetime) -> Task:
    return Task(
        case=case,
        step=task.step,
        account=account,
        role=task.kind,
        since=now,
        due_at=task.due_at,
    )


def _write(
    new: Sequence[Task],
    closed: Sequence[tuple[Task, str, str, UUID | None]],
    moved: Sequence[Task],
    now: datetime,
) -> None:
    with connection.cursor() as cursor:
        if closed:
            cursor.execute(
                _CLOSE_TASKS,
                [
                    now,
                    [task.pk for task, *_ in closed],
                    [state for _, _, state, _ in closed],
                    [verdict for _, verdict, _, _ in closed],
                    [done_by for *_, done_by in closed],
                ],
            )
        if moved:
            cursor.execute(
                _MOVE_TASKS, [[task.pk for task in moved], [task.due_at for task in moved]]
            )
    if new:
        Task.objects.bulk_create(new)


def save_copies(items: Iterable[Running], *, now: datetime) -> None:
    """A row for everybody who got a copy; who had one keeps it."""
    new = [
        Copy(case=item.case, account=UUID(account), at=now)
        for item in items
        for effect in item.said
        if effect.kind == "copied"
        for account in effect.accounts
    ]
    if new:
        Copy.objects.bulk_create(new, ignore_conflicts=True)
