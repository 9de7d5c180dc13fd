"""Making, rotating and destroying keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from dangan.vault.queries import Unwrapper, open_epoch, suite_for_new
from dangan.vault.rules import (
    KEY_BYTES,
    SYSTEM,
    KeyDestroyed,
    KeyKept,
    KeyWrapper,
    SubjectKey,
    Tampered,
    UnknownSuite,
    VaultError,
)
from dangan.vault.secrets import root_secret

BATCH = 5_000
_ROTATION_LOCK = 0x6B657973  # the advisory lock's number: "keys"
_PREPARE_LOCK = 0x6B657974

_TABLES = ("keystore.data_key", "keystore.withheld_key")
"""Keys in use, and those put aside."""

_KeyRow: TypeAlias = tuple[UUID, int, int, bytes]
"""Subject, version, epoch, wrapped data key."""


class Recorder(Protocol):
    """The part of :class:`dangan.audit.rules.Trail` that this room writes to."""

    def note(
        self, action: str, *, subject: UUID | None = None, facts: Mapping[str, object] | None = None
    ) -> None: ...


class Keeper(Protocol):
    """Who asks; in practice an :class:`dangan.access.rules.Actor`."""

    @property
    def trail(self) -> Recorder: ...

    def may(self, permission: str) -> bool: ...


class RotationRunning(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """Another process is rotating keys at this moment."""

    text = "另一次密钥轮换正在进行，数据没有受损。等它结束后再看。"


class EpochInUse(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """The epoch still wraps data keys, or is the newest one."""

    text = "密钥周期 {epoch} 仍在使用（{keys} 份数据密钥），没有销毁。请先轮换密钥。"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the new epoch, how many data keys it rewrapped, and whose key rows
    were altered by hand and do not open (left as they were)."""

    epoch: int
    rewrapped: int
    damaged: tuple[UUID, ...] = ()


