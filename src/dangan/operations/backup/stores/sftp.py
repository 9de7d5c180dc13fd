"""An SFTP server. Its host key is pinned: whoever answers with another one gets nothing."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko

from dangan.operations.backup.places import SftpPlace
from dangan.operations.backup.rules.problems import Unreachable, Unusable
from dangan.operations.backup.stores.base import Lost

_HALF = ".half-"
_SECONDS = 30.0
_WINDOW = 2 * 2**20
_PIECE = 2**15


class SftpStore:
    """Objects are files below a path; written beside their place and renamed."""

    lanes = 1

    def __init__(self, place: SftpPlace) -> None:
        self._place = place
        self._made: set[str] = set()
        with _reaching(self.label):
            self._transport = paramiko.Transport((place.host, place.port))
            self._transport.banner_timeout = self._transport.auth_timeout = _SECONDS
            try:
                self._transport.start_client(timeout=_SECONDS)
                self._check_host()
                self._transport.auth_publickey(place.user, _private_key(place.key_file))
                client = self._transport.open_sftp_client()
            except BaseException:
                self._transport.close()
                raise
        if client is None:
            raise Unreachable(f"{self.label} 没有打开 SFTP，请检查服务器的设置。")
        self._sftp = client

    @property
    def label(self) -> str:
        place = self._place
        return f"SFTP {place.user}@{place.host}:{place.port}{place.path}"

    def write(self, name: str) -> _Draft:
        with _reaching(self.label):
            path = self._path(name)
            self._make(posixpath.dirname(path))
            return _Draft(self._sftp, path, self.label)

    def read(self, name: str) -> _Reading:
        with _reaching(self.label):
            try:
                path = self._path(name)
                size = self._sftp.stat(path).st_size or 0
                return _Reading(self._sftp.open(path, "rb"), size, self.label)
            except FileNotFoundError:
                raise Lost(name) from None

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        for name, size in self._walk(prefix):
            if _HALF not in name:
                yield name, size

    def delete(self, name: str) -> None:
        with _reaching(self.label):
            with suppress(FileNotFoundError):
                self._sftp.remove(self._path(name))
            folder = posixpath.dirname(name)
            if folder not in {"", "files"}:
                with suppress(OSError):  # others are still in it
                    self._sftp.rmdir(self._path(folder))
                    self._made.discard(self._path(folder))

    def sweep(self) -> int:
        halves = [name for name, _ in self._walk("") if _HALF in name]
        for name in halves:
            self.delete(name)
        return len(halves)

    def settle(self) -> None:
        """Each file was closed, and answered for, when it was done."""

    def close(self) -> None:
        self._transport.close()

    def _check_host(self) -> None:
        key = self._transport.get_remote_server_key()
        seen = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        if f"SHA256:{seen}" != self._place.host_key.rstrip("="):
            raise Unusable(
                f"{self._place.host} 的主机密钥是 SHA256:{seen}，与设置的不同，没有连接。"
                "先弄清是服务器换了密钥，还是有人冒充它。"
            )

    def _path(self, name: str) -> str:
        return posixpath.join(self._place.path, name) if name else self._place.path

    def _make(self, folder: str) -> None:
        if folder in self._made or folder in {"", "/"}:
            return
        try:
            self._sftp.stat(folder)
        except FileNotFoundError:
            self._make(posixpath.dirname(folder))
            with suppress(OSError):  # another one was faster
                self._sftp.mkdir(folder, 0o700)
        self._made.add(folder)

    def _walk(self, name: str) -> Iterator[tuple[str, int]]:
        with _reaching(self.label):
            try:
                found = self._sftp.listdir_attr(self._path(name.rstrip("/")))
            except FileNotFoundError:
                return
            for entry in sorted(found, key=lambda one: one.filename):
                inner = posixpath.join(name, entry.filename) if name else entry.filename
                if stat.S_ISDIR(entry.st_mode or 0):
                    yield from self._walk(inner)
                else:
                    yield inner, entry.st_size or 0


class _Draft:
    """A file that is not there yet; writes are sent ahead and answered for at the end."""

    def __init__(self, sftp: paramiko.SFTPClient, path: str, label: str) -> None:
        self._sftp, self._path, self._label = sftp, path, label
        self._draft = f"{path}{_HALF}{secrets.token_hex(4)}"
        self._file = sftp.open(self._draft, "wb", bufsize=1 << 18)
        self._file.set_pipelined(True)

    def write(self, data: bytes, /) -> int:
        with _reaching(self._label):
            self._file.write(data)
        return len(data)

    def flush(self) -> None:
        """The rename decides, not the buffer."""

    def done(self) -> None:
        with _reaching(self._label):
            self._file.close()
            self._sftp.posix_rename(self._draft, self._path)

    def abandon(self) -> None:
        with suppress(OSError, paramiko.SSHException, EOFError):
            self._file.close()
            self._sftp.remove(self._draft)


class _Reading:
    """A file being read a window ahead. Not by paramiko's ``prefetch``, which takes as much memory
    as the file is long."""

    def __init__(self, file: paramiko.SFTPFile, size: int, label: str) -> None:
        self._file, self._left, self._at, self._label = file, size, 0, label
        self._window = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        with _reaching(self._label):
            if not self._window and self._left:
                self._fetch()
        taken = self._window[:size]
        self._window = self._window[len(taken) :]
        return bytes(taken)

    def _fetch(self) -> None:
        length = min(self._left, _WINDOW)
        pieces = [
            (self._at + start, min(_PIECE, length - start)) for start in range(0, length, _PIECE)
        ]
        window = b"".join(self._file.readv(pieces))
        self._at += length
        # A file that became shorter ends here; its digest will not fit.
        self._left = self._left - length if len(window) == length else 0
        self._window = memoryview(window)

    def close(self) -> None:
        with suppress(OSError, paramiko.SSHException, EOFError):
            self._file.close()


def _private_key(path: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, paramiko.SSHException, ValueError) as error:
        raise Unusable(f"SFTP 的私钥 {path} 读不出来：{error}。") from None


@contextmanager
def _reaching(label: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise Unreachable(f"{label} 用不了：{error}。请检查网络、账号和空间。") from error
