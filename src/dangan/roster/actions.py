"""Writes to the roster: the dossiers room calls these in its own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from django.db import connection

from dangan.dictionary import queries as dictionary_queries
from dangan.roster import bodies
from dangan.roster.bodies import Layout
from dangan.roster.rules import RosterEntry
from dangan.vault.rules import SubjectKey, seal

_BATCH = 2_000

_PUT = """
INSERT INTO roster_entry (subject, unit, state, sealed)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[])
ON CONFLICT (subject) DO UPDATE SET unit = excluded.unit, state = excluded.state,
    sealed = excluded.sealed, xid = pg_current_xact_id()
"""

_REMOVE = """
UPDATE roster_entry SET unit = NULL, state = '', sealed = NULL, xid = pg_current_xact_id()
WHERE subject = ANY(%s::uuid[]) AND sealed IS NOT NULL
"""

_ADOPT = """
UPDATE roster_entry SET xid = pg_current_xact_id()
WHERE xid > pg_current_xact_id()
"""


def put(entries: Iterable[RosterEntry], keys: Mapping[UUID, SubjectKey]) -> int:
    """Seal and store these entries, replacing older ones, in the caller's transaction.

    `keys` holds the key of every subject. Of two entries of one subject the later counts.
    Returns how many were stored.
    """
    # One order of locking for everybody: two bulk writers cannot wait for each other.
    latest = {entry.subject: entry for entry in entries}
    if not latest:
        return 0
    layout = bodies.layout_of(dictionary_queries.current())
    number = _layout_number(layout)
    ordered = [latest[subject] for subject in sorted(latest)]
    with connection.cursor() as cursor:
        for batch in _batches(ordered):
            cursor.execute(_PUT, _columns(batch, keys, number, layout))
    return len(latest)


def remove(subjects: Iterable[UUID]) -> int:
    """Take people out of the roster, in the caller's transaction. Returns how many were in it."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [sorted(set(subjects))])
        return int(cursor.rowcount)


def adopt() -> int:
    """Renumber entries that came from another cluster, after a logical restore.

    Their transaction numbers may lie in this cluster's future, and every query would take them
    for new. Returns how many were renumbered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADOPT)
        return int(cursor.rowcount)


def _columns(
    batch: Sequence[RosterEntry], keys: Mapping[UUID, SubjectKey], number: int, layout: Layout
) -> list[list[object]]:
    return [
        [entry.subject for entry in batch],
        [entry.unit for entry in batch],
        [entry.state for entry in batch],
        [
            seal(
                keys[entry.subject],
                bodies.place_of(entry.subject),
                bodies.encode(entry, number, layout),
            )
            for entry in batch
        ],
    ]


def _layout_number(layout: Layout) -> int:
    digest = hashlib.sha256("\n".join(layout).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM roster_layout WHERE digest = %s", [digest])
        found = cursor.fetchone()
        if found is None:
            # On a conflict the other transaction has committed by the time this one goes on.
            cursor.execute(
                "INSERT INTO roster_layout (paths, digest) VALUES (%s, %s)"
                " ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id",
                [list(layout), digest],
            )
            found = cursor.fetchone()
    return int(found[0])


def _batches(entries: Sequence[RosterEntry]) -> Iterator[Sequence[RosterEntry]]:
    for start in range(0, len(entries), _BATCH):
        yield entries[start : start + _BATCH]