def prepare() -> None:
    """Make what an installation needs before its first value: root secret, epoch, system key.

    Runs after every migration; does nothing where everything is in place.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARE_LOCK])
        cursor.execute("SELECT EXISTS (SELECT 1 FROM keystore.epoch WHERE wrapped IS NOT NULL)")
        if not cursor.fetchone()[0]:
            _open_new_epoch(rotating=False)
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM keystore.data_key WHERE subject = %s)", [SYSTEM]
        )
        if not cursor.fetchone()[0]:
            make_keys([SYSTEM])


def make_keys(subjects: Iterable[UUID]) -> dict[UUID, SubjectKey]:
    """New random data keys for new subjects, in the caller's transaction.

    Raises Django's ``IntegrityError`` when a subject already has one and :class:`KeyDestroyed`
    when it once had: a destroyed person does not come back under the same identifier.
    """
    wanted = list(subjects)
    if not wanted:
        return {}
    suite = suite_for_new()
    with transaction.atomic(), connection.cursor() as cursor:
        _refuse_destroyed(wanted)
        epoch, wrapper = _newest_epoch()
        keys, rows = {}, []
        for subject in wanted:
            data_key = os.urandom(KEY_BYTES)
            keys[subject] = SubjectKey(subject, 1, suite, data_key)
            rows.append(
                wrapper.wrap(suite, data_key, label="data-key", context=(subject.int, 1, epoch))
            )
        cursor.execute(
            "INSERT INTO keystore.data_key (subject, version, epoch, wrapped)"
            " SELECT subject, 1, %s, wrapped FROM unnest(%s::uuid[], %s::bytea[])"
            " AS made(subject, wrapped)",
            [epoch, wanted, rows],
        )
    return keys


def rotate(
    actor: Keeper, *, batch: int = BATCH, progress: Callable[[int, int], None] | None = None
) -> Rotation:
    """Open a new epoch and rewrap every data key under it, batch by batch.

    Each batch is its own short transaction, so readers and writers never wait for long and a
    killed rotation is taken up again where it stood. ``progress`` gets (done, all). The old
    epoch's key stays until :func:`destroy_epoch`. Needs ``keys.rotate``.
    """
    _require(actor, "keys.rotate")
    with _alone():
        epoch, done = _target_epoch(), 0
        total, damaged = _count_outside(epoch), set[UUID]()
        # Keys made under the old epoch behind one pass are found by the next.
        moved = 1
        while moved:
            moved = 0
            for table in _TABLES:
                for rows in _batches_outside(table, epoch, batch):
                    moved += _rewrap(table, rows, epoch, damaged)
                    if progress is not None:
                        progress(done + moved, max(done + moved, total))
            done += moved
        _close_epochs(epoch)
    actor.trail.note(
        "key.rotate", facts={"epoch": epoch, "keys": done, "damaged": sorted(map(str, damaged))}
    )
    return Rotation(epoch, done, tuple(sorted(damaged)))


def destroy_epoch(actor: Keeper, *, epoch: int) -> None:
    """Forget an old epoch's key: back-ups of that time can then no longer be opened.

    Raises :class:`EpochInUse` while a data key is still wrapped under it. Needs ``keys.rotate``.
    """
    _require(actor, "keys.rotate")
    with transaction.atomic(), connection.cursor() as cursor:
        # The lock waits for transactions that are making keys under this epoch right now.
        cursor.execute("SELECT wrapped FROM keystore.epoch WHERE id = %s FOR UPDATE", [epoch])
        row = cursor.fetchone()
        if row is None or row[0] is None:
            raise KeyDestroyed
        cursor.execute(
            "SELECT (SELECT count(*) FROM keystore.data_key WHERE epoch = %(epoch)s)"
            " + (SELECT count(*) FROM keystore.withheld_key WHERE epoch = %(epoch)s),"
            " (SELECT max(id) FROM keystore.epoch)",
            {"epoch": epoch},
        )
        keys, newest = cursor.fetchone()
        if keys or epoch == newest:
            raise EpochInUse(epoch=epoch, keys=keys)
        cursor.execute(
            "UPDATE keystore.epoch SET wrapped = NULL, destroyed_at = now() WHERE id = %s", [epoch]
        )
    actor.trail.note("key.destroy", facts={"epoch": epoch})


def destroy_old_epochs(actor: Keeper, *, closed_before: datetime) -> list[int]:
    """Forget the keys of all epochs that wrap nothing since before that moment.

    What back-ups hold of people whose data key was destroyed under these epochs is then closed
    for good. The moment is now less the longest time a back-up is kept: until then somebody may
    still have to restore one. Needs ``keys.rotate``.
    """
    _require(actor, "keys.rotate")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM keystore.epoch WHERE wrapped IS NOT NULL AND closed_at < %s"
            " ORDER BY id",
            [closed_before],
        )
        old = [row[0] for row in cursor.fetchall()]
    gone = []
    for epoch in old:
        try:
            destroy_epoch(actor, epoch=epoch)
        except (EpochInUse, KeyDestroyed):
            continue
        gone.append(epoch)
    return gone


def withhold(actor: Keeper, *, subject: UUID) -> None:
    """Put one subject's data key aside: what is sealed stays, and nobody opens it, until
    :func:`give_back`. Raises :class:`KeyDestroyed` when there is none in use."""
    _move(_TABLES[0], _TABLES[1], subject)
    actor.trail.note("key.withhold", subject=subject)


def give_back(actor: Keeper, *, subject: UUID) -> None:
    """Undo :func:`withhold`. Raises :class:`KeyDestroyed` when no key is withheld."""
    _move(_TABLES[1], _TABLES[0], subject)
    actor.trail.note("key.give_back", subject=subject)


Guard = Callable[[UUID], bool]
"""Subject → whether its key must not be destroyed as things stand."""

_guards: list[Guard] = []


def guard_keys(guard: Guard) -> None:
    """Adds a guard; called from ``AppConfig.ready``. The same one counts once."""
    if guard not in _guards:
        _guards.append(guard)


def destroy_key(actor: Keeper, *, subject: UUID) -> None:
    """Destroy one subject's data key: nothing sealed for it can be opened from now on.

    Who may order this is decided by the room that destroys dossiers; the event is written here.
    Raises :class:`KeyDestroyed` when there is none and :class:`KeyKept` when a guard objects.
    """
    if subject == SYSTEM:
        raise ValueError("the system's own key cannot be destroyed")
    if any(guard(subject) for guard in _guards):
        raise KeyKept
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH used AS (DELETE FROM keystore.data_key WHERE subject = %(it)s RETURNING 1),"
            " kept AS (DELETE FROM keystore.withheld_key WHERE subject = %(it)s RETURNING 1)"
            " SELECT (SELECT count(*) FROM used) + (SELECT count(*) FROM kept)",
            {"it": subject},
        )
        if not cursor.fetchone()[0]:
            raise KeyDestroyed
        cursor.execute(
            "INSERT INTO keystore.destroyed (subject, epoch)"
            " SELECT %s, max(id) FROM keystore.epoch",
            [subject],
        )
    actor.trail.note("key.destroy", subject=subject)


def named_secret(name: str, make: Callable[[], bytes]) -> bytes:
    """A secret of the installation, made and kept under the root secret when first asked for."""
    root, context = KeyWrapper(root_secret().wrapping()), (int.from_bytes(name.encode(), "big"),)
    with connection.cursor() as cursor:
        find = "SELECT wrapped FROM keystore.named_secret WHERE name = %s"
        cursor.execute(find, [name])
        row = cursor.fetchone()
        if row is None:
            wrapped = root.wrap(suite_for_new(), make(), label="named-secret", context=context)
            cursor.execute(
                "INSERT INTO keystore.named_secret (name, wrapped) VALUES (%s, %s)"
                " ON CONFLICT (name) DO NOTHING",
                [name, wrapped],
            )
            cursor.execute(find, [name])
            row = cursor.fetchone()
    return root.unwrap(row[0], label="named-secret", context=context)


def rename_secret(name: str, to: str) -> None:
    """Keeps a secret under another name, so that a new one is made under this: what it signed
    stays checkable, and nothing is signed with it any more. Raises :class:`KeyDestroyed`."""
    root = KeyWrapper(root_secret().wrapping())
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM keystore.named_secret WHERE name = %s RETURNING wrapped", [name]
        )
        row = cursor.fetchone()
        if row is None:
            raise KeyDestroyed
        before, after = (int.from_bytes(one.encode(), "big") for one in (name, to))
        secret = root.unwrap(row[0], label="named-secret", context=(before,))
        cursor.execute(
            "INSERT INTO keystore.named_secret (name, wrapped) VALUES (%s, %s)",
            [to, root.wrap(suite_for_new(), secret, label="named-secret", context=(after,))],
        )


def _require(actor: Keeper, permission: str) -> None:
    if not actor.may(permission):
        raise PermissionDenied(permission)


def _move(source: str, target: str, subject: UUID) -> None:
    """Moves a data key between the two tables; both are ours, never what somebody typed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH moved AS (DELETE FROM {source} WHERE subject = %s"  # noqa: S608
            " RETURNING subject, version, epoch, wrapped)"
            f" INSERT INTO {target} (subject, version, epoch, wrapped) SELECT * FROM moved",
            [subject],
        )
        if not cursor.rowcount:
            raise KeyDestroyed


