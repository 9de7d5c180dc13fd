"""The full check of the log in the database: every event, leaf, tile and checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from django.db import connection

from dangan.audit import tree
from dangan.audit.rules import leaf_hash, split_mac
from dangan.audit.rules.checking import (
    DATABASE,
    EXPORTED,
    Problem,
    Report,
    TreeCheck,
    open_notes,
)
from dangan.audit.rules.merkle import TILE
from dangan.audit.rules.notes import split_notes
from dangan.vault.secrets import root_secret

CHUNK = 5_000
MOST_PROBLEMS = 1_000
LATE_MINUTES = 60
"""After this long an event that still waits is reported; a long import may hold it up so far."""

DataCheck = Callable[[], Iterable[Problem]]
_data_checks: dict[str, DataCheck] = {}

_COLUMNS = ("at", "request", "actor", "kind", "address", "action", "outcome", "subject", "object")


class _Parts(msgspec.Struct):
    """The members of an entry that columns repeat, as text."""

    at: str
    request: str
    actor: str
    kind: str
    address: str
    action: str
    outcome: str
    subject: str | None
    object: str


_parse = msgspec.json.Decoder(_Parts).decode


def register_data_check(name: str, check: DataCheck) -> None:
    """Let ``verify(data=True)`` also run ``check``, which compares a room's data with the log.

    ``check`` yields a :class:`Problem` for each row that is not as the log says; it reads the
    log with :func:`dangan.audit.queries.entries`.
    """
    _data_checks[name] = check


class _Problems:
    """Collects problems up to a limit: a destroyed log must not fill the memory as well."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def __call__(self, problem: Problem) -> None:
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(problem)


def verify(
    *,
    checkpoints: Path | None = None,
    data: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the whole log, and with ``data`` what the log says about stored data.

    ``checkpoints`` is a file of signed checkpoints kept elsewhere: only against those does a log
    that was rewritten from end to end show. ``progress`` gets (leaves done, leaves).
    """
    started = time.monotonic()
    report = _Problems()
    signed = tree.latest()
    size = signed.size if signed else 0
    check = TreeCheck(report)
    stored = _stored_checkpoints(size, report)
    check.expect(stored, DATABASE)
    exported = _exported(checkpoints, report)
    check.expect(exported, EXPORTED)
    for hashes in _leaves(size, report):
        for level, number, tile, root in check.feed(hashes):
            _compare_tile(level, number, tile, root, report)
        if progress is not None:
            progress(check.size, size)
    check.finish()
    _find_copies(size, report)
    events, waiting = _outside(signed, report)
    if data:
        for name in sorted(_data_checks):
            for problem in _data_checks[name]():
                report(problem)
    return Report(
        events=events,
        leaves=check.size,
        waiting=waiting,
        checkpoints=len(stored),
        exported=len(exported),
        root=check.root(),
        data=data,
        problems=tuple(report.found),
        took_ms=round((time.monotonic() - started) * 1000),
    )


def _stored_checkpoints(size: int, report: _Problems) -> list[tuple[int, bytes]]:
    """The roots that checkpoints in the database promise; wrong signatures are reported."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note FROM audit_checkpoint WHERE size <= %s ORDER BY size", [size]
        )
        rows = cursor.fetchall()
    promised: list[tuple[int, bytes]] = []
    if not rows:
        return promised
    current, former = tree.signer().public, tree.former_lines()
    for stored_size, root, note in rows:
        # Until a restore another key signed, and none of it beyond.
        key = next((key for key, end in former if stored_size <= end), current)
        opened = open_notes([note], key, source=DATABASE, report=report)
        promised += [(checkpoint.size, checkpoint.root) for checkpoint in opened]
        if opened and (opened[0].size, opened[0].root) != (stored_size, root):
            report(Problem("signature", {"source": DATABASE, "size": stored_size}))
    return promised


def _exported(file: Path | None, report: _Problems) -> list[tuple[int, bytes]]:
    if file is None:
        return []
    with file.open(encoding="utf-8", errors="replace") as lines:
        former = tree.former_lines()
        promised: list[tuple[int, bytes]] = []
        rest, lost = [], 0
        for note in split_notes(lines):
            key, end = next((line for line in former if f" {line[0].name} " in note), (None, 0))
            if key is None:
                rest.append(note)
                continue
            opened = open_notes([note], key, source=EXPORTED, report=report)
            promised += [(one.size, one.root) for one in opened if one.size <= end]
            lost = max([lost, *(one.size for one in opened if one.size > end)])
        if lost:
            good = max(end for _, end in former)
            report(Problem("lost", {"source": EXPORTED, "size": lost, "good": good}))
        opened = open_notes(rest, tree.signer().public, source=EXPORTED, report=report)
    return promised + [(checkpoint.size, checkpoint.root) for checkpoint in opened]


