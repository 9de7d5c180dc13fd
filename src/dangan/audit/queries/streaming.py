"""Following the log: what came in since, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from dangan.audit.queries.searching import LoggedEvent, _read


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the log, in commit order."""

    era: int = 0
    xid: int = 0
    event: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """An event without what is sealed in it."""

    id: int
    at: datetime
    actor: UUID
    kind: str
    address: str
    action: str
    outcome: str
    subject: UUID | None
    object: str


AT_ONCE = 20_000

_COLUMNS = "id, at, actor, kind, address, action, outcome, subject, object"


def follow(after: Position, limit: int = AT_ONCE) -> tuple[list[Line], Position]:
    """The next events after a position, behind which nothing can be committed any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT era, xid::text::bigint, {_COLUMNS} FROM audit_event"  # noqa: S608 - a constant
            " WHERE (era, xid, id) > (%s, %s::text::xid8, %s)"
            " AND (era < (SELECT max(id) FROM audit_era)"
            "  OR xid < pg_snapshot_xmin(pg_current_snapshot()))"
            " ORDER BY era, xid, id LIMIT %s",
            [after.era, after.xid, after.event, limit],
        )
        rows = cursor.fetchall()
    lines = [Line(*row[2:]) for row in rows]
    last = Position(rows[-1][0], rows[-1][1], rows[-1][2]) if rows else after
    return lines, last


def newest() -> Position:
    """Where the log ends now: where somebody begins who is not concerned with what was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT era, xid::text::bigint, id FROM audit_event"
            " WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY era DESC, xid DESC, id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return Position(*row) if row else Position()


def lines_of(
    *,
    actions: Collection[str],
    since: datetime,
    until: datetime,
    actors: Collection[UUID] | None = None,
    subjects: Collection[UUID] | None = None,
    limit: int = 200_000,
) -> list[Line]:
    """The events of these actions in a span of time, oldest first; about somebody or by somebody
    of those given."""
    where = ["at >= %s", "at <= %s", "action = ANY(%s)"]
    values: list[Any] = [since, until, sorted(actions)]
    whose = []
    if actors is not None:
        whose.append("actor = ANY(%s)")
        values.append(list(actors))
    if subjects is not None:
        whose.append("subject = ANY(%s)")
        values.append(list(subjects))
    if whose:
        where.append(f"({' OR '.join(whose)})")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM audit_event WHERE {' AND '.join(where)}"  # noqa: S608 - constants
            " ORDER BY at, id LIMIT %s",
            [*values, limit],
        )
        return [Line(*row) for row in cursor.fetchall()]


def refusals(actors: Collection[UUID], since: datetime, until: datetime) -> list[Line]:
    """What was refused to these actors, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM audit_event WHERE actor = ANY(%s) AND at >= %s"  # noqa: S608 - a constant
            " AND at <= %s AND outcome = 'refused' ORDER BY at, id LIMIT 100000",
            [list(actors), since, until],
        )
        return [Line(*row) for row in cursor.fetchall()]


def with_reasons(numbers: Collection[int]) -> list[LoggedEvent]:
    """These events with their reasons opened. The caller has decided that they may be read."""
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, NULL::bigint, e.entry FROM audit_event e WHERE e.id = ANY(%s)"
            " ORDER BY e.at, e.id",
            [list(numbers)],
        )
        return _read(cursor.fetchall())


def oldest_waiting(size_event: Position) -> datetime | None:
    """When the first event was written that lies beyond a position; None when none does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at FROM audit_event WHERE (era, xid, id) > (%s, %s::text::xid8, %s)"
            " ORDER BY era, xid, id LIMIT 1",
            [size_event.era, size_event.xid, size_event.event],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def signed_to() -> Position:
    """How far the newest checkpoint reaches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT era, xid::text::bigint, event FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return Position(*row) if row else Position()


def counts_by_day(
    actions: Collection[str], since: datetime, until: datetime, zone: str
) -> list[tuple[str, str, str, int]]:
    """Events by action, outcome and local day; for reports, which name nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, outcome, (at AT TIME ZONE %s)::date::text, count(*) FROM audit_event"
            " WHERE at >= %s AND at < %s AND action = ANY(%s) GROUP BY 1, 2, 3",
            [zone, since, until, sorted(actions)],
        )
        return list(cursor.fetchall())
