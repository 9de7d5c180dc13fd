"""Reading anywhere in a sealed file without opening what comes before."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from dangan.files.rules.stream import CHUNK_BYTES, HEAD_BYTES, layout_of, open_chunk
from dangan.vault.rules import Tampered

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

KEPT_CHUNKS = 8
"""Opened chunks that stay in memory: a page of a document rarely spans more."""


class Source(Protocol):
    """A file that can be read anywhere: kept, incoming, or in memory."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class SealedReader(io.RawIOBase):
    """A sealed file as one that can be read and sought; every chunk is authenticated before a
    byte of it is given out.

    The last chunk is opened at once: a file that was cut off or added to is never begun. Any
    read may raise :class:`Tampered`. Closing it closes the descriptor. Not for two threads.
    """

    def __init__(self, descriptor: int, key: bytes, file: UUID) -> None:
        super().__init__()
        self._descriptor, self._key, self._file = descriptor, key, file
        self._head = os.pread(descriptor, HEAD_BYTES, 0)
        self._layout = layout_of(os.fstat(descriptor).st_size)
        self._chunks: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0
        self._chunk(self._layout.chunks - 1)

    @property
    def size(self) -> int:
        """Bytes of the plain file."""
        return self._layout.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("sought before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """As much as asked for, less only at the end."""
        left = self.size - self._at if size is None or size < 0 else size
        parts = []
        while left > 0 and self._at < self.size:
            number, begin = divmod(self._at, CHUNK_BYTES)
            part = self._chunk(number)[begin : begin + left]
            parts.append(part)
            self._at += len(part)
            left -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._chunks.clear()
            os.close(self._descriptor)
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self.closed:
            raise ValueError("read from a closed file")
        found = self._chunks.get(number)
        if found is not None:
            self._chunks.move_to_end(number)
            return found
        offset, length = self._layout.place(number)
        sealed = os.pread(self._descriptor, length, offset)
        if len(sealed) != length:
            raise Tampered
        last = number == self._layout.chunks - 1
        plain = open_chunk(self._key, self._file, self._head, number, sealed, last=last)
        self._chunks[number] = plain
        if len(self._chunks) > KEPT_CHUNKS:
            self._chunks.popitem(last=False)
        return plain