def _leaves(size: int, report: _Problems) -> Iterator[list[bytes]]:
    """The leaf hashes in order, each compared with its event on the way.

    Where the two differ the row is reported and the noted hash goes on, so that one altered row
    is one problem.
    """
    last, settled, mac = (0, 0, 0), _settled(), root_secret().entry_mac
    for start in range(0, size, CHUNK):
        rows = _rows(start, min(start + CHUNK, size))
        expected, hashes = start, []
        for row in rows:
            number, event, era, xid, entry = row[0], row[1], row[3], row[4], row[-1]
            while expected < number:
                report(Problem("gap", {"leaf": expected}))
                hashes.append(b"")
                expected += 1
            expected += 1
            hashes.append(_check_event(row, mac, report))
            if entry is None or (settled and any(number in one for one in settled)):
                continue
            position = (era, xid, event)
            if position <= last:
                report(Problem("order", {"event": event, "leaf": number}))
            last = position
        for missing in range(expected, min(start + CHUNK, size)):
            report(Problem("gap", {"leaf": missing}))
            hashes.append(b"")
        yield hashes


def _settled() -> list[range]:
    """Leaves that stand in no particular order: those that closed an era."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT settled_from, settled_to FROM audit_era WHERE settled_to > settled_from"
        )
        return [range(*row) for row in cursor.fetchall()]


def _rows(start: int, end: int) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        # UUIDs and times as text: they are compared with the entry's, which are text as well.
        cursor.execute(
            "SELECT l.number, l.event, l.hash, e.era, e.xid::text::bigint,"
            " to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'),"
            " e.request::text, e.actor::text, e.kind, e.address, e.action, e.outcome,"
            " e.subject::text, e.object, e.entry"
            " FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event"
            " WHERE l.number >= %s AND l.number < %s ORDER BY l.number",
            [start, end],
            binary=True,
        )
        return cursor.fetchall()


def _check_event(row: tuple[Any, ...], mac: Callable[[bytes], bytes], report: _Problems) -> bytes:
    """Compare one event with its leaf and its columns with its entry; returns its leaf hash."""
    number, event = row[:2]
    noted: bytes = row[2]
    entry: bytes | None = row[-1]
    if entry is None:
        report(Problem("missing", {"event": event, "leaf": number}))
        return noted
    found = leaf_hash(entry)
    if found != noted:
        report(Problem("altered", {"event": event}))
        return noted
    parts = split_mac(entry)
    if parts is None or mac(parts[0]) != parts[1]:
        report(Problem("forged", {"event": event}))
    _compare_columns(event, entry, row[5:-1], report)
    return found


def _compare_columns(
    event: int, entry: bytes, columns: tuple[str | None, ...], report: _Problems
) -> None:
    try:
        parts = _parse(entry)
    except msgspec.DecodeError:
        report(Problem("unreadable", {"event": event}))
        return
    inside = (
        parts.at,
        parts.request,
        parts.actor,
        parts.kind,
        parts.address,
        parts.action,
        parts.outcome,
        parts.subject,
        parts.object,
    )
    if inside != columns:
        wrong = [
            name
            for name, here, there in zip(_COLUMNS, inside, columns, strict=True)
            if here != there
        ]
        report(Problem("columns", {"event": event, "columns": "、".join(wrong)}))


def _find_copies(size: int, report: _Problems) -> None:
    """No two entries are alike, so a second leaf with the same hash is a copy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(event ORDER BY number) FROM audit_leaf WHERE number < %s"
            " GROUP BY hash HAVING count(*) > 1 LIMIT %s",
            [size, MOST_PROBLEMS],
        )
        for ((first, *copies),) in cursor.fetchall():
            for event in copies:
                report(Problem("copied", {"event": event, "first": first}))


def _compare_tile(level: int, number: int, tile: bytes, root: bytes, report: _Problems) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hashes, root FROM audit_tile WHERE level = %s AND number = %s", [level, number]
        )
        stored = cursor.fetchone()
    if stored is None or (bytes(stored[0]), bytes(stored[1])) != (tile, root):
        report(Problem("tile", {"level": level, "number": number}))


def _outside(signed: tree.Stored | None, report: _Problems) -> tuple[int, int]:
    """What is not in the tree: late or inserted events, unsigned leaves, tiles out of nowhere.

    Returns the number of all events and of those that rightly wait.
    """
    era, xid, event, size = (
        (signed.era, signed.xid, signed.event, signed.size) if signed else (0, 0, 0, 0)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, (era, xid, id) <= (%s, %s::text::xid8, %s),"
            " at < now() - make_interval(mins => %s)"
            " FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf WHERE event = e.id)"
            " ORDER BY id",
            [era, xid, event, LATE_MINUTES],
        )
        unplaced = cursor.fetchall()
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_event),"
            " (SELECT coalesce(max(number) + 1, 0) FROM audit_leaf),"
            " (SELECT coalesce(max(size), 0) FROM audit_checkpoint)"
        )
        events, leaves, signed_size = cursor.fetchone()
        cursor.execute(
            "SELECT level, number FROM audit_tile"
            " WHERE (number + 1) * power(%s, level + 1) > greatest(%s,"
            " (SELECT max(size) FROM audit_checkpoint)) ORDER BY level, number",
            [TILE, size],
        )
        for level, number in cursor.fetchall():
            report(Problem("tile", {"level": level, "number": number}))
    for number, passed, late in unplaced:
        if passed:
            report(Problem("inserted", {"event": number}))
        elif late:
            report(Problem("late", {"event": number, "minutes": LATE_MINUTES}))
    if leaves > signed_size:
        report(Problem("unsigned", {"leaves": leaves, "size": signed_size}))
    return int(events), sum(1 for _, passed, _ in unplaced if not passed)
