"""The ledger of what was destroyed, taken along so that no restore brings it back.

It holds random identifiers only, is signed, and says how far into the log it reaches. It is written
to ``ledger.json`` in the home every minute and sent to both places, beside the log's checkpoints.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from dangan.operations.backup import names
from dangan.operations.backup.identity import signer
from dangan.operations.backup.rules.manifest import LEDGER_FORMAT, Ledger, encode

_KEYS = "SELECT subject::text, epoch, at FROM keystore.destroyed ORDER BY at, subject"
_WITHHELD = "SELECT subject::text FROM keystore.withheld_key ORDER BY 1"
_FILES = "SELECT id::text FROM files_sealedfile WHERE state = 'gone' ORDER BY 1"
_ROWS = """
SELECT subject::text, object FROM audit_event
WHERE action = 'record.destroy' AND outcome = 'done' AND subject IS NOT NULL ORDER BY id
"""
_VOLUMES = """
SELECT subject_id::text, id::text FROM catalogue_volume WHERE standing = 'destroyed' ORDER BY 2
"""
_MATERIALS = """
SELECT subject::text, id::text FROM catalogue_material WHERE state = 'destroyed' ORDER BY 2
"""
_RESTRICTED = "SELECT id::text FROM catalogue_volume WHERE restricted_at IS NOT NULL ORDER BY 1"


def collect() -> Ledger:
    """The ledger as it stands, with the newest tree of the log."""
    with transaction.atomic():
        # The tree first: what it covers has been committed before what follows is read.
        tree = _all(
            "SELECT size, encode(root, 'hex') FROM audit_checkpoint ORDER BY 1 DESC LIMIT 1"
        )
        size, root = tree[0] if tree else (0, "")
        at = _all("SELECT clock_timestamp()")[0][0]
        return Ledger(
            format=LEDGER_FORMAT,
            at=at,
            size=size,
            root=root,
            keys=tuple((subject, epoch, when) for subject, epoch, when in _all(_KEYS)),
            withheld=tuple(row[0] for row in _all(_WITHHELD)),
            files=tuple(row[0] for row in _all(_FILES)),
            rows=tuple((row[0], row[1]) for row in _all(_ROWS)),
            volumes=tuple((row[0], row[1]) for row in _all(_VOLUMES)),
            materials=tuple((row[0], row[1]) for row in _all(_MATERIALS)),
            restricted=tuple(row[0] for row in _all(_RESTRICTED)),
        )


def signed() -> bytes:
    """The ledger, signed, as it is handed over."""
    return signer().sign(encode(collect()))


def write() -> bytes:
    """Puts the ledger into the home, whole or not at all; returns it."""
    document = signed()
    place = settings.DANGAN.home / names.LEDGER
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(place)
    return document


def _all(statement: str) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode())
        return cursor.fetchall()
