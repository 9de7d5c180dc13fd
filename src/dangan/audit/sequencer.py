"""The sequencer: puts committed events into the tree in commit order and signs checkpoints.

An event is taken once every transaction older than its own has ended, so nothing can later
appear before it. Leaves, tiles and checkpoint are one transaction: killed at any moment, the
next start finds the tree as the last checkpoint signed it. One sequencer works at a time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event as Signal
from typing import Any, TypeAlias

import psycopg
from django.db import DatabaseError, connection, transaction

from dangan.audit import tree
from dangan.audit.exporters import Exporter, exporters
from dangan.audit.rules import Edge, leaf_hash
from dangan.audit.rules.merkle import edge_of
from dangan.audit.tree import Stored

BATCH = 5_000
MOST_AT_ONCE = 100_000
"""Events under one checkpoint; bounds the transaction after a long pause."""

_LOCK = 0x6C6F67  # the advisory lock's number: "log"
_log = logging.getLogger("dangan.audit")


class LogDamaged(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The stored tree is not the one last signed; nothing is signed on top of it."""


_Ready: TypeAlias = tuple[int, int, int, bytes]
"""Era, transaction, event and entry."""


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last event in the tree, in commit order."""

    era: int = 0
    xid: int = 0
    event: int = 0


class Sequencer:
    """Appends what is new, one checkpoint a step. Keeps the tree's right edge between steps."""

    def __init__(self, places: list[Exporter] | None = None) -> None:
        self._signer = tree.signer()
        self._cluster = _cluster()
        self._places = exporters(self._signer.public) if places is None else places
        self._unsent: list[list[str]] = [[] for _ in self._places]
        self._edge: Edge | None = None

    def step(self) -> int:
        """Sequence what can be; returns the number of new leaves, 0 while another one works.

        Raises :class:`LogDamaged` rather than sign over a tree that was tampered with.
        """
        note = ""
        with transaction.atomic():
            if not _lock():
                return 0
            stored = tree.latest()
            edge = self._current(stored)
            before = edge.size
            cursor = _append_all(edge, _cursor(stored), self._cluster)
            if edge.size > before:
                note = self._sign(edge, cursor)
        # Only after the commit: a checkpoint once sent off must never be taken back.
        self._edge = edge
        if note:
            for unsent in self._unsent:
                unsent.append(note)
        self._send()
        return edge.size - before

    def _current(self, stored: Stored | None) -> Edge:
        """The edge to append to; read anew when another sequencer was at work since."""
        size, root = (stored.size, stored.root) if stored else (0, Edge().root())
        edge = self._edge
        if edge is None or edge.size != size:
            edge = edge_of(size, tree.tiles)
            if stored and edge.root() == root and self._edge is None:
                self._resend(stored)
        if edge.root() != root:
            self._edge = None
            raise LogDamaged(f"the tree of {size} leaves is not the one that was signed")
        return edge.copy()

    def _resend(self, stored: Stored) -> None:
        """The last checkpoint may have been committed and not sent when the machine went down."""
        for unsent in self._unsent:
            unsent.append(stored.note)

    def _sign(self, edge: Edge, cursor: _Cursor) -> str:
        root = edge.root()
        note = self._signer.sign(edge.size, root)
        with connection.cursor() as sql:
            sql.execute(
                "INSERT INTO audit_checkpoint (size, root, note, era, xid, event)"
                " VALUES (%s, %s, %s, %s, %s::text::xid8, %s)",
                [edge.size, root, note, cursor.era, cursor.xid, cursor.event],
            )
        return note

    def _send(self) -> None:
        """Send what is unsent; a place that is down gets it later, the log goes on."""
        for place, unsent in zip(self._places, self._unsent, strict=True):
            while unsent:
                try:
                    place.export(unsent[0])
                except OSError:
                    _log.warning("a checkpoint could not be sent; will try again", exc_info=True)
                    break
                del unsent[0]


def sequence_once() -> int:
    """Sequence everything that can be, now; returns the number of new leaves."""
    sequencer, total = Sequencer(), 0
    while new := sequencer.step():
        total += new
    return total


def run_sequencer(stop: Signal, *, pause: float = 1.0) -> None:
    """Sequence about once a second until ``stop`` is set. A lost database is waited for."""
    sequencer: Sequencer | None = None
    while not stop.wait(pause):
        try:
            sequencer = sequencer or Sequencer()
            sequencer.step()
        except DatabaseError:
            _log.warning("the sequencer lost the database; will try again", exc_info=True)
            connection.close()
            sequencer = None  # what answers next may be another cluster
        except LogDamaged:
            _log.exception("the log's tree was altered; no checkpoint is signed until it is mended")
            stop.wait(60)
    connection.close()


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (got,) = cursor.fetchone()
    return bool(got)


