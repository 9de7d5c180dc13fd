"""Making a back-up: one snapshot, keys to one place, database and files to another, the manifest
last. What is killed on the way leaves no manifest, so nobody takes it for whole; the next run
clears it away."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from dangan.audit import tree
from dangan.files.models import SealedFile
from dangan.files.storage import files, place_of
from dangan.operations.backup import ledger, names, probing, sending, streams
from dangan.operations.backup.identity import Signer, signer
from dangan.operations.backup.plan import Plan
from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.manifest import (
    FORMAT,
    KEYS_FORMAT,
    Epoch,
    Files,
    Keys,
    KeysManifest,
    Log,
    Manifest,
    Part,
    Table,
    Versions,
    encode,
)
from dangan.operations.backup.rules.problems import Forged, Unusable
from dangan.operations.backup.snapshot import Snapshot, TableInfo, Target, snapshot
from dangan.operations.backup.stores import Lost, Store, open_store
from dangan.operations.backup.stores.base import get, put
from dangan.operations.backup.throttle import Throttle

PARTS = 4
"""The database goes in so many parts, which are restored side by side."""

_TIME = "%Y%m%dT%H%M%S.%fZ"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A back-up that is whole."""

    manifest: Manifest
    digest: str
    public: str


def new_name(now: datetime) -> str:
    """``20261122T013000.482913Z-3f9c2a``: sorts by time, never twice.

    To the microsecond, since two may be made in one second, and the newest keys decide which
    epochs are destroyed.
    """
    return f"{now:{_TIME}}-{secrets.token_hex(3)}"


def instant_of(name: str) -> datetime | None:
    """When a back-up of this name was begun; None of a name that is not ours."""
    try:
        found = datetime.strptime(name.partition("-")[0], _TIME)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)


def create(
    plan: Plan, name: str, *, full: bool, say: Say, demo: bool, still: Callable[[], bool]
) -> Made:
    """Makes the back-up called ``name``; raises :class:`BackupProblem` and leaves no manifest.

    ``still`` is asked before the manifest is published: whether nobody else has taken over.
    """
    work = _Work(plan, name, demo=demo, say=say, still=still)
    try:
        return work.run(full=full)
    finally:
        work.close()


