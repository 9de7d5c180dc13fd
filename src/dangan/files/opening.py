"""How files are sealed: places of the seals, keys, and the way to and from the disk."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass

from dangan.files.models import SealedFile
from dangan.files.rules import CHUNK_BYTES, open_chunks, seal_chunks
from dangan.files.rules.stream import key_bytes
from dangan.files.storage import Pieces, files, place_of
from dangan.vault.rules import Place, SubjectKey, Tampered, seal, unseal


def name_place(file: SealedFile) -> Place:
    """The seal of a file's name."""
    return Place("file", file.subject, "name", file.id)


def key_place(file: SealedFile) -> Place:
    """The seal of a file's own key."""
    return Place("file", file.subject, "key", file.id)


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies on the disk now."""

    digest: bytes
    chunks: int


def store(key: SubjectKey, file: SealedFile, data: bytes) -> Stored:
    """Writes ``data`` sealed under a new key, which is left in ``file.sealed_key``.

    When this returns, the disk has it: whatever happens next, a row that names it can be opened.
    """
    own = os.urandom(key_bytes(key.suite))
    file.sealed_key = seal(key, key_place(file), own)
    hashed = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in seal_chunks(key.suite, own, file.id, io.BytesIO(data)):
            hashed.update(piece)
            yield piece

    files().save(place_of(file.object), Pieces(pieces()))
    return Stored(hashed.digest(), max(1, -(-len(data) // CHUNK_BYTES)))


def open_name(key: SubjectKey, file: SealedFile) -> str:
    return unseal(key, name_place(file), bytes(file.sealed_name)).decode()


def open_content(key: SubjectKey, file: SealedFile) -> Iterator[bytes]:
    """The file piece by piece. Raises :class:`Tampered`, also when the disk has lost it."""
    own = unseal(key, key_place(file), bytes(file.sealed_key))
    try:
        handle = files().open(place_of(file.object))
    except FileNotFoundError:
        raise Tampered from None
    with handle:
        yield from open_chunks(own, file.id, handle)
