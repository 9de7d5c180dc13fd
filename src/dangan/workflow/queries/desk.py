"""The desk's boxes: a bounded number of statements, however full they are.

A box reaches back over its newest :data:`REACH` entries: counts, filters and pages are about
those. Older cases are found by their number and on the page of the person they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.organization import queries as organization
from dangan.workflow import definitions_store as store
from dangan.workflow import people
from dangan.workflow.definitions_store import label_of
from dangan.workflow.deputising import acting_as, today
from dangan.workflow.handling import CaseKind
from dangan.workflow.models import Case
from dangan.workflow.queries import wording
from dangan.workflow.queries.shapes import Box, DeskLine, DeskPage
from dangan.workflow.rules.definitions import Approve, Definition
from dangan.workflow.rules.showing import progress
from dangan.workflow.rules.states import State

REACH = 1_000
LIMIT_AT_MOST = 500

_BOXES: Mapping[Box, str] = {
    "todo": """
SELECT t.case_id, t.id AS task, t.step, t.role, t.account, t.since, t.due_at, t.verdict,
       false AS unread
FROM workflow_task t WHERE t.account = ANY(%(as)s) AND t.state = 'open'
ORDER BY t.since DESC LIMIT %(reach)s""",
    "done": """
SELECT DISTINCT ON (n.case_id) n.* FROM (
    SELECT t.case_id, t.id AS task, t.step, t.role, t.account, t.done_at AS since, t.due_at,
           t.verdict, false AS unread
    FROM workflow_task t WHERE t.done_by = %(me)s AND t.state = 'done'
    ORDER BY t.done_at DESC LIMIT %(reach)s
) n ORDER BY n.case_id, n.since DESC""",
    "started": """
SELECT c.id AS case_id, NULL::bigint AS task, '' AS step, '' AS role, c.initiator AS account,
       c.opened_at AS since, c.due_at, '' AS verdict, false AS unread
FROM workflow_case c WHERE c.initiator = %(me)s ORDER BY c.opened_at DESC LIMIT %(reach)s""",
    "copied": """
SELECT p.case_id, NULL::bigint AS task, '' AS step, '' AS role, p.account, p.at AS since,
       NULL::timestamptz AS due_at, '' AS verdict, p.read_at IS NULL AS unread