class _Work:
    """One run."""

    def __init__(
        self, plan: Plan, name: str, *, demo: bool, say: Say, still: Callable[[], bool]
    ) -> None:
        self._plan, self._name, self._demo, self._say = plan, name, demo, say
        self._still = still
        self._began = time.monotonic()
        self._throttle = Throttle(settings.DANGAN.backup_rate)
        self._signer: Signer = signer()
        self._store: Store = open_store(plan.to)
        try:
            self._keys_store: Store = open_store(plan.keys_to)
        except BaseException:
            self._store.close()
            raise

    def close(self) -> None:
        self._store.close()
        self._keys_store.close()

    def run(self, *, full: bool) -> Made:
        for store in (self._store, self._keys_store):
            claim(store, self._signer)
        clear_halves(self._store, self._keys_store)
        with snapshot(Target.of(connection.settings_dict)) as snap:
            keys, keys_document = self._send_keys(snap)
            clear_lone_keys(self._store, self._keys_store, but=self._name)
            parts, tables = self._send_database(snap)
            wanted = sending.Wanted(snap)
            facts = _Facts.of(snap, self._name)
        self._say(f"数据库 {sum(table.rows for table in tables)} 行，已加密送出。")
        found = self._send_files(wanted, full=full)
        manifest = Manifest(
            format=FORMAT,
            name=self._name,
            instant=facts.instant,
            lsn=facts.lsn,
            versions=facts.versions,
            parts=parts,
            tables=tables,
            sequences=facts.sequences,
            files=found,
            log=facts.log,
            epochs=keys.epochs,
            keys=signing.fingerprint(keys_document),
            recipient=self._plan.recipient,
            people=facts.people,
            probes=facts.probes,
            demo=self._demo,
            demonstration=settings.DANGAN.demo,
            took=round(time.monotonic() - self._began, 3),
        )
        send_ledger([self._store, self._keys_store])
        self._store.settle()
        document = self._signer.sign(encode(manifest))
        if not self._still():
            raise Unusable("另一次备份已经开始，清理了这一次的部分，这一次作废。")
        put(self._store, names.manifest_of(self._name), document)
        self._store.settle()
        return Made(manifest, signing.fingerprint(document), str(self._signer.public))

    def _send_keys(self, snap: Snapshot) -> tuple[KeysManifest, bytes]:
        """The keys that live, first: data whose keys are not out yet would be worth nothing."""
        rows = snap.all(
            "SELECT id, wrapped, rotating, opened_at, destroyed_at, closed_at"
            " FROM keystore.epoch ORDER BY id"
        )
        held = Keys(
            epochs=tuple(Epoch(r[0], r[1] and bytes(r[1]), *r[2:]) for r in rows),
            root=settings.DANGAN.root_secret_file.read_text("ascii"),
            session=str(settings.SECRET_KEY),
        )
        part = sending.send(
            self._keys_store,
            names.keys_part_of(self._name),
            iter((msgspec.json.encode(held),)),
            self._plan.keys,
            self._throttle,
        )
        manifest = KeysManifest(
            format=KEYS_FORMAT,
            name=self._name,
            instant=snap.instant,
            part=part,
            epochs=tuple(epoch.id for epoch in held.epochs if epoch.wrapped is not None),
            recipient=self._plan.keys_recipient,
            demo=self._demo,
        )
        document = self._signer.sign(encode(manifest))
        self._keys_store.settle()
        put(self._keys_store, names.keys_manifest_of(self._name), document)
        self._keys_store.settle()
        needed = snap.all(
            "SELECT epoch FROM keystore.data_key UNION SELECT epoch FROM keystore.withheld_key"
        )
        return msgspec.structs.replace(
            manifest, epochs=tuple(sorted(row[0] for row in needed))
        ), document

    def _send_database(self, snap: Snapshot) -> tuple[tuple[Part, ...], tuple[Table, ...]]:
        before, after = snap.definitions()
        parts = [
            sending.send(
                self._store,
                names.part_of(self._name, "schema.age"),
                iter((msgspec.json.encode({"pre": before, "post": after}),)),
                self._plan.data,
                self._throttle,
            )
        ]
        tables: list[Table] = []
        for number, bin_ in enumerate(_bins(snap.tables()), start=1):
            place = names.part_of(self._name, f"data-{number}.age")
            pieces = self._rows(snap, bin_, place, tables)
            parts.append(sending.send(self._store, place, pieces, self._plan.data, self._throttle))
        return tuple(parts), tuple(tables)

    def _rows(
        self, snap: Snapshot, chosen: list[TableInfo], place: str, tables: list[Table]
    ) -> Iterator[bytes]:
        def told(head: streams.Head, rows: int, size: int, sha256: str) -> None:
            tables.append(Table(head.table, place, head.columns, rows, size, sha256))

        for table in chosen:
            head = streams.Head(table.name, table.columns)
            yield from streams.written(head, snap.rows(table), told)

    def _send_files(self, wanted: sending.Wanted, *, full: bool) -> Files:
        sender = sending.FileSender(
            self._store, self._plan.data, self._throttle, _open_file, full=full
        )
        sent = sender.run(wanted, _thrown_away)
        self._say(f"文件 {sent.count} 份，其中新送 {sent.sent} 份。")
        return sending.listing(self._store, self._name, sent, self._throttle)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What else the manifest says of the instant."""

    instant: datetime
    lsn: str
    versions: Versions
    sequences: dict[str, tuple[int, bool]]
    log: Log
    people: int
    probes: str

    @classmethod
    def of(cls, snap: Snapshot, name: str) -> _Facts:
        newest = snap.all("SELECT app || '.' || max(name) FROM django_migrations GROUP BY app")
        people = snap.one("SELECT count(*) FROM roster_entry WHERE sealed IS NOT NULL")[0]
        return cls(
            snap.instant,
            snap.lsn,
            Versions(_version(), snap.server_version, tuple(sorted(row[0] for row in newest))),
            snap.sequences(),
            _log(snap),
            int(people),
            probing.take(snap, name),
        )


def _log(snap: Snapshot) -> Log:
    signed = snap.all(
        "SELECT size, encode(root, 'hex'), note FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
    )
    size, root, note = signed[0] if signed else (0, "", "")
    events, last = snap.one("SELECT count(*), max(at) FROM audit_event")
    return Log(int(size), root, note, str(tree.public_key()), int(events), last)


def _version() -> str:
    try:
        return version("dangan")
    except PackageNotFoundError:
        return "0"


def _bins(tables: list[TableInfo]) -> list[list[TableInfo]]:
    """The tables in parts of about the same size, the large ones first."""
    bins: list[list[TableInfo]] = [[] for _ in range(PARTS)]
    sizes = [0] * PARTS
    for table in sorted(tables, key=lambda one: (-one.size, one.name)):
        least = sizes.index(min(sizes))
        bins[least].append(table)
        sizes[least] += table.size
    return [bin_ for bin_ in bins if bin_]


def _open_file(name: UUID) -> IO[bytes]:
    opened: Any = files().open(place_of(name))
    return opened  # type: ignore[no-any-return]  # Django's File reads and seeks like one


def _thrown_away(name: UUID) -> bool:
    connection.close_if_unusable_or_obsolete()
    return not SealedFile.objects.filter(object=name, state=SealedFile.State.KEPT).exists()


def claim(store: Store, by: Signer) -> None:
    """Marks the place as ours; raises :class:`Forged` where another installation's lie."""
    mine = str(by.public)
    try:
        found = get(store, names.PUBLIC_KEY).decode("ascii", "replace").strip()
    except Lost:
        put(store, names.PUBLIC_KEY, f"{mine}\n".encode())
        return
    if found != mine:
        raise Forged(f"{store.label} 里是另一套系统的备份（{found[:60]}）。请换一个文件夹或前缀。")


