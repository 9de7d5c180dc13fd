"""Encrypting to a place: parts of the database, and the sealed files that are not there yet."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

from dangan.operations.backup import age, names
from dangan.operations.backup.rules.manifest import Files, Part
from dangan.operations.backup.snapshot import Snapshot
from dangan.operations.backup.stores import Store

_LINE = struct.Struct(">16s32sQ")
_BLOCK = 1 << 18
_AGE_CHUNK = 1 << 16
_AGE_TAG = 16
_HEAD = range(150, 1_500)
"""How long age's head may be: it adds a stanza of random length, so as not to be told by it. What
a crash of the place cut off is cut by blocks, and shows."""

Open = Callable[[UUID], IO[bytes]]


def send(
    store: Store,
    name: str,
    pieces: Iterator[bytes],
    recipient: Any,
    throttle: Callable[[int], None],
) -> Part:
    """Encrypts what the iterator gives to an object; it appears whole or not at all."""
    sink = store.write(name)
    try:
        counted = age.Counted(sink, throttle)
        age.encrypt(age.Pieces(pieces), counted, recipient)
        sink.done()
    except BaseException:
        sink.abandon()
        raise
    return Part(name, counted.size, counted.sha256)


class Wanted:
    """The sealed files of a snapshot, packed: a million of them take 56 MB."""

    def __init__(self, snap: Snapshot) -> None:
        self._packed = bytearray()
        statement = "SELECT object, digest, size FROM files_sealedfile WHERE state = 'kept'"
        with snap.sql.cursor() as cursor:
            for name, digest, size in cursor.stream(statement, binary=True):
                self._packed += _LINE.pack(name.bytes, bytes(digest), size)

    def __iter__(self) -> Iterator[tuple[UUID, bytes, int]]:
        for raw, digest, size in _LINE.iter_unpack(self._packed):
            yield UUID(bytes=raw), digest, size


@dataclass
class Sent:
    """What became of the files."""

    lines: list[str] = field(default_factory=list)
    count: int = 0
    size: int = 0
    sent: int = 0
    sent_size: int = 0
    missing: list[str] = field(default_factory=list)


class FileSender:
    """Sends the files that the place does not have, and lists all of them.

    Files never change and their names are never used twice, so one of the right length is the
    right one; ``full`` trusts none and sends them all again.
    """

    def __init__(
        self,
        store: Store,
        recipient: Any,
        throttle: Callable[[int], None],
        open_file: Open,
        *,
        full: bool,
    ) -> None:
        self._store, self._recipient, self._throttle = store, recipient, throttle
        self._open = open_file
        self._there = {} if full else dict(store.names("files/"))

    def run(self, wanted: Iterable[tuple[UUID, bytes, int]], gone: Callable[[UUID], bool]) -> Sent:
        """``gone`` says whether a file that is not on the disk was rightly thrown away since."""
        found = Sent()
        with ThreadPoolExecutor(self._store.lanes) as lanes:
            for batch in _batches(wanted, 256):
                for (name, digest, _), size in zip(batch, lanes.map(self._one, batch), strict=True):
                    self._note(found, name, digest, size, gone)
        return found

    def _note(
        self,
        found: Sent,
        name: UUID,
        digest: bytes,
        size: tuple[int, bool] | None,
        gone: Callable[[UUID], bool],
    ) -> None:
        if size is None:
            if not gone(name):
                found.missing.append(name.hex)
            return
        length, fresh = size
        found.lines.append(f"{name.hex} {length} {digest.hex()}")
        found.count += 1
        found.size += length
        if fresh:
            found.sent += 1
            found.sent_size += length

    def _one(self, wanted: tuple[UUID, bytes, int]) -> tuple[int, bool] | None:
        """The sealed length, and whether it was sent now; None when the disk has not got it."""
        name, digest, _ = wanted
        there = self._there.get(names.file_of(name.hex))
        try:
            file = self._open(name)
        except FileNotFoundError:
            return None
        with file:
            size = file.seek(0, 2)
            file.seek(0)
            if there is not None and there - _payload(size) in _HEAD:
                return size, False
            return (size, True) if self._send(name, digest, file) else None

    def _send(self, name: UUID, digest: bytes, file: IO[bytes]) -> bool:
        """Sends one; False when the disk does not hold what was once written."""
        seen = hashlib.sha256()
        sink = self._store.write(names.file_of(name.hex))
        try:
            age.encrypt(
                age.Pieces(_read(file, seen.update)),
                age.Counted(sink, self._throttle),
                self._recipient,
            )
            if seen.digest() != digest:
                sink.abandon()
                return False
            sink.done()
        except BaseException:
            sink.abandon()
            raise
        return True


def listing(store: Store, name: str, sent: Sent, throttle: Callable[[int], None]) -> Files:
    """Writes the list of files beside the back-up: random names, lengths, digests; in clear,
    since a look at the place tells as much."""
    body = gzip.compress("\n".join(sent.lines).encode() + b"\n", 6, mtime=0)
    place = names.part_of(name, "files.txt.gz")
    sink = store.write(place)
    counted = age.Counted(sink, throttle)
    counted.write(body)
    sink.done()
    return Files(
        count=sent.count,
        size=sent.size,
        listing=Part(place, counted.size, counted.sha256),
        sent=sent.sent,
        sent_size=sent.sent_size,
        missing=tuple(sent.missing),
    )


def listed(body: bytes) -> Iterator[tuple[str, int, str]]:
    """Name in hex, sealed length and SHA-256 of each file in a list."""
    for line in gzip.decompress(body).decode("ascii").splitlines():
        if line:
            name, size, digest = line.split(" ")
            yield name, int(size), digest


def _payload(size: int) -> int:
    """How long age's payload is: a nonce, and a tag for each chunk."""
    return _AGE_TAG + size + max(1, -(-size // _AGE_CHUNK)) * _AGE_TAG


def _read(file: IO[bytes], seen: Callable[[bytes], None]) -> Iterator[bytes]:
    while data := file.read(_BLOCK):
        seen(data)
        yield data


def _batches(
    wanted: Iterable[tuple[UUID, bytes, int]], size: int
) -> Iterator[list[tuple[UUID, bytes, int]]]:
    batch = []
    for one in wanted:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
