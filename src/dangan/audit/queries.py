"""Reading the log: searching it, who looked at a dossier, proving one event, checking all."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection

from dangan.audit import checking, tree
from dangan.audit.actions import detail_place, reason_place
from dangan.audit.catalogue import looks
from dangan.audit.exporters import last_in_file
from dangan.audit.exporting import export_log
from dangan.audit.rules import (
    BadNote,
    Entry,
    Event,
    Trail,
    Verifier,
    leaf_hash,
    parse_entry,
    verify_inclusion,
)
from dangan.audit.rules.checking import Problem, Report
from dangan.audit.rules.merkle import BadProof, inclusion_proof, siblings_left
from dangan.vault.queries import SYSTEM, keys_of
from dangan.vault.rules import SubjectKey, VaultError, unseal

__all__ = [
    "EventPage",
    "EventQuery",
    "LoggedEvent",
    "Problem",
    "Proof",
    "Report",
    "Standing",
    "actors",
    "entries",
    "event",
    "export",
    "export_log",
    "looked_at",
    "proof",
    "register_data_check",
    "search",
    "standing",
    "verify",
]

COUNT_UP_TO = 100_000
register_data_check = checking.register_data_check
verify = checking.verify


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


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event is in the log: its bytes, the audit path and a signed checkpoint."""

    event: int
    leaf: int
    entry: bytes
    hashes: tuple[bytes, ...]
    left: tuple[bool, ...]
    size: int
    root: bytes
    note: str
    public_key: str

    def as_json(self) -> dict[str, Any]:
        """What ``python -m dangan.audit.verifier prove`` reads."""
        return {
            "format": "dangan-proof-1",
            "event": self.event,
            "leaf": self.leaf,
            "entry": base64.b64encode(self.entry).decode(),
            "hashes": [base64.b64encode(hash_).decode() for hash_ in self.hashes],
            "checkpoint": self.note,
            "public_key": self.public_key,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How the log stands: the newest checkpoint and the last full check.

    ``copied`` is the size that the checkpoint file, which is carried off the machine, has reached.
    """

    size: int = 0
    root: bytes = b""
    note: str = ""
    copied: int = 0
    signed_at: datetime | None = None
    signature_valid: bool = False
    waiting: int = 0
    checked_at: datetime | None = None
    checked: Mapping[str, Any] = field(default_factory=dict)


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


def proof(event: int) -> Proof | None:
    """The inclusion proof of an event under the newest checkpoint; ``None`` while it waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.number, e.entry FROM audit_leaf l JOIN audit_event e ON e.id = l.event"
            " WHERE l.event = %s",
            [event],
        )
        row = cursor.fetchone()
    signed = tree.latest()
    if row is None or signed is None or row[0] >= signed.size:
        return None
    leaf, entry = row
    return Proof(
        event=event,
        leaf=leaf,
        entry=entry,
        hashes=tuple(inclusion_proof(leaf, signed.size, tree.TilesOf(signed.size))),
        left=tuple(siblings_left(leaf, signed.size)),
        size=signed.size,
        root=signed.root,
        note=signed.note,
        public_key=str(tree.public_key()),
    )


def proves(found: Proof) -> bool:
    """Whether a proof holds: path, root and signature."""
    try:
        checkpoint = Verifier.parse(found.public_key).open(found.note)
        verify_inclusion(
            leaf_hash(found.entry),
            index=found.leaf,
            size=checkpoint.size,
            proof=found.hashes,
            root=checkpoint.root,
        )
    except (BadNote, BadProof):
        return False
    return True


def standing() -> Standing:
    """How the log stands now, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH signed AS (SELECT * FROM audit_checkpoint ORDER BY size DESC LIMIT 1),"
            " checked AS (SELECT at, report FROM audit_verification ORDER BY id DESC LIMIT 1)"
            " SELECT s.size, s.root, s.note, s.at, (SELECT count(*) FROM (SELECT 1 FROM audit_event"
            "  WHERE (era, xid, id) > (coalesce(s.era, 0::smallint), coalesce(s.xid, '0'::xid8),"
            "  coalesce(s.event, 0)) LIMIT 10000) AS w), c.at, c.report"
            " FROM (SELECT 1) AS one LEFT JOIN signed s ON true LEFT JOIN checked c ON true"
        )
        size, root, note, signed_at, waiting, checked_at, report = cursor.fetchone()
    checked = json.loads(report) if isinstance(report, str) else report or {}
    if size is None:
        return Standing(waiting=waiting, checked_at=checked_at, checked=checked)
    key = tree.public_key()
    return Standing(
        size=size,
        root=root,
        note=note,
        copied=_copied(key),
        signed_at=signed_at,
        signature_valid=_signed_by(key, note) == (size, root),
        waiting=waiting,
        checked_at=checked_at,
        checked=checked,
    )


def _copied(key: Verifier) -> int:
    last = last_in_file(settings.DANGAN.checkpoint_file, key)
    return last.size if last else 0


def _signed_by(key: Verifier, note: str) -> tuple[int, bytes] | None:
    """What a note promises if the key signed it: number of leaves and root."""
    try:
        checkpoint = key.open(note)
    except BadNote:
        return None
    return checkpoint.size, checkpoint.root


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