def _close_epochs(newest: int) -> None:
    """The rotation to ``newest`` is done: older epochs without keys close now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE keystore.epoch SET rotating = false WHERE id = %s", [newest])
        cursor.execute(
            "UPDATE keystore.epoch e SET closed_at = now() WHERE id < %s AND closed_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM keystore.data_key d WHERE d.epoch = e.id)"
            " AND NOT EXISTS (SELECT 1 FROM keystore.withheld_key w WHERE w.epoch = e.id)",
            [newest],
        )


def _refuse_destroyed(subjects: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM keystore.destroyed WHERE subject = ANY(%(them)s))"
            " OR EXISTS (SELECT 1 FROM keystore.withheld_key WHERE subject = ANY(%(them)s))",
            {"them": subjects},
        )
        if cursor.fetchone()[0]:
            raise KeyDestroyed


def _newest_epoch() -> tuple[int, KeyWrapper]:
    """The epoch for new keys, held against destruction until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, wrapped FROM keystore.epoch WHERE wrapped IS NOT NULL"
            " ORDER BY id DESC LIMIT 1 FOR KEY SHARE"
        )
        row = cursor.fetchone()
    if row is None:
        raise KeyDestroyed
    return row[0], KeyWrapper(open_epoch(row[0], row[1]))


def _open_new_epoch(*, rotating: bool) -> int:
    """A new epoch; its number is authenticated with its key, so it is taken first."""
    root = KeyWrapper(root_secret().wrapping())
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('keystore.epoch', 'id'))")
        (epoch,) = cursor.fetchone()
        wrapped = root.wrap(suite_for_new(), os.urandom(KEY_BYTES), label="epoch", context=(epoch,))
        cursor.execute(
            "INSERT INTO keystore.epoch (id, wrapped, rotating) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, %s, %s)",
            [epoch, wrapped, rotating],
        )
    return int(epoch)


