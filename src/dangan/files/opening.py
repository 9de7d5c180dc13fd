"""How kept files are sealed: places of the seals, keys, and the way to and from the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dangan.files.incoming import Incoming, Settled
from dangan.files.models import SealedFile
from dangan.files.reader import SealedReader
from dangan.files.rules import open_chunks
from dangan.files.storage import files, open_object
from dangan.vault.rules import Place, SubjectKey, Tampered, seal, unseal


def name_place(file: SealedFile) -> Place:
    """The seal of a file's name."""
    return Place("file", file.subject, "name", file.id)


def key_place(file: SealedFile) -> Place:
    """The seal of a file's own key."""
    return Place("file", file.subject, "key", file.id)


def store(key: SubjectKey, file: SealedFile, incoming: Incoming) -> Settled:
    """Moves what came in to its place and leaves its key, wrapped, in ``file.sealed_key``.

    ``file`` has the identifier of the spool. When this returns, the disk has it: whatever happens
    next, a row that names it can be opened.
    """
    file.sealed_key = seal(key, key_place(file), incoming.spool.key)
    return incoming.settle(file.object)


def open_name(key: SubjectKey, file: SealedFile) -> str:
    return unseal(key, name_place(file), bytes(file.sealed_name)).decode()


def open_content(key: SubjectKey, file: SealedFile) -> Iterator[bytes]:
    """The file piece by piece. Raises :class:`Tampered`, also when the disk has lost it."""
    own = unseal(key, key_place(file), bytes(file.sealed_key))
    try:
        handle = open_object(file.object)
    except FileNotFoundError:
        raise Tampered from None
    with handle:
        yield from open_chunks(own, file.id, handle)


def open_random(key: SubjectKey, file: SealedFile) -> SealedReader:
    """The file as one that can be read anywhere, opening only the chunks that are asked for.

    ``key`` is the key of ``file.subject`` (``vault.queries.key_of``). To be closed by the caller.
    Raises :class:`Tampered`, also when the disk has lost it or a part of it; so may every read.
    """
    own = unseal(key, key_place(file), bytes(file.sealed_key))
    try:
        descriptor = files().descriptor(file.object)
    except FileNotFoundError:
        raise Tampered from None
    try:
        reader = SealedReader(descriptor, own, file.id)
    except BaseException:
        os.close(descriptor)
        raise
    if reader.size != file.size:
        reader.close()
        raise Tampered
    return reader
