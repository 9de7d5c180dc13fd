"""The stored tree: tiles, leaves, checkpoints and the key that signs them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from dangan.audit.rules import Checkpoint, Verifier, public_key_of
from dangan.audit.rules.merkle import TILE
from dangan.vault.actions import named_secret

KEY_NAME = "log-signature"
"""The secret that holds the signing key; after a restore the one before is kept under another."""

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's name and the key that signs for it."""

    origin: str
    key: Ed25519PrivateKey

    def sign(self, size: int, root: bytes) -> str:
        """The signed note for a tree of ``size`` leaves under ``root``."""
        return Checkpoint(self.origin, size, root).sign(self.key)

    @property
    def public(self) -> Verifier:
        return public_key_of(self.origin, self.key)


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint in the database, and how far into the log its tree reaches."""

    size: int
    root: bytes
    note: str
    era: int
    xid: int
    event: int


def signer() -> Signer:
    """The signing key, made at first use and kept under the root secret."""
    secret = named_secret(KEY_NAME, lambda: secrets.token_bytes(_KEY_BYTES + 8))
    key = Ed25519PrivateKey.from_private_bytes(secret[:_KEY_BYTES])
    return Signer(f"dangan/log/{secret[_KEY_BYTES:].hex()}", key)


@lru_cache(maxsize=1)
def public_key() -> Verifier:
    """The public half, which is no secret: read once a process."""
    return signer().public


FormerLines = Callable[[], list[tuple[str, int]]]
_former: list[FormerLines] = []


def register_former_lines(provider: FormerLines) -> None:
    """Lets the room that restores say which keys signed this log before, up to which size, oldest
    first. A restored log goes on under a new name: see docs/decisions/0038."""
    _former[:] = [provider]


def former_lines() -> list[tuple[Verifier, int]]:
    """Keys that signed this log before a restore, each with the size at which its line ended."""
    return [(Verifier.parse(key), size) for one in _former for key, size in one()]


def latest() -> Stored | None:
    """The newest checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note, era, xid::text::bigint, event FROM audit_checkpoint"
            " ORDER BY size DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return Stored(*row) if row else None


def tiles(level: int, number: int, width: int) -> Sequence[bytes]:
    """The first ``width`` hashes of a tile, finished or not (see :data:`rules.merkle.Tiles`)."""
    with connection.cursor() as cursor:
        if width == TILE:
            cursor.execute(
                "SELECT hashes FROM audit_tile WHERE level = %s AND number = %s", [level, number]
            )
            (hashes,) = cursor.fetchone() or (b"",)
            return [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        start, end = number * TILE, number * TILE + width
        if level == 0:
            cursor.execute(
                "SELECT hash FROM audit_leaf WHERE number >= %s AND number < %s ORDER BY number",
                [start, end],
            )
        else:
            cursor.execute(
                "SELECT root FROM audit_tile WHERE level = %s AND number >= %s AND number < %s"
                " ORDER BY number",
                [level - 1, start, end],
            )
        return [hash_ for (hash_,) in cursor.fetchall()]


class TilesOf:
    """The tiles of the tree of ``size`` leaves, each read once: a proof asks for one repeatedly."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read: dict[tuple[int, int], Sequence[bytes]] = {}

    def __call__(self, level: int, number: int, width: int) -> Sequence[bytes]:
        found = self._read.get((level, number))
        if found is None:
            whole = min(TILE, self._size // TILE**level - number * TILE)
            found = self._read[level, number] = tiles(level, number, whole)
        return found[:width]
