"""Writing the log: all events of a request in one statement, or no answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dangan.audit.checking import verify
from dangan.audit.rules import Entry, Event, Outcome, Trail, encode_entry
from dangan.audit.rules.checking import Report
from dangan.audit.rules.events import with_mac
from dangan.vault.queries import SYSTEM, entry_mac, keys_of
from dangan.vault.rules import Place, SubjectKey, VaultError, seal


class AuditUnavailable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The log cannot be written; nothing may be answered (503)."""


class HasTrail(Protocol):
    """Whoever acts: :class:`dangan.access.rules.Actor`."""

    @property
    def trail(self) -> Trail: ...


def flush(trail: Trail) -> None:
    """Write all pending events in one statement, in the caller's transaction or its own.

    Raises :class:`AuditUnavailable`; the events then stay pending.
    """
    events = trail.take()
    if not events:
        return
    try:
        _write(trail, events)
    except (DatabaseError, VaultError) as error:
        trail.pending[:0] = events
        raise AuditUnavailable from error


@contextmanager
def recording(actor: HasTrail) -> Iterator[None]:
    """One transaction that commits together with the events noted in it.

    What is noted as done is written inside the transaction and dropped with it when it fails.
    Refusals and failures are written after it, whatever becomes of it.
    """
    trail = actor.trail
    before, trail.pending = trail.pending, []
    noted: list[Event] = []
    try:
        with transaction.atomic():
            yield
            noted = trail.take()
            trail.pending = [event for event in noted if event.outcome == "done"]
            flush(trail)
    finally:
        noted = noted or trail.pending
        trail.pending = before + [event for event in noted if event.outcome != "done"]
        if not connection.in_atomic_block:
            _flush_refusals(trail)


def _flush_refusals(trail: Trail) -> None:
    """Write refusals now that no transaction can take them back.

    What was done before stays for the end of the request.
    """
    kept = [event for event in trail.pending if event.outcome == "done"]
    trail.pending = [event for event in trail.pending if event.outcome != "done"]
    try:
        flush(trail)
    finally:
        trail.pending = kept + trail.pending


def _write(trail: Trail, events: list[Event]) -> None:
    keys = _keys(events)
    at = timezone.now()
    entries = [encode_entry(_entry(trail, event, keys, at)) for event in events]
    rows = [with_mac(entry, entry_mac(entry)) for entry in entries]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event"
            " (era, at, request, actor, kind, address, action, outcome, subject, object, entry)"
            " SELECT (SELECT max(id) FROM audit_era), %s, %s, %s, %s, %s, e.*"
            " FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[], %s::bytea[]) AS e",
            [
                at,
                trail.request,
                trail.actor,
                trail.kind,
                trail.address,
                [event.action for event in events],
                [event.outcome for event in events],
                [event.subject for event in events],
                [event.object for event in events],
                rows,
            ],
        )


def _keys(events: list[Event]) -> dict[UUID, SubjectKey]:
    """The keys these events are sealed under; a destroyed subject's is left out."""
    wanted = {event.subject or SYSTEM for event in events if event.detail is not None}
    if any(event.reason for event in events):
        wanted.add(SYSTEM)
    return keys_of(wanted, skip_destroyed=True)


def _entry(trail: Trail, event: Event, keys: dict[UUID, SubjectKey], at: datetime) -> Entry:
    uid, reason, detail = uuid4(), None, None
    if event.reason:
        reason = seal(keys[SYSTEM], reason_place(uid), event.reason.encode())
    if event.detail is not None and (event.subject or SYSTEM) in keys:
        subject = event.subject or SYSTEM
        body = json.dumps(dict(event.detail), ensure_ascii=False, separators=(",", ":"))
        detail = seal(keys[subject], detail_place(subject, uid), body.encode())
    return Entry(
        uid=uid,
        at=at,
        request=trail.request,
        actor=trail.actor,
        kind=trail.kind,
        address=trail.address,
        action=event.action,
        outcome=event.outcome,
        subject=event.subject,
        object=event.object,
        facts=event.facts,
        reason=reason,
        detail=detail,
    )


def reason_place(uid: UUID) -> Place:
    """Where an event's sealed reason stands."""
    return Place("event", SYSTEM, "reason", uid)


def detail_place(subject: UUID, uid: UUID) -> Place:
    """Where an event's sealed detail stands."""
    return Place("event", subject, "detail", uid)


def check(
    actor: HasTrail,
    *,
    checkpoints: Path | None = None,
    data: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the whole log (see :func:`dangan.audit.queries.verify`) and keep the outcome.

    The outcome shows on the log page; the check itself is an event.
    """
    report = verify(checkpoints=checkpoints, data=data, progress=progress)
    outcome: Outcome = "done" if report.ok else "failed"
    facts = {"events": report.events, "problems": len(report.problems), "data": data}
    actor.trail.add(Event("audit.verify", outcome=outcome, facts=facts))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_verification (report) VALUES (%s::jsonb)",
            [json.dumps(report.as_json(), ensure_ascii=False)],
        )
        flush(actor.trail)
    return report
