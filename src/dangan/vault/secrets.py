"""The root secret: one file, the only key material outside the database.

Made at first start with mode 0600 and flushed to disk before anything is sealed under it.
Without it nothing in the database can be opened, so it is never made anew beside a database
that already holds keys.
"""

from __future__ import annotations

import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from dangan.vault.rules import SUITES, RootSecretExposed, RootSecretMissing, Suite, hkdf

_FIRST_LINE = "dangan root secret 1"


class RootSecret:
    """The parsed root secret; hands out keys derived from it and never itself.

    ``suite`` is the one in force when the file was made: tokens stay with its hash for ever,
    because a token is only good for comparing with older ones.
    """

    __slots__ = ("_entries", "_secret", "_tokens", "suite")

    def __init__(self, secret: bytes, suite: Suite) -> None:
        self._secret = secret
        self._tokens: dict[str, bytes] = {}
        self._entries = hkdf(secret, info=b"dangan:root:entries")
        self.suite = suite

    def wrapping(self) -> bytes:
        """The key that epoch keys and named secrets are wrapped under."""
        return hkdf(self._secret, info=b"dangan:root:wrapping")

    def entry_mac(self, entry: bytes) -> bytes:
        """HMAC-SHA256 of a log entry: shows that it was written by somebody with the secret."""
        return hmac.digest(self._entries, entry, "sha256")

    def token(self, kind: str, value: str) -> int:
        """The keyed token of a value, a signed 64-bit number."""
        key = self._tokens.get(kind)
        name = "sha256" if self.suite is Suite.AES else "sm3"
        if key is None:
            info = b"dangan:root:token:" + kind.encode()
            key = self._tokens.setdefault(kind, hkdf(self._secret, info=info, suite=self.suite))
        return int.from_bytes(hmac.digest(key, value.encode(), name)[:8], "big", signed=True)


def root_secret() -> RootSecret:
    """The root secret of this installation, made if this is its first start.

    Raises :class:`RootSecretMissing` when the file is absent although the database already
    holds keys, :class:`RootSecretExposed` when others on the machine can read it.
    """
    return _load(settings.DANGAN.root_secret_file)


@lru_cache(maxsize=4)
def _load(path: Path) -> RootSecret:
    if not path.exists():
        if _database_holds_keys():
            raise RootSecretMissing(path=path)
        _make(path, settings.DANGAN.cipher_suite)
    if path.stat().st_mode & _not_for(path):
        raise RootSecretExposed(path=path)
    try:
        first, suite, digits = path.read_text("ascii").split("\n")[:3]
        if first != _FIRST_LINE or len(digits) != 64:
            raise ValueError(first)
        return RootSecret(bytes.fromhex(digits), SUITES[suite])
    except (ValueError, KeyError):
        raise RootSecretMissing(path=path) from None


def _not_for(path: Path) -> int:
    """Rights that nobody else may have. A credential that systemd hands to this service alone
    bears the group's right to read as the mask of its access list."""
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    return 0o007 if handed and path.parent == Path(handed) else 0o077


def _make(path: Path, suite: str) -> None:
    """Write a new root secret; another process that was faster wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{_FIRST_LINE}\n{suite}\n{secrets.token_hex(32)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _database_holds_keys() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('keystore.epoch') IS NOT NULL")
        (made,) = cursor.fetchone()
        if not made:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM keystore.epoch)")
        (any_epoch,) = cursor.fetchone()
    return bool(any_epoch)
