"""The rows of many tables as one stream, and back.

A table is a line of JSON (its name and columns), then blocks — ``length(4) ‖ packed(1) ‖ bytes`` —
then a block of length 0 followed by the number of rows and the SHA-256 of all its bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from dangan.operations.backup.rules.problems import Damaged

BLOCK = 1 << 18
_WORTH = 0.85
"""Sealed values cannot be packed; a table is packed when its first block shrinks below this."""


class Head(msgspec.Struct, frozen=True):
    """What stands before a table's rows."""

    table: str
    columns: tuple[str, ...]


class Count(Protocol):
    """Told what a table came to: rows, bytes, digest."""

    def __call__(self, head: Head, rows: int, size: int, sha256: str) -> None: ...


class Rows(Protocol):
    """A table's bytes, and once they have all come how many rows they were."""

    count: int

    def __iter__(self) -> Iterator[bytes]: ...


def written(head: Head, rows: Rows, told: Count) -> Iterator[bytes]:
    """The stream of one table."""
    yield msgspec.json.encode(head) + b"\n"
    digest, size = hashlib.sha256(), 0
    packed: bool | None = None
    for block in _blocks(rows):
        digest.update(block)
        size += len(block)
        small = zlib.compress(block, 1) if packed is not False else b""
        if packed is None:
            packed = len(small) < len(block) * _WORTH
        body = small if packed else block
        yield len(body).to_bytes(4, "big") + (b"\1" if packed else b"\0") + body
    yield bytes(4) + rows.count.to_bytes(8, "big") + digest.digest()
    told(head, rows.count, size, digest.hexdigest())


def _blocks(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Rows put together to blocks."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


class Loader(Protocol):
    """Takes a table's bytes in; :meth:`end` says how many rows they were."""

    def write(self, data: bytes, /) -> None: ...
    def end(self) -> int: ...
    def drop(self) -> None: ...


class Reader:
    """Takes the stream in pieces of any length and hands each table to a loader of its own.

    Raises :class:`Damaged` naming the table when its bytes, their number or its rows differ.
    """

    def __init__(self, open_table: Callable[[Head], Loader], told: Count) -> None:
        self._open, self._told = open_table, told
        self._buffer = bytearray()
        self._head: Head | None = None
        self._loader: Loader | None = None
        self._digest = hashlib.sha256()
        self._size = 0

    def take(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def finish(self) -> None:
        """The stream must have ended between two tables."""
        if self._buffer or self._head is not None:
            raise Damaged(self._name, "在中间断了。")

    def where(self) -> str:
        """How far it has come, for a sentence."""
        return f"，在表 {self._head.table} 第 {self._size} 字节之后" if self._head else ""

    def drop(self) -> None:
        """Ends what is under way, whatever state it is in."""
        if self._loader is not None:
            self._loader.drop()
            self._loader = None

    @property
    def _name(self) -> str:
        return f"表 {self._head.table}" if self._head else "数据流"

    def _step(self) -> bool:
        if self._head is None or self._loader is None:
            return self._begin()
        if len(self._buffer) < 5:
            return False
        length = int.from_bytes(self._buffer[:4], "big")
        if length == 0:
            return self._end(self._loader, self._head)
        if len(self._buffer) < 5 + length:
            return False
        body = bytes(self._buffer[5 : 5 + length])
        block = self._unpacked(body) if self._buffer[4] else body
        del self._buffer[: 5 + length]
        self._digest.update(block)
        self._size += len(block)
        self._loader.write(block)
        return True

    def _begin(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        try:
            self._head = msgspec.json.decode(self._buffer[:end], type=Head)
        except msgspec.DecodeError:
            raise Damaged("数据流", "读不出表名。") from None
        del self._buffer[: end + 1]
        self._digest, self._size = hashlib.sha256(), 0
        self._loader = self._open(self._head)
        return True

    def _end(self, loader: Loader, head: Head) -> bool:
        if len(self._buffer) < 44:
            return False
        count = int.from_bytes(self._buffer[4:12], "big")
        digest = bytes(self._buffer[12:44])
        del self._buffer[:44]
        loaded = loader.end()
        if digest != self._digest.digest() or loaded != count:
            raise Damaged(self._name, f"应有 {count} 行，载入 {loaded} 行，或摘要不符。")
        self._told(head, count, self._size, digest.hex())
        self._head = self._loader = None
        return True

    def _unpacked(self, body: bytes) -> bytes:
        try:
            return zlib.decompress(body)
        except zlib.error:
            raise Damaged(self._name, "数据块解不开。") from None
