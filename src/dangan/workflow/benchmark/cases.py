"""Cases in the database: hundreds of thousands that are over, and thousands that are late.

Past cases are copied in as rows: what is sealed in them is never opened by what is measured.
Late ones are real, submitted through the engine and sealed, only written in bulk.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from dangan.organization.calendar.queries import calendar
from dangan.vault.queries import keys_of
from dangan.workflow import definitions_store as store
from dangan.workflow import opening
from dangan.workflow.actions import sweep
from dangan.workflow.actions.running import mirror
from dangan.workflow.benchmark.pure import Figure
from dangan.workflow.handling import Facts
from dangan.workflow.models import Case, CaseEvent, DefinitionVersion, Task
from dangan.workflow.people import Live
from dangan.workflow.rules import engine
from dangan.workflow.rules.definitions import Definition
from dangan.workflow.rules.states import Event, State
from dangan.workflow.rules.walking import tasks as tasks_of

SWEEP_SECONDS = 30.0
_BATCH = 1_000
_SEALED = 180
"""Bytes of a typical sealed value."""

Person = tuple[UUID, UUID, UUID]
"""Subject, unit, and the account that starts the case."""


def _past_state(definition: Definition, signer: UUID, at: datetime) -> State:
    """Where a case stands that this signer decided alone, from submission to effect."""
    live, due = Live(accounts=[signer]), calendar().due
    nobody = str(uuid4())
    outcome = engine.start(
        definition, facts={}, initiator=nobody, subject="", now=at, directory=live,
        calendar_due=due,
    )  # fmt: skip
    while outcome.state.status == "open":
        task = next(iter(tasks_of(definition, outcome.state)), None)
        event = (
            Event(verb="agree", by=task.account, step=task.step)
            if task
            else Event(verb="acted", step=list(outcome.state.steps)[-1])
        )
        outcome = engine.step(
            definition, outcome.state, event, facts={}, now=at, directory=live, calendar_due=due
        )
    return outcome.state


_CASE = (
    "COPY workflow_case (id, prefix, kind, definition_version_id, subject, unit, initiator, state,"
    " opened_at, finished_at, stuck, sealed_facts, progress, version) FROM STDIN"
)
_EVENT = "COPY workflow_caseevent (case_id, seq, at, actor, verb, step, facts, sealed) FROM STDIN"
_TASK = (
    "COPY workflow_task (case_id, step, account, role, since, state, verdict, done_at, done_by)"
    " FROM STDIN"
)


def make_past(
    version: DefinitionVersion, people: Sequence[Person], signer: UUID, count: int
) -> None:
    """``count`` cases that ended, spread over the people and three years, decided by one."""
    definition = store.definition_of(version)
    now = timezone.now()
    progress = msgspec.json.encode(_past_state(definition, signer, now)).decode()
    step = next(iter(definition.structure.steps))
    made = [(uuid4(), people[n % len(people)], now - timedelta(minutes=8 * n)) for n in
            range(count)]  # fmt: skip
    sealed = os.urandom(_SEALED)
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(_CASE) as copy:
            for case, (subject, unit, starter), at in made:
                copy.write_row(
                    (case, definition.prefix, definition.kind, version.pk, subject, unit, starter,
                     "agreed", at, at, False, sealed, progress, 3)
                )  # fmt: skip
        with cursor.copy(_EVENT) as copy:
            for case, (_, _, starter), at in made:
                for seq, verb in enumerate(("submit", "agree", "acted"), 1):
                    actor = signer if verb == "agree" else starter
                    copy.write_row((case, seq, at, actor, verb, step, "{}", sealed))
        with cursor.copy(_TASK) as copy:
            for case, _, at in made:
                copy.write_row((case, step, signer, "sign", at, "done", "agree", at, signer))
    with connection.cursor() as cursor:
        for table in ("case", "caseevent", "task"):
            cursor.execute(f"VACUUM ANALYZE workflow_{table}")


def make_late(
    version: DefinitionVersion, people: Sequence[Person], count: int, facts: Facts
) -> datetime:
    """``count`` open cases with a time limit; gives the moment at which all of them are late."""
    definition = store.definition_of(version)
    late = timezone.now()
    chosen = [people[number % len(people)] for number in range(count)]
    for begin in range(0, count, _BATCH):
        late = max(late, _submit(version, definition, chosen[begin : begin + _BATCH], facts))
    return late


def _submit(
    version: DefinitionVersion, definition: Definition, people: Sequence[Person], facts: Facts
) -> datetime:
    now = timezone.now()
    keys = keys_of({subject for subject, _, _ in people})
    live = Live(
        subjects=[subject for subject, _, _ in people],
        accounts=[account for _, _, account in people],
        units=[unit for _, unit, _ in people],
    )
    due = calendar().due
    cases: list[Case] = []
    events: list[CaseEvent] = []
    tasks: list[Task] = []
    for subject, _, starter in people:
        outcome = engine.start(
            definition, facts=facts, initiator=str(starter), subject=str(subject), now=now,
            directory=live, calendar_due=due,
        )  # fmt: skip
        case = Case(
            id=uuid4(), prefix=definition.prefix, kind=definition.kind, definition_version=version,
            subject=subject, initiator=starter, opened_at=now, version=1,
        )  # fmt: skip
        case.sealed_facts = opening.seal_facts(keys[subject], case.id, facts)
        mirror(case, outcome.state, now)
        cases.append(case)
        body = {"words": "", "record": msgspec.to_builtins(outcome.recorded)}
        events.append(
            CaseEvent(case=case, seq=1, at=now, actor=starter, verb="submit",
                      sealed=opening.seal_event(keys[subject], case.id, 1, body))
        )  # fmt: skip
        tasks += [
            Task(case=case, step=task.step, account=UUID(task.account), role=task.kind,
                 since=now, due_at=task.due_at)
            for task in tasks_of(definition, outcome.state)
        ]  # fmt: skip
    with transaction.atomic():
        Case.objects.bulk_create(cases, batch_size=_BATCH)
        CaseEvent.objects.bulk_create(events, batch_size=_BATCH)
        Task.objects.bulk_create(tasks, batch_size=_BATCH)
    return max((case.next_at for case in cases if case.next_at), default=now)


def sweep_late(late: datetime, count: int) -> list[Figure]:
    """One sweep that reminds and escalates all of them."""
    began = time.perf_counter()
    report = sweep(late)
    seconds = time.perf_counter() - began
    if report.reminded != count:
        raise RuntimeError(f"{report.reminded} of {count} late cases were swept")
    return [(f"{count:,} overdue cases swept", seconds, "s", SWEEP_SECONDS, None)]
