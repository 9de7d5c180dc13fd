"""age, streamed: what is encrypted or opened here is never in memory as a whole.

Recipients are public keys (``age1…``); identities are files with private keys, as ``age-keygen``
writes them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage

from dangan.operations.backup.rules.problems import Damaged, Unusable
from dangan.operations.backup.stores.base import Readable, Sink

_BLOCK = 1 << 18


def recipient_of(text: str, *, setting: str) -> Any:
    """The public key in a setting; raises :class:`Unusable`."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise Unusable(
            f"{setting} 不是 age 公钥（以 age1 开头的一行）。用 dangan backup identity 生成一对。"
        ) from None


def identity_of(path: Path) -> Any:
    """The private key in a file; raises :class:`Unusable`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"私钥文件 {path} 读不出来。") from None
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            try:
                return pyrage.x25519.Identity.from_str(line.strip())
            except pyrage.IdentityError:
                break
    raise Unusable(f"{path} 里没有 age 私钥（以 AGE-SECRET-KEY-1 开头的一行）。")


def new_identity(path: Path) -> str:
    """Writes a new private key, readable by its owner alone; returns the public key."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unusable(f"{path} 已经存在，没有覆盖。") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# public key: {public}\n{identity}\n")
    return public


class Counted:
    """A sink that counts and hashes what passes; waits for ``throttle`` first."""

    def __init__(self, sink: Sink, throttle: Callable[[int], None]) -> None:
        self._sink, self._throttle = sink, throttle
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._throttle(len(data))
        self._hash.update(data)
        self.size += len(data)
        self._sink.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Sinks keep their own counsel."""

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Pieces:
    """An iterator of byte strings as something to be read; ``read`` gives at most ``size``."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def read(self, size: int = -1, /) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        taken = self._rest[:size] if size >= 0 else self._rest
        self._rest = self._rest[len(taken) :]
        return bytes(taken)


def encrypt(source: Any, sink: Any, recipient: Any) -> None:
    """Everything in ``source``, encrypted, into ``sink``; what they raise comes out as raised."""
    pyrage.encrypt_io(source, sink, [recipient])


class _Hashing:
    """What is read, hashed on its way; remembers what went wrong below."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size if size >= 0 else _BLOCK)
        self._hash.update(data)
        self.size += len(data)
        return data

    def drain(self) -> str:
        """The digest of the whole object, whatever the reader above has left."""
        while self.read(_BLOCK):
            pass
        return self._hash.hexdigest()


class Taker:
    """Takes opened bytes; ``where`` says how far it has come, for a sentence."""

    def __init__(self, take: Callable[[bytes], None], where: Callable[[], str]) -> None:
        self._take, self._where = take, where
        self.failed: BaseException | None = None

    def write(self, data: bytes, /) -> int:
        try:
            self._take(bytes(data))
        except BaseException as error:
            self.failed = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    @property
    def where(self) -> str:
        return self._where()


def decrypt(
    source: Readable,
    identity: Any,
    taker: Taker,
    *,
    part: str,
    size: int | None = None,
    sha256: str | None = None,
) -> None:
    """Opens an object piece by piece.

    Raises :class:`Damaged` naming the part, and where in it, when any byte is not as it was
    written, and :class:`Unusable` when the identity is another's.
    """
    hashing = _Hashing(source)
    try:
        pyrage.decrypt_io(hashing, taker, [identity])
    except (pyrage.DecryptError, OSError, ValueError) as error:
        if taker.failed is not None:
            raise taker.failed from None
        if "No matching keys" in str(error):
            raise Unusable(f"{part}不是加密给这把私钥的。请换正确的私钥文件。") from None
        at = hashing.size
        hashing.drain()
        if size is not None and hashing.size != size:
            raise Damaged(
                part, f"长度应为 {size} 字节，实为 {hashing.size} 字节{taker.where}。"
            ) from None
        raise Damaged(part, f"第 {at} 字节以前被改动过{taker.where}。") from None
    digest = hashing.drain()
    if (size is not None and hashing.size != size) or (sha256 is not None and digest != sha256):
        raise Damaged(part, f"内容与清单的摘要不符{taker.where}。")
