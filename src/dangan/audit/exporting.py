"""Writing the whole log to a file that :mod:`dangan.audit.verifier` checks off-line.

JSON lines: ``{"type": "log", …}`` with format and public key, all checkpoints, then the events in
their order in the tree, each finished tile right after the event that finished it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction

from dangan.audit import tree
from dangan.audit.rules.merkle import TILE
from dangan.audit.verifier import LOG_FORMAT

_CHUNK = TILE * 16


def export_log(path: Path) -> int:
    """Write the log up to the newest checkpoint; returns the number of events."""
    signed = tree.latest()
    size = signed.size if signed else 0
    with path.open("w", encoding="utf-8") as file, transaction.atomic():
        for line in _lines(size):
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return size


def _lines(size: int) -> Iterator[dict[str, Any]]:
    signer = tree.signer()
    yield {"type": "log", "format": LOG_FORMAT, "size": size, "public_key": str(signer.public)}
    # What was signed before a restore is of another name; the later ones cover the same leaves.
    since = max((end for _, end in tree.former_lines()), default=-1)
    for (note,) in _rows(
        "SELECT note FROM audit_checkpoint WHERE size <= %s AND size > %s ORDER BY size",
        size,
        since,
    ):
        yield {"type": "checkpoint", "note": note}
    for start in range(0, size, _CHUNK):
        end = min(start + _CHUNK, size)
        tiles = _tiles_finished(start, end)
        for leaf, event, entry in _rows(
            "SELECT l.number, l.event, e.entry FROM audit_leaf l"
            " JOIN audit_event e ON e.id = l.event"
            " WHERE l.number >= %s AND l.number < %s ORDER BY l.number",
            start,
            end,
        ):
            yield {"type": "event", "leaf": leaf, "event": event, "entry": _text(entry)}
            yield from tiles.get(leaf, ())


def _tiles_finished(start: int, end: int) -> dict[int, list[dict[str, Any]]]:
    """The tiles finished by leaves ``start`` to ``end``, by that leaf, lowest level first."""
    found: dict[int, list[dict[str, Any]]] = {}
    level, span = 0, TILE
    while span <= end:
        for number, hashes in _rows(
            "SELECT number, hashes FROM audit_tile"
            " WHERE level = %s AND number >= %s AND number < %s ORDER BY number",
            level,
            start // span,
            end // span,
        ):
            last = (number + 1) * span - 1
            line = {"type": "tile", "level": level, "number": number, "hashes": _text(hashes)}
            found.setdefault(last, []).append(line)
        level, span = level + 1, span * TILE
    return found


def _rows(statement: str, *values: int) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), values, binary=True)
        return cursor.fetchall()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
