"""Where sealed files lie: a folder or a bucket of random names, each whole and safe before the row
that names it can be committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages

if TYPE_CHECKING:
    from dangan.files.buckets import BucketStorage


class StoreUnavailable(OSError):  # noqa: N818 - reads as a sentence where it is raised
    """The store does not answer, or not as it should; nothing was changed in the database."""

    passing = True


class DurableStorage(FileSystemStorage):
    """A folder of sealed files; they come into it by :mod:`dangan.files.incoming` only."""

    def take_over(self, path: Path, descriptor: int, name: UUID) -> None:
        """Moves a whole sealed file to its place. When this returns, the disk has it there."""
        place = Path(self.path(place_of(name)))
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flush(place.parent.parent)
        os.fsync(descriptor)
        path.rename(place)
        flush(place.parent)

    def descriptor(self, name: UUID) -> int:
        """The file, open for reading anywhere; raises :class:`FileNotFoundError`."""
        return os.open(self.path(place_of(name)), os.O_RDONLY | os.O_CLOEXEC)

    def objects(self) -> Iterator[tuple[UUID, datetime]]:
        """Every object and when it was written; what has another name is left alone."""
        root = Path(self.location)
        for folder in sorted(root.glob("??")):
            for path in sorted(folder.iterdir()):
                if (name := named(path.name)) is not None:
                    yield name, self.get_modified_time(place_of(name))


def flush(path: Path) -> None:
    """Waits until the disk has a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place_of(name: UUID) -> str:
    """The path of an object in the storage; two levels, so that no folder grows too large."""
    text = name.hex
    return f"{text[:2]}/{text}"


def named(text: str) -> UUID | None:
    """The name of an object, or None for what is none of ours."""
    try:
        return UUID(hex=text)
    except ValueError:
        return None


def files() -> DurableStorage | BucketStorage:
    """The storage of sealed files (alias ``files``)."""
    found: Any = storages["files"]
    assert isinstance(found, Storage)  # noqa: S101 - the settings name it
    return cast("DurableStorage", found)


def waiting_room() -> Path:
    """The folder of this machine where files lie sealed while they arrive."""
    storage = files()
    root = storage.location if isinstance(storage, FileSystemStorage) else None
    return Path(root or settings.DANGAN.home / "files") / "incoming"


def open_object(name: UUID) -> IO[bytes]:
    """The sealed bytes from the beginning; raises :class:`FileNotFoundError`."""
    return cast("IO[bytes]", files().open(place_of(name)))


def stored_objects() -> Iterator[tuple[UUID, datetime]]:
    """Every object in the storage and when it was written."""
    return files().objects()
