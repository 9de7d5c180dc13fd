"""A folder: another disk, or a share that is mounted here."""

from __future__ import annotations

import ctypes
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dangan.operations.backup.rules.problems import Unreachable
from dangan.operations.backup.stores.base import Lost

_HALF = ".half-"


class FolderStore:
    """Objects are files; they are written beside their place and renamed."""

    lanes = 1

    def __init__(self, root: Path) -> None:
        self._root = root
        with _reaching(root):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def label(self) -> str:
        return f"文件夹 {self._root}"

    def write(self, name: str) -> _Draft:
        place = self._root / name
        with _reaching(self._root):
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return _Draft(place)

    def read(self, name: str) -> IO[bytes]:
        with _reaching(self._root):
            try:
                return (self._root / name).open("rb")
            except FileNotFoundError:
                raise Lost(name) from None

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        for path in self._walk(self._root / prefix):
            if _HALF not in path.name:
                with suppress(FileNotFoundError):
                    yield path.relative_to(self._root).as_posix(), path.stat().st_size

    def delete(self, name: str) -> None:
        with _reaching(self._root):
            place = self._root / name
            place.unlink(missing_ok=True)
            if place.parent not in (self._root, self._root / "files"):
                with suppress(OSError):  # others are still in it
                    place.parent.rmdir()

    def sweep(self) -> int:
        halves = [path for path in self._walk(self._root) if _HALF in path.name]
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)

    def settle(self) -> None:
        """``syncfs``: thousands of small files are flushed together."""
        with _reaching(self._root):
            descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
            try:
                if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
                    raise OSError(ctypes.get_errno(), "syncfs")
            finally:
                os.close(descriptor)

    def close(self) -> None:
        return

    def _walk(self, folder: Path) -> Iterator[Path]:
        with _reaching(self._root):
            for where, folders, files in os.walk(folder):
                folders.sort()
                for file in sorted(files):
                    yield Path(where) / file


class _Draft:
    """A file that is not there yet."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._draft = place.with_name(f"{place.name}{_HALF}{secrets.token_hex(4)}")
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes, /) -> int:
        with _reaching(self._place):
            return self._file.write(data)

    def flush(self) -> None:
        """The rename decides, not the buffer."""

    def done(self) -> None:
        with _reaching(self._place):
            self._file.close()
            self._draft.rename(self._place)

    def abandon(self) -> None:
        with suppress(OSError):
            self._file.close()
            self._draft.unlink(missing_ok=True)


@contextmanager
def _reaching(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable(
            f"备份位置 {place} 用不了：{error.strerror or error}。请检查磁盘空间、挂载和权限。"
        ) from error