FROM workflow_copy p WHERE p.account = %(me)s ORDER BY p.at DESC LIMIT %(reach)s""",
}

_ORDER: Mapping[Box, str] = {
    "todo": "due_at NULLS LAST, since, serial",
    "done": "since DESC, serial DESC",
    "started": "since DESC, serial DESC",
    "copied": "since DESC, serial DESC",
}

_PAGE = """
WITH found AS MATERIALIZED (
    SELECT b.*, c.kind, c.state, c.serial FROM ({box}) b JOIN workflow_case c ON c.id = b.case_id
), counts AS (
    SELECT json_agg(json_build_array(kind, state, n)) AS counts
    FROM (SELECT kind, state, count(*) AS n FROM found GROUP BY 1, 2) n
)
SELECT counts, case_id, task, step, role, account, since, due_at, verdict, unread
FROM counts LEFT JOIN (
    SELECT * FROM found
    WHERE (%(kind)s = '' OR kind = %(kind)s) AND (%(state)s = '' OR state = %(state)s)
    ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
) page ON true ORDER BY {order}
"""
"""The counts of a box on every row of one of its pages; a row of nothing else on an empty one."""


class _Entry(NamedTuple):
    """A line of a box before it is put into words."""

    case: UUID
    task: int | None
    step: str
    role: str
    account: UUID
    since: Any
    due_at: Any
    verdict: str
    unread: bool


def desk(
    actor: Actor, box: Box, *, kind: str = "", state: str = "", offset: int = 0, limit: int = 50
) -> DeskPage:
    """One of the actor's boxes, newest first; 待办 has first what is due first.

    ``total``, ``kinds`` and ``states`` are about the newest :data:`REACH` entries.
    """
    require(actor, "cases.own")
    acting = acting_as(actor) if box == "todo" else (actor.id,)
    limit = max(1, min(limit, LIMIT_AT_MOST))
    asked: dict[str, Any] = {
        "as": list(acting), "me": actor.id, "reach": REACH, "kind": kind, "state": state,
        "limit": limit, "offset": max(0, offset),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(box=_BOXES[box], order=_ORDER[box]), asked)
        rows = cursor.fetchall()
    counts: list[tuple[str, str, int]] = rows[0][0] or []
    entries = [_Entry(*row[1:]) for row in rows if row[1] is not None]
    return DeskPage(
        box=box,
        total=sum(n for k, s, n in counts if kind in ("", k) and state in ("", s)),
        lines=tuple(_lines(actor, entries)),
        kinds=_summed((k, str(wording.kind_or_unknown(k).label), n) for k, _, n in counts),
        states=_summed((s, wording.state_label(s), n) for _, s, n in counts),
        offset=max(0, offset),
        limit=limit,
    )


def _summed(counts: Iterable[tuple[str, str, int]]) -> tuple[tuple[str, str, int], ...]:
    found: dict[tuple[str, str], int] = {}
    for key, label, count in counts:
        found[key, label] = found.get((key, label), 0) + count
    return tuple((key, label, count) for (key, label), count in sorted(found.items()))


def _lines(actor: Actor, entries: Sequence[_Entry]) -> Iterable[DeskLine]:
    cases = Case.objects.in_bulk({entry.case for entry in entries})
    definitions = store.definitions_of(case.definition_version_id for case in cases.values())
    kinds = {case.kind: wording.kind_or_unknown(case.kind) for case in cases.values()}
    summaries = summaries_of(actor, kinds, list(cases.values()))
    people_names = people.names(case.subject for case in cases.values())
    accounts = {case.initiator for case in cases.values()} | {entry.account for entry in entries}
    names = wording.names_for(accounts)
    tree, now = organization.tree(), timezone.now()
    for entry in entries:
        case = cases[entry.case]
        definition = definitions[case.definition_version_id]
        state = msgspec.convert(case.progress, State)
        steps = [entry.step] if entry.step else wording.steps_now(case, definition, state)
        due = entry.due_at or case.due_at
        behalf = entry.account if entry.role and entry.account != actor.id else None
        kind = kinds[case.kind]
        yield DeskLine(
            case=case.id,
            number=case.number,
            kind=case.kind,
            label=label_of(definition),
            icon=kind.icon,
            definition=definition.key,
            summary=summaries.get(case.id, ""),
            subject=case.subject,
            subject_name=people_names.get(case.subject, "") if case.subject else "",
            unit_label=tree.label(case.unit),
            initiator_name=names.get(str(case.initiator), ""),
            state=case.state,
            step=entry.step,
            step_label=wording.step_labels(definition, steps),
            since=entry.since,
            due_at=due,
            overdue=due is not None and due < now and not case.ended,
            wake_on=case.wake_on,
            progress=progress(definition, state),
            version=case.version,
            task=entry.task,
            role=entry.role,
            verdict=entry.verdict,
            on_behalf_of=behalf,
            on_behalf_of_name=names.get(str(behalf), "") if behalf else "",
            unread=entry.unread,
            batchable=_batchable(definition, entry),
        )


def _batchable(definition: Definition, entry: _Entry) -> bool:
    """Whether the task may be agreed to together with others like it."""
    step = definition.structure.steps.get(entry.step)
    return entry.task is not None and entry.role == "sign" and isinstance(step, Approve)


def summaries_of(
    actor: Actor, kinds: Mapping[str, CaseKind], cases: Sequence[Case]
) -> dict[UUID, str]:
    """What each case touches; kinds of one family are asked together."""
    families: dict[str, tuple[CaseKind, list[Case]]] = {}
    for case in cases:
        kind = kinds[case.kind]
        families.setdefault(kind.family or case.kind, (kind, []))[1].append(case)
    found: dict[UUID, str] = {}
    for kind, together in families.values():
        if kind.key:
            found |= kind.summaries(actor, together)
    return found


_TODO = """
SELECT count(*) FROM (
    SELECT 1 FROM workflow_task WHERE state = 'open' AND account = ANY(
        ARRAY[%(me)s::uuid] || ARRAY(
            SELECT d.account FROM workflow_deputy d JOIN access_account a ON a.id = d.account
            WHERE d.deputy = %(me)s AND d.begins <= %(today)s AND d.ends >= %(today)s
                AND a.state = 'active'
        )
    ) LIMIT %(reach)s
) t
"""


def todo_count(actor: Actor) -> int:
    """How many tasks wait for the actor, as a deputy too; one statement."""
    if not actor.may("cases.own"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TODO, {"me": actor.id, "today": today(), "reach": REACH})
        return int(cursor.fetchone()[0])


def todo_of(request: HttpRequest) -> int:
    """The count that the frame of every page shows."""
    actor: Actor | None = getattr(request, "actor", None)
    return todo_count(actor) if actor is not None and actor.known else 0
