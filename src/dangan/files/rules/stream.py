"""Sealing a file in chunks that can be neither swapped, dropped nor appended to.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance, CRYPTO 2015): every chunk has the nonce
``prefix(7) ‖ number(4) ‖ last(1)``, so a chunk opens only in its place, and only the one sealed
as the last one may end the file. The key is random for each file; the file's identifier and the
head are authenticated with every chunk.

A sealed file is ``format(1) ‖ suite(1) ‖ prefix(7)`` and then the chunks, each of
:data:`CHUNK_BYTES` and a tag of 16 bytes, the last one shorter. Since every chunk but the last is
of one size, a chunk in the middle is found and opened without those before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from dangan.vault.rules import TAG_BYTES, Suite, Tampered, decrypt, encrypt, suite_of

CHUNK_BYTES = 2**20
HEAD_BYTES = 9
_FORMAT = 1
_PREFIX_BYTES = 7
_SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


class Readable(Protocol):
    """What chunks are read from."""

    def read(self, size: int = ..., /) -> bytes: ...


def key_bytes(suite: Suite) -> int:
    """Length of a file's key: AES-256 or SM4."""
    return 32 if suite is Suite.AES else 16


def chunk_count(size: int) -> int:
    """Chunks of a file of ``size`` bytes; an empty one has one that is empty."""
    return max(1, -(-size // CHUNK_BYTES))


def sealed_size(size: int) -> int:
    """Bytes a file of ``size`` takes when sealed."""
    return HEAD_BYTES + size + chunk_count(size) * TAG_BYTES


class Sealer:
    """Seals a file that arrives in pieces of any size; at most one chunk is held back, since only
    the end of the file says which chunk is the last."""

    def __init__(self, suite: Suite, key: bytes, file: UUID) -> None:
        self.head = bytes((_FORMAT, suite)) + os.urandom(_PREFIX_BYTES)
        self._suite, self._key, self._file = suite, key, file
        self._held: list[memoryview] = []
        self._size = 0
        self._number = 0

    def add(self, data: bytes) -> list[bytes]:
        """The sealed chunks that ``data`` completed, to be written in this order."""
        ready, rest = [], memoryview(data)
        while rest:
            if self._size == CHUNK_BYTES:
                ready.append(self._sealed(last=False))
            part = rest[: CHUNK_BYTES - self._size]
            self._held.append(part)
            self._size += len(part)
            rest = rest[len(part) :]
        return ready

    def finish(self) -> bytes:
        """The last chunk. Nothing can be added after it."""
        return self._sealed(last=True)

    def _sealed(self, *, last: bool) -> bytes:
        whole = self._held[0].obj if len(self._held) == 1 else None
        chunk = (
            whole if isinstance(whole, bytes) and len(whole) == self._size else b"".join(self._held)
        )
        nonce = _nonce(self.head, self._number, last)
        self._held, self._size = [], 0
        self._number += 1
        return encrypt(self._suite, self._key, nonce, chunk, _bound(self.head, self._file))


def seal_chunks(suite: Suite, key: bytes, file: UUID, plain: Readable) -> Iterator[bytes]:
    """The sealed file piece by piece; never more than two chunks are held."""
    sealer = Sealer(suite, key, file)
    yield sealer.head
    while chunk := plain.read(CHUNK_BYTES):
        yield from sealer.add(chunk)
    yield sealer.finish()


def open_chunks(key: bytes, file: UUID, sealed: Readable) -> Iterator[bytes]:
    """The file piece by piece, each checked before it is given out.

    Raises :class:`Tampered` where a byte or the order differs, something is missing or added.
    """
    head = _read(sealed, HEAD_BYTES)
    _suite(head)
    chunk = _read(sealed, _SEALED_CHUNK)
    number, last = 0, False
    while not last:
        following = _read(sealed, _SEALED_CHUNK) if len(chunk) == _SEALED_CHUNK else b""
        last = not following
        yield open_chunk(key, file, head, number, chunk, last=last)
        chunk, number = following, number + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the chunks of a sealed file lie."""

    size: int
    """Of the plain file."""
    chunks: int

    def place(self, number: int) -> tuple[int, int]:
        """Offset and length of a sealed chunk."""
        length = self.size - number * CHUNK_BYTES if number == self.chunks - 1 else CHUNK_BYTES
        return HEAD_BYTES + number * _SEALED_CHUNK, length + TAG_BYTES


def layout_of(sealed: int) -> Layout:
    """The layout of a sealed file of so many bytes; raises :class:`Tampered` for a size that no
    file has."""
    body = sealed - HEAD_BYTES
    chunks = -(-body // _SEALED_CHUNK)
    size = body - chunks * TAG_BYTES
    if chunks < 1 or size < 0 or chunk_count(size) != chunks:
        raise Tampered
    return Layout(size, chunks)


def open_chunk(
    key: bytes, file: UUID, head: bytes, number: int, sealed: bytes, *, last: bool
) -> bytes:
    """One chunk in its place; raises :class:`Tampered`."""
    suite = _suite(head)
    if len(sealed) < TAG_BYTES:
        raise Tampered
    return decrypt(suite, key, _nonce(head, number, last), sealed, _bound(head, file))


def _suite(head: bytes) -> Suite:
    if len(head) < HEAD_BYTES or head[0] != _FORMAT:
        raise Tampered
    return suite_of(head[1])


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
