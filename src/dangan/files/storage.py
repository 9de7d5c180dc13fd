"""Where sealed files lie: one folder of random names, each whole and flushed to the disk before
the row that names it can be committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.storage import FileSystemStorage, storages


class DurableStorage(FileSystemStorage):
    """A folder of sealed files; they come into it by :mod:`dangan.files.incoming` only."""


def flush(path: Path) -> None:
    """Waits until the disk has a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_room(name: UUID) -> Path:
    """The place of an object, its folder made and on the disk."""
    place = Path(files().path(place_of(name)))
    if not place.parent.exists():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flush(place.parent.parent)
    return place


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