def _cursor(stored: Stored | None) -> _Cursor:
    return _Cursor(stored.era, stored.xid, stored.event) if stored else _Cursor()


def _append_all(edge: Edge, cursor: _Cursor, cluster: int | None) -> _Cursor:
    """Append what is ready to the edge and the tables; returns the new cursor."""
    first = edge.size
    era = _current_era(cursor, cluster)
    if era is None:
        era = _begin_era(edge, cursor, cluster)
    if era > cursor.era:
        cursor = _Cursor(era=era)
    while edge.size - first < MOST_AT_ONCE:
        rows = _ready(cursor)
        if not rows:
            break
        cursor = _append(edge, rows, cursor)
        if len(rows) < BATCH:
            break
    return cursor


def _ready(cursor: _Cursor) -> list[_Ready]:
    """The next events of the era behind which no older transaction can still commit."""
    with connection.cursor() as sql:
        sql.execute(
            "SELECT era, xid::text::bigint, id, entry FROM audit_event"
            " WHERE era = %s AND (xid, id) > (%s::text::xid8, %s)"
            " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY xid, id LIMIT %s",
            [cursor.era, cursor.xid, cursor.event, BATCH],
        )
        rows: list[_Ready] = sql.fetchall()
    return rows


def _left_behind(cursor: _Cursor) -> list[_Ready]:
    """All events since the cursor's era that are not in the tree, in whatever order."""
    with connection.cursor() as sql:
        sql.execute(
            "SELECT era, xid::text::bigint, id, entry FROM audit_event e"
            " WHERE era >= %s AND NOT EXISTS (SELECT 1 FROM audit_leaf WHERE event = e.id)"
            " ORDER BY era, xid, id",
            [cursor.era],
        )
        rows: list[_Ready] = sql.fetchall()
    return rows


def _append(edge: Edge, rows: list[_Ready], cursor: _Cursor) -> _Cursor:
    if not rows:
        return cursor
    first, hashes = edge.size, [leaf_hash(row[3]) for row in rows]
    finished = edge.append(hashes)
    leaves = [
        (first + at, row[2], hash_)
        for at, (row, hash_) in enumerate(zip(rows, hashes, strict=True))
    ]
    _copy(
        "COPY audit_leaf (number, event, hash) FROM STDIN (FORMAT BINARY)",
        ("int8", "int8", "bytea"),
        leaves,
    )
    _copy(
        "COPY audit_tile (level, number, hashes, root) FROM STDIN (FORMAT BINARY)",
        ("int2", "int8", "bytea", "bytea"),
        finished,
    )
    era, xid, event, _ = rows[-1]
    return _Cursor(era, xid, event)


def _copy(statement: str, types: tuple[str, ...], rows: list[Any]) -> None:
    if not rows:
        return
    with psycopg.Cursor(connection.connection) as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _cluster() -> int | None:
    """The database cluster's identifier; ``None`` when the server may not read its own.

    It reads its control file by the full path, which its account may not be able to walk.
    """
    try:
        with transaction.atomic(), connection.cursor() as sql:
            sql.execute("SELECT system_identifier FROM pg_control_system()")
            return int(sql.fetchone()[0])
    except DatabaseError:
        _log.warning("the database server may not read its own identifier", exc_info=True)
        return None


def _current_era(cursor: _Cursor, cluster: int | None) -> int | None:
    """The era that transactions are numbered in now; ``None`` when a new one must begin.

    A logical restore keeps old events with their old numbers while the new cluster counts from
    its own, perhaps much lower, so numbers of two clusters must never be compared.
    """
    with connection.cursor() as sql:
        sql.execute(
            "SELECT id, coalesce(cluster <> %s::bigint, false),"
            " %s::text::xid8 < pg_snapshot_xmax(pg_current_snapshot())"
            " FROM audit_era ORDER BY id DESC LIMIT 1",
            [cluster, cursor.xid],
        )
        era, moved, counts_on = sql.fetchone()
    return None if moved or not (counts_on or era > cursor.era) else int(era)


def _begin_era(edge: Edge, cursor: _Cursor, cluster: int | None) -> int:
    """Close the old era with whatever it left behind, and number events anew."""
    with connection.cursor() as sql:
        # Waits for writers under the old number and keeps new ones out until the commit.
        sql.execute("LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE")
        before = edge.size
        _append(edge, _left_behind(cursor), cursor)
        sql.execute(
            "INSERT INTO audit_era (cluster, settled_from, settled_to) VALUES (%s, %s, %s)"
            " RETURNING id",
            [cluster, before, edge.size],
        )
        (era,) = sql.fetchone()
    return int(era)
