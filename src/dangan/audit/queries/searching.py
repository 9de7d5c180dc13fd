"""Searching the log, and who looked at a dossier. What is sealed for a subject stays sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection

from dangan.audit.actions import detail_place, reason_place
from dangan.audit.catalogue import looks
from dangan.audit.rules import Entry, Event, Trail, parse_entry
from dangan.vault.queries import SYSTEM, keys_of
from dangan.vault.rules import SubjectKey, VaultError, unseal

COUNT_UP_TO = 100_000
LOOKS_MOST = 5_000
"""Lines of one reading log: a volume has some hundred pages, a reader sees each a few times."""


class Asker(Protocol):
    """Who asks: :class:`dangan.access.rules.Actor`."""

    @property
    def trail(self) -> Trail: ...

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What to look for; every given part narrows. ``before`` continues a page: (time, event)."""

    since: datetime | None = None
    until: datetime | None = None
    actor: UUID | None = None
    subject: UUID | None = None
    actions: frozenset[str] = frozenset()
    object: str = ""
    outcome: str = ""
    address: str = ""
    before: tuple[datetime, int] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it may be read. ``leaf`` is its place in the tree, ``None`` while it waits.

    ``sealed_detail`` says that there is a detail; its text opens only to the subject's side.
    """

    id: int
    leaf: int | None
    at: datetime
    request: UUID
    actor: UUID
    kind: str
    address: str
    action: str
    outcome: str
    subject: UUID | None
    object: str
    facts: Mapping[str, Any]
    reason: str
    sealed_detail: bool


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of results, newest first. ``total`` stops counting at :data:`COUNT_UP_TO`."""

    events: tuple[LoggedEvent, ...]
    total: int
    more: tuple[datetime, int] | None

    @property
    def total_is_least(self) -> bool:
        return self.total >= COUNT_UP_TO


_Row: TypeAlias = tuple[int, int | None, bytes]
"""Event number, place in the tree, entry."""

_FIELDS = "e.id, l.number, e.entry"


def search(actor: Asker, query: EventQuery) -> EventPage:
    """Events that match, newest first. Needs ``audit.search``, and is itself logged."""
    _require(actor, "audit.search")
    page = _page(query)
    if query.before is None:
        actor.trail.add(
            Event("audit.search", subject=query.subject, facts=_asked(query) | {"n": page.total})
        )
    return page


def export(actor: Asker, query: EventQuery) -> Iterator[LoggedEvent]:
    """All events that match, newest first. Needs ``audit.export``; call it in a transaction.

    The export is noted before the first row is read.
    """
    _require(actor, "audit.export")
    actor.trail.add(Event("audit.export", subject=query.subject, facts=_asked(query)))
    return _all_pages(query)


def event(actor: Asker, number: int) -> LoggedEvent | None:
    """One event by its number, or ``None``. Needs ``audit.search``."""
    _require(actor, "audit.search")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM audit_event e LEFT JOIN audit_leaf l ON l.event = e.id"  # noqa: S608 - a constant
            " WHERE e.id = %s",
            [number],
        )
        found = _read(cursor.fetchall())
    return found[0] if found else None


def actors(limit: int = 500) -> list[UUID]:
    """Whoever ever acted, for a list to choose from; costs one index look-up each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE one AS ("
            " (SELECT actor FROM audit_event ORDER BY actor LIMIT 1) UNION ALL"
            " SELECT (SELECT actor FROM audit_event WHERE actor > one.actor"
            "  ORDER BY actor LIMIT 1) FROM one WHERE one.actor IS NOT NULL)"
            " SELECT actor FROM one WHERE actor IS NOT NULL LIMIT %s",
            [limit],
        )
        return [actor for (actor,) in cursor.fetchall()]


def looked_at(subject: UUID, limit: int = 50) -> list[LoggedEvent]:
    """Who looked at, copied or changed this person's dossier, newest first.

    The caller has decided that the reader may know. Reasons are included, details are not.
    """
    query = EventQuery(subject=subject, actions=looks(), outcome="done", limit=limit)
    where, values = _where(query)
    return _read(_select(where, values, limit))


def done_by(
    subject: UUID,
    accounts: Collection[UUID],
    actions: Collection[str],
    *,
    since: datetime,
    until: datetime,
) -> list[LoggedEvent]:
    """What these accounts did about one person in a span of time, oldest first: the reading log
    of a consultation. The caller has decided that the reader may know."""
    where = (
        "e.subject = %s AND e.actor = ANY(%s) AND e.action = ANY(%s) AND e.outcome = 'done'"
        " AND e.at >= %s AND e.at <= %s"
    )
    values = [subject, list(accounts), sorted(actions), since, until]
    return _read(_select(where, values, LOOKS_MOST))[::-1]


def entries(actions: Collection[str], *, chunk: int = 5_000) -> Iterator[tuple[int, Entry]]:
    """Every logged entry of these actions with its event number, in order of number."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, entry FROM audit_event WHERE action = ANY(%s) AND id > %s"
                " ORDER BY id LIMIT %s",
                [list(actions), after, chunk],
            )
            rows = cursor.fetchall()
        for number, entry in rows:
            yield number, parse_entry(entry)
        if len(rows) < chunk:
            return
        after = rows[-1][0]


