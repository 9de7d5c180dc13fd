"""Where sealed files lie: one folder of random names, each written whole and flushed to the disk
before the row that names it can be committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

if TYPE_CHECKING:
    _Content = File[bytes]
else:
    _Content = File  # generic only in the stubs


class DurableStorage(FileSystemStorage):
    """A folder that has flushed a file, and the name of it, before it says that it is saved."""

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # absent from the stubs
        path = Path(self.path(saved))
        _flush(path)
        _flush(path.parent)
        return saved


class Pieces(_Content):
    """Content that is made while it is written, so that it never lies in memory as a whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__(None)
        self._pieces = pieces

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        del chunk_size
        yield from self._pieces


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place_of(name: UUID) -> str:
    """The path of an object in the storage; two levels, so that no folder grows too large."""
    text = name.hex
    return f"{text[:2]}/{text}"


def files() -> FileSystemStorage:
    """The storage of sealed files (alias ``files``)."""
    found: Any = storages["files"]
    assert isinstance(found, FileSystemStorage)  # noqa: S101 - the settings name it
    return found


def stored_objects() -> Iterator[tuple[UUID, datetime]]:
    """Every object in the storage and when it was written; what has another name is left alone."""
    storage = files()
    root = Path(storage.location)
    for folder in sorted(root.glob("??")):
        for path in sorted(folder.iterdir()):
            try:
                name = UUID(hex=path.name)
            except ValueError:
                continue
            yield name, storage.get_modified_time(place_of(name))
