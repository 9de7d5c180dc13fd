"""Sealing a file in chunks that can be neither swapped, dropped nor appended to.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance, CRYPTO 2015): every chunk has the nonce
``prefix(7) ‖ number(4) ‖ last(1)``, so a chunk opens only in its place, and only the one sealed
as the last one may end the file. The key is random for each file; the file's identifier and the
head are authenticated with every chunk.

A sealed file is ``format(1) ‖ suite(1) ‖ prefix(7)`` and then the chunks, each of
:data:`CHUNK_BYTES` and a tag of 16 bytes, the last one shorter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from dangan.vault.rules import TAG_BYTES, Suite, Tampered, decrypt, encrypt, suite_of

CHUNK_BYTES = 2**20
HEAD_BYTES = 9
_FORMAT = 1
_PREFIX_BYTES = 7


class Readable(Protocol):
    """What chunks are read from."""

    def read(self, size: int = ..., /) -> bytes: ...


def key_bytes(suite: Suite) -> int:
    """Length of a file's key: AES-256 or SM4."""
    return 32 if suite is Suite.AES else 16


def sealed_size(size: int) -> int:
    """Bytes a file of ``size`` takes when sealed."""
    chunks = max(1, -(-size // CHUNK_BYTES))
    return HEAD_BYTES + size + chunks * TAG_BYTES


def seal_chunks(suite: Suite, key: bytes, file: UUID, plain: Readable) -> Iterator[bytes]:
    """The sealed file piece by piece; never more than two chunks are held."""
    head = bytes((_FORMAT, suite)) + os.urandom(_PREFIX_BYTES)
    yield head
    chunk = _read(plain, CHUNK_BYTES)
    number, last = 0, False
    while not last:
        following = _read(plain, CHUNK_BYTES) if len(chunk) == CHUNK_BYTES else b""
        last = not following
        yield encrypt(suite, key, _nonce(head, number, last), chunk, _bound(head, file))
        chunk, number = following, number + 1


def open_chunks(key: bytes, file: UUID, sealed: Readable) -> Iterator[bytes]:
    """The file piece by piece, each checked before it is given out.

    Raises :class:`Tampered` where a byte or the order differs, something is missing or added.
    """
    head = _read(sealed, HEAD_BYTES)
    if len(head) < HEAD_BYTES or head[0] != _FORMAT:
        raise Tampered
    suite = suite_of(head[1])
    chunk = _read(sealed, CHUNK_BYTES + TAG_BYTES)
    number, last = 0, False
    while not last:
        full = len(chunk) == CHUNK_BYTES + TAG_BYTES
        following = _read(sealed, CHUNK_BYTES + TAG_BYTES) if full else b""
        last = not following
        if len(chunk) < TAG_BYTES:
            raise Tampered
        yield decrypt(suite, key, _nonce(head, number, last), chunk, _bound(head, file))
        chunk, number = following, number + 1


def _nonce(head: bytes, number: int, last: bool) -> bytes:
    return head[2:] + number.to_bytes(4, "big") + bytes((last,))


def _bound(head: bytes, file: UUID) -> bytes:
    return head + file.bytes


def _read(source: Readable, size: int) -> bytes:
    """Exactly ``size`` bytes, fewer only at the end: a source may give less than asked for."""
    data = source.read(size)
    while data and len(data) < size:
        more = source.read(size - len(data))
        if not more:
            break
        data += more
    return data