def _require(actor: Asker, permission: str) -> None:
    if not actor.may(permission):
        actor.trail.note(permission, outcome="refused")
        raise PermissionDenied(permission)


def _asked(query: EventQuery) -> dict[str, Any]:
    """The filters, for the log: who searched for what is itself worth knowing."""
    return {
        key: value
        for key, value in {
            "since": query.since and query.since.isoformat(),
            "until": query.until and query.until.isoformat(),
            "actor": query.actor and str(query.actor),
            "actions": sorted(query.actions),
            "object": query.object,
            "outcome": query.outcome,
            "address": query.address,
        }.items()
        if value
    }


def _where(query: EventQuery) -> tuple[str, list[Any]]:
    """The condition and its values; the texts are constants, the values parameters."""
    parts: list[tuple[str, Any]] = [
        ("e.at >= %s", query.since),
        ("e.at < %s", query.until),
        ("e.actor = %s", query.actor),
        ("e.subject = %s", query.subject),
        ("e.action = ANY(%s)", sorted(query.actions)),
        ("e.object = %s", query.object),
        ("e.outcome = %s", query.outcome),
        ("e.address = %s", query.address),
    ]
    used = [(text, value) for text, value in parts if value]
    return " AND ".join(text for text, _ in used) or "true", [value for _, value in used]


def _page(query: EventQuery) -> EventPage:
    """The page and the count of all matches in one statement."""
    where, values = _where(query)
    counted = f"(SELECT count(*) FROM (SELECT 1 FROM audit_event e WHERE {where} LIMIT %s) AS n)"  # noqa: S608 - built from constants
    position: list[Any] = list(query.before or ())
    narrowed = where + (" AND (e.at, e.id) < (%s, %s)" if position else "")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS}, {counted}"  # noqa: S608 - built from constants
            " FROM audit_event e LEFT JOIN audit_leaf l ON l.event = e.id"
            f" WHERE {narrowed} ORDER BY e.at DESC, e.id DESC LIMIT %s",
            [*values, COUNT_UP_TO, *values, *position, query.limit + 1],
        )
        rows = cursor.fetchall()
    total = rows[0][3] if rows else 0
    found = _read(row[:3] for row in rows)
    more = None
    if len(found) > query.limit:
        found = found[: query.limit]
        more = (found[-1].at, found[-1].id)
    return EventPage(tuple(found), total, more)


def _all_pages(query: EventQuery, size: int = 1_000) -> Iterator[LoggedEvent]:
    where, values = _where(query)
    before: tuple[Any, ...] = ()
    while True:
        narrowed = where + (" AND (e.at, e.id) < (%s, %s)" if before else "")
        found = _read(_select(narrowed, [*values, *before], size))
        yield from found
        if len(found) < size:
            return
        before = (found[-1].at, found[-1].id)


def _select(where: str, values: list[Any], limit: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM audit_event e LEFT JOIN audit_leaf l ON l.event = e.id"  # noqa: S608 - built from constants
            f" WHERE {where} ORDER BY e.at DESC, e.id DESC LIMIT %s",
            [*values, limit],
        )
        rows: list[_Row] = cursor.fetchall()
    return rows


def _read(rows: Iterable[_Row]) -> list[LoggedEvent]:
    """The rows' entries with reasons opened. What does not open reads as absent, not as an error:
    checking the log names it."""
    parsed = [(number, leaf, parse_entry(entry)) for number, leaf, entry in rows]
    key: SubjectKey | None = None
    if any(entry.reason for _, _, entry in parsed):
        key = keys_of((SYSTEM,)).get(SYSTEM)
    return [
        LoggedEvent(
            id=number,
            leaf=leaf,
            at=entry.at,
            request=entry.request,
            actor=entry.actor,
            kind=entry.kind,
            address=entry.address,
            action=entry.action,
            outcome=entry.outcome,
            subject=entry.subject,
            object=entry.object,
            facts=entry.facts,
            reason=_reason(key, entry),
            sealed_detail=entry.detail is not None,
        )
        for number, leaf, entry in parsed
    ]


def _reason(key: SubjectKey | None, entry: Entry) -> str:
    if key is None or entry.reason is None:
        return ""
    try:
        return unseal(key, reason_place(entry.uid), entry.reason).decode()
    except VaultError:
        return ""


def detail_of(subject_key: SubjectKey, entry: Entry) -> Mapping[str, Any] | None:
    """An event's detail under the subject's key; the caller has decided who may read it."""
    if entry.detail is None:
        return None
    body = unseal(subject_key, detail_place(subject_key.subject, entry.uid), entry.detail)
    found: Mapping[str, Any] = json.loads(body)
    return found