@contextmanager
def _alone() -> Iterator[None]:
    """Holds the rotation lock; raises :class:`RotationRunning` when another process has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ROTATION_LOCK])
        if not cursor.fetchone()[0]:
            raise RotationRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ROTATION_LOCK])


def _target_epoch() -> int:
    """The epoch of an unfinished rotation, or a new one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM keystore.epoch WHERE rotating ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
    return row[0] if row else _open_new_epoch(rotating=True)


def _count_outside(epoch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM keystore.data_key WHERE epoch <> %(epoch)s)"
            " + (SELECT count(*) FROM keystore.withheld_key WHERE epoch <> %(epoch)s)",
            {"epoch": epoch},
        )
        (count,) = cursor.fetchone()
    return int(count)


def _batches_outside(table: str, epoch: int, size: int) -> Iterator[list[_KeyRow]]:
    """The data keys not wrapped under ``epoch``, in order of subject."""
    after: UUID | None = None
    while True:
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(
                f"SELECT subject, version, epoch, wrapped FROM {table}"  # noqa: S608 - ours
                " WHERE (%(after)s::uuid IS NULL OR subject > %(after)s)"
                " AND epoch <> %(epoch)s ORDER BY subject LIMIT %(size)s",
                {"after": after, "epoch": epoch, "size": size},
                binary=True,
            )
            rows = cursor.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield rows


def _rewrap(table: str, rows: list[_KeyRow], epoch: int, damaged: set[UUID]) -> int:
    """Wrap these data keys anew under ``epoch``; a row changed meanwhile is left alone."""
    unwrapper, suite, made = Unwrapper(), suite_for_new(), []
    target = unwrapper.wrapper(epoch)
    for subject, version, old_epoch, old in rows:
        try:
            data_key = unwrapper.key(subject, version, old_epoch, old).data_key
        except (Tampered, KeyDestroyed, UnknownSuite):
            damaged.add(subject)
            continue
        context = (subject.int, version, epoch)
        wrapped = target.wrap(suite, data_key, label="data-key", context=context)
        made.append((subject, old_epoch, wrapped))
    subjects, old_epochs, keys = zip(*made, strict=True) if made else ((), (), ())
    # Binary parameters: a batch is 300 kB, which Django's cursor would write out as text.
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            f"UPDATE {table} d SET epoch = %b, wrapped = n.wrapped"  # noqa: S608 - ours
            " FROM unnest(%b::uuid[], %b::int[], %b::bytea[]) AS n(subject, epoch, wrapped)"
            " WHERE d.subject = n.subject AND d.epoch = n.epoch",
            [epoch, list(subjects), list(old_epochs), list(keys)],
        )
        return int(cursor.rowcount)
