"""Reading keys. Nothing here outlives a request: who keeps a key keeps a destroyed person alive."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from dangan.vault.rules import (
    SUITES,
    SYSTEM,
    KeyDestroyed,
    KeyWrapper,
    RootSecretMissing,
    SubjectKey,
    Suite,
    Tampered,
)
from dangan.vault.secrets import root_secret

__all__ = [
    "SYSTEM",
    "Epoch",
    "Unwrapper",
    "entry_mac",
    "epochs",
    "key_of",
    "keys_of",
    "suite_for_new",
    "token_of",
    "withheld_keys",
]


@dataclass(frozen=True, slots=True)
class Epoch:
    """A key-encryption key's life; ``keys`` counts the data keys wrapped under it."""

    id: int
    opened_at: datetime
    destroyed_at: datetime | None
    keys: int
    closed_at: datetime | None = None
    """When it wrapped no key any more."""


def suite_for_new() -> Suite:
    """The suite that new values are sealed with (``DANGAN_CIPHER_SUITE``)."""
    return SUITES[settings.DANGAN.cipher_suite]


def token_of(kind: str, value: str) -> int:
    """The keyed token of ``value`` among values of ``kind``: signed, 64 bits.

    Equal values have equal tokens; without the root secret a token tells nothing. Callers
    normalise first (:func:`dangan.dictionary.values.normal`).
    """
    return root_secret().token(kind, value)


def entry_mac(entry: bytes) -> bytes:
    """HMAC-SHA256 of a log entry under a key derived from the root secret."""
    return root_secret().entry_mac(entry)


def key_of(subject: UUID) -> SubjectKey:
    """The keys of one subject; raises :class:`KeyDestroyed`."""
    return keys_of((subject,))[subject]


def keys_of(subjects: Collection[UUID], *, skip_destroyed: bool = False) -> dict[UUID, SubjectKey]:
    """The keys of many subjects in one statement.

    Raises :class:`KeyDestroyed` when one has none, or leaves it out with ``skip_destroyed``.
    """
    wanted = set(subjects)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        # One statement, one snapshot: a rotation running meanwhile is seen whole or not at all.
        cursor.execute(
            "SELECT d.subject, d.version, d.epoch, d.wrapped, e.wrapped"
            " FROM keystore.data_key d JOIN keystore.epoch e ON e.id = d.epoch"
            " WHERE d.subject = ANY(%s)",
            [list(wanted)],
        )
        rows = cursor.fetchall()
    unwrapper = Unwrapper.of((epoch, kek) for _, _, epoch, _, kek in rows)
    keys = {row[0]: unwrapper.key(*row[:4]) for row in rows}
    if len(keys) < len(wanted) and not skip_destroyed:
        raise KeyDestroyed
    return keys


def withheld_keys(subjects: Collection[UUID]) -> dict[UUID, SubjectKey]:
    """Keys that are withheld, for the room that restricts and destroys; others are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, version, epoch, wrapped FROM keystore.withheld_key"
            " WHERE subject = ANY(%s)",
            [list(set(subjects))],
        )
        rows = cursor.fetchall()
    unwrapper = Unwrapper() if rows else None
    return {row[0]: unwrapper.key(*row) for row in rows} if unwrapper else {}


class Unwrapper:
    """Turns rows of ``keystore.data_key`` into keys; for joins in bulk loads.

    Make it *before* the rows are read: it loads the key-encryption keys once, and again only
    for an epoch opened since. Keep it for one request or one bulk load, never longer.
    """

    __slots__ = ("_epochs", "_suite")

    def __init__(self) -> None:
        self._suite = suite_for_new()
        self._epochs: dict[int, KeyWrapper] = {}
        self._load()

    @classmethod
    def of(cls, wrapped_epochs: Iterable[tuple[int, bytes | None]]) -> Unwrapper:
        """One that knows only these epochs, given as (id, wrapped key-encryption key)."""
        unwrapper = cls.__new__(cls)
        unwrapper._suite = suite_for_new()
        unwrapper._epochs = {}
        for epoch, wrapped in wrapped_epochs:
            unwrapper._open(epoch, wrapped)
        return unwrapper

    def key(self, subject: UUID, version: int, epoch: int, wrapped: bytes) -> SubjectKey:
        """The subject's keys.

        Raises :class:`KeyDestroyed` when the epoch's key is gone, :class:`Tampered` when the
        row was altered.
        """
        wrapper = self._epochs.get(epoch) or self._newer(epoch)
        data_key = wrapper.unwrap(wrapped, label="data-key", context=(subject.int, version, epoch))
        return SubjectKey(subject, version, self._suite, data_key)

    def wrapper(self, epoch: int) -> KeyWrapper:
        """What wraps data keys in ``epoch``; raises :class:`KeyDestroyed`."""
        return self._epochs.get(epoch) or self._newer(epoch)

    def _newer(self, epoch: int) -> KeyWrapper:
        self._load()
        if epoch not in self._epochs:
            raise KeyDestroyed
        return self._epochs[epoch]

    def _load(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, wrapped FROM keystore.epoch WHERE wrapped IS NOT NULL")
            for epoch, wrapped in cursor.fetchall():
                self._open(epoch, wrapped)

    def _open(self, epoch: int, wrapped: bytes | None) -> None:
        if epoch in self._epochs or wrapped is None:
            return
        self._epochs[epoch] = KeyWrapper(open_epoch(epoch, bytes(wrapped)))


def open_epoch(epoch: int, wrapped: bytes) -> bytes:
    """An epoch's key-encryption key; raises :class:`RootSecretMissing` under another root."""
    root = KeyWrapper(root_secret().wrapping())
    try:
        return root.unwrap(wrapped, label="epoch", context=(epoch,))
    except Tampered:
        raise RootSecretMissing(path=settings.DANGAN.root_secret_file) from None


def epochs() -> list[Epoch]:
    """All epochs, newest first, with how many data keys each still wraps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.opened_at, e.destroyed_at,"
            " (SELECT count(*) FROM keystore.data_key d WHERE d.epoch = e.id)"
            " + (SELECT count(*) FROM keystore.withheld_key w WHERE w.epoch = e.id), e.closed_at"
            " FROM keystore.epoch e ORDER BY e.id DESC"
        )
        return [Epoch(*row) for row in cursor.fetchall()]
