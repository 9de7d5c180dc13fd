"""Files on their way in: sealed piece by piece while they arrive, under a key that only this
process knows, until somebody keeps them.

They lie in ``incoming/`` beside the kept ones, each locked by the process that receives it. What
is not kept goes when it is closed, thrown away or collected as garbage; what a killed process
leaves is noise that nobody has a key for, and is swept up at the next start or night.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile

from dangan.dictionary.rules import Message
from dangan.files.reader import SealedReader
from dangan.files.rules import BadFile, Sealer, key_bytes
from dangan.files.storage import files, waiting_room
from dangan.vault.queries import suite_for_new

if TYPE_CHECKING:
    _Uploaded = UploadedFile[bytes]
else:
    _Uploaded = UploadedFile  # generic only in the stubs

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""How the system says that nothing more can be written."""


def no_room(name: str) -> Message:
    """The sentence for whoever sends a file to a full disk."""
    return Message(
        "磁盘已满，“{name}”没有保存。请联系系统管理员清理磁盘，然后重新上传。", name=name
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that has its place: what its row has to know."""

    digest: bytes
    chunks: int
    size: int


class Spool:
    """One file that is being sealed to the disk. Raises :class:`OSError` as the disk does."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.size = self.chunks = 0
        suite = suite_for_new()
        self.key = os.urandom(key_bytes(suite))
        self._sealer = Sealer(suite, self.key, self.id)
        self._hash = hashlib.sha256()
        self._path, self._descriptor = _fresh()
        self._gone = weakref.finalize(self, _remove, self._path, self._descriptor)
        try:
            self._write(self._sealer.head)
        except BaseException:
            self.remove()
            raise

    def write(self, data: bytes) -> None:
        """Takes the next bytes."""
        self.size += len(data)
        for piece in self._sealer.add(data):
            self._write(piece)
            self.chunks += 1

    def finish(self) -> None:
        """No more bytes come: from now on it can be read and settled."""
        self._write(self._sealer.finish())
        self.chunks += 1

    def reader(self) -> SealedReader:
        """Reads what was written, with a descriptor of its own."""
        return SealedReader(os.dup(self._descriptor), self.key, self.id)

    def settle(self, name: UUID) -> Settled:
        """Moves the file to the place of ``name``. When this returns, the storage has it there."""
        files().take_over(self._path, self._descriptor, name)
        self._gone.detach()
        os.close(self._descriptor)
        return Settled(self._hash.digest(), self.chunks, self.size)

    def remove(self) -> None:
        """Takes it from the disk, unless it was settled."""
        self._gone()

    def _write(self, piece: bytes) -> None:
        self._hash.update(piece)
        view = memoryview(piece)
        while view:
            view = view[os.write(self._descriptor, view) :]


class Incoming(_Uploaded):
    """An uploaded file whose content lies sealed on the disk; reads and seeks like any other.

    A file that could not be taken in — too large, no room on the disk — is one too, with a
    ``refusal``: reading it or keeping it raises :class:`BadFile` with that sentence, so that the
    rest of a batch is not lost with it.
    """

    def __init__(
        self,
        name: str,
        spool: Spool | None,
        *,
        size: int = 0,
        refusal: Message | None = None,
        content_type: str = "",
    ) -> None:
        self.refusal = refusal
        self._spool = spool
        reader: Any = spool.reader() if spool is not None else None
        super().__init__(reader, name, content_type, spool.size if spool is not None else size)

    @property
    def spool(self) -> Spool:
        """What lies on the disk; raises :class:`BadFile` when nothing could be taken in."""
        if self.refusal is not None:
            raise BadFile(self.refusal)
        if self._spool is None:
            raise ValueError("an incoming file is kept once, and not after it was closed")
        return self._spool

    def read(self, size: int = -1, /) -> bytes:
        if self.refusal is not None:
            raise BadFile(self.refusal)
        data: bytes = self._reader().read(size)
        return data

    def _reader(self) -> Any:
        if self.file is None:
            raise ValueError("an incoming file that was closed is not read")
        return self.file

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.seek(0)
        while piece := self.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
            yield piece

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        del chunk_size
        return True

    def settle(self, name: UUID) -> Settled:
        """See :meth:`Spool.settle`; it can still be read, until it is closed."""
        settled = self.spool.settle(name)
        self._spool = None
        return settled

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
        if self._spool is not None:
            self._spool.remove()
            self._spool = None

    def __enter__(self) -> Self:
        return self


def take_in(name: str, pieces: Iterable[bytes]) -> Incoming:
    """``pieces`` sealed to the disk as an incoming file.

    Raises :class:`BadFile` when the disk is full, and whatever the pieces raise; nothing is left
    then.
    """
    spool: Spool | None = None
    try:
        spool = Spool()
        for piece in pieces:
            spool.write(piece)
        spool.finish()
    except BaseException as error:
        if spool is not None:
            spool.remove()
        if isinstance(error, OSError) and error.errno in FULL:
            raise BadFile(no_room(name)) from error
        raise
    return Incoming(name, spool)


def sweep_incoming() -> int:
    """Removes what processes that are no more were receiving; returns how much it was."""
    removed = 0
    for path in waiting_room().glob("*"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            removed += 1
        except BlockingIOError:
            continue  # somebody is at it
        finally:
            os.close(descriptor)
    return removed


def _fresh() -> tuple[Path, int]:
    """A new locked file, and nobody else's: a sweep may take one before it is locked."""
    folder = waiting_room()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        path = folder / uuid4().hex
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


def _remove(path: Path, descriptor: int) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)