def clear_halves(store: Store, keys_store: Store) -> int:
    """Removes what runs that were killed have left: half-written objects, back-ups without a
    manifest. Only while no other run is under way."""
    count = store.sweep() + keys_store.sweep()
    whole = set(newest_first(store))
    objects: dict[str, list[str]] = {}
    for name, _ in store.names("backups/"):
        backup = name.split("/")[1]
        objects.setdefault(backup, []).append(name)
    for backup, them in objects.items():
        if backup not in whole:
            count += _remove(store, them)
    return count


def clear_lone_keys(store: Store, keys_store: Store, *, but: str) -> int:
    """Removes keys of back-ups that are not there, once those of ``but`` are out: a place of data
    that is new, or not mounted, must never be what takes the last keys away."""
    whole = {*newest_first(store), but}
    lone = [name for name, _ in keys_store.names("keys/") if name.split("/")[1] not in whole]
    return _remove(keys_store, lone)


def _remove(store: Store, them: list[str]) -> int:
    for name in them:
        store.delete(name)
    return len(them)


def send_ledger(stores: list[Store]) -> None:
    """The ledger and the log's checkpoints as they stand now, to every place."""
    document = ledger.write()
    file: Path = settings.DANGAN.checkpoint_file
    notes = file.read_bytes() if file.exists() else b""
    for store in stores:
        put(store, names.LEDGER, document)
        if notes:
            put(store, names.CHECKPOINTS, notes)


def newest_first(store: Store) -> list[str]:
    """The names of whole back-ups at a place."""
    found = {
        name.split("/")[1]
        for name, _ in store.names("backups/")
        if name.endswith(f"/{names.MANIFEST}")
    }
    return sorted(found, reverse=True)


def check_place(url: str) -> str:
    """Reaches a place; returns what it is called. Raises :class:`BackupProblem`."""
    store = open_store(url)
    try:
        next(iter(store.names("backups/")), None)
        return store.label
    finally:
        store.close()
