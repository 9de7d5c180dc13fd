"""Proving that one event is in the log, and how the log stands."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from dangan.audit import tree
from dangan.audit.exporters import last_in_file
from dangan.audit.rules import BadNote, Verifier, leaf_hash, verify_inclusion
from dangan.audit.rules.merkle import BadProof, inclusion_proof, siblings_left


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
