"""What every place can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Lost(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """There is no object of this name."""


class Readable(Protocol):
    """An object being read from its beginning."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Sink(Protocol):
    """An object being written: invisible until :meth:`done`, gone after :meth:`abandon`."""

    def write(self, data: bytes, /) -> int: ...
    def done(self) -> None: ...
    def abandon(self) -> None: ...


class Store(Protocol):
    """A place. All methods raise :class:`..rules.problems.Unreachable` when it does not answer."""

    @property
    def label(self) -> str:
        """The place in words, without passwords."""
        ...

    @property
    def lanes(self) -> int:
        """How many objects may be written at once with profit."""
        ...

    def write(self, name: str) -> Sink: ...

    def read(self, name: str) -> Readable:
        """Raises :class:`Lost`."""
        ...

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Every whole object under ``prefix`` with its size."""
        ...

    def delete(self, name: str) -> None:
        """Removes it; nothing happens when there is none."""
        ...

    def sweep(self) -> int:
        """Removes what writers that were killed have left half-written; returns how many."""
        ...

    def settle(self) -> None:
        """Waits until everything written is on the disk of the place."""
        ...

    def close(self) -> None: ...


def put(store: Store, name: str, data: bytes) -> None:
    """Writes a small object."""
    sink = store.write(name)
    try:
        sink.write(data)
        sink.done()
    except BaseException:
        sink.abandon()
        raise


def get(store: Store, name: str, *, most: int = 512 * 2**20) -> bytes:
    """A small object whole; raises :class:`Lost`. What is larger than ``most`` is cut off there."""
    source = store.read(name)
    try:
        pieces, left = [], most
        while left and (piece := source.read(min(left, 2**20))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    finally:
        source.close()
