"""What a back-up says of itself. Nothing in it is personal: names of tables, counts, digests."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from dangan.operations.backup.rules.problems import Damaged

FORMAT = "dangan-backup-1"
KEYS_FORMAT = "dangan-backup-keys-1"
LEDGER_FORMAT = "dangan-ledger-1"
REPORT_FORMAT = "dangan-proof-of-restore-1"

_Document = TypeVar("_Document", bound=msgspec.Struct)


class Part(msgspec.Struct, frozen=True):
    """One encrypted object of a back-up; size and digest are those of the encrypted bytes."""

    name: str
    size: int
    sha256: str


class Table(msgspec.Struct, frozen=True):
    """One table: where its rows are, how many, and the digest of their bytes."""

    name: str
    part: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str


class Files(msgspec.Struct, frozen=True):
    """The sealed files of that instant; ``missing`` were not on the disk any more."""

    count: int = 0
    size: int = 0
    listing: Part | None = None
    sent: int = 0
    sent_size: int = 0
    missing: tuple[str, ...] = ()


class Log(msgspec.Struct, frozen=True):
    """The log at that instant: the signed tree, and all events, those not yet in it included."""

    size: int = 0
    root: str = ""
    note: str = ""
    public_key: str = ""
    events: int = 0
    last_event_at: datetime | None = None


class Versions(msgspec.Struct, frozen=True):
    """What wrote the back-up."""

    dangan: str
    postgres: int
    schema: tuple[str, ...]
    """The newest migration of each room, ``app.name``."""


class Manifest(msgspec.Struct, frozen=True):
    """A back-up of data: published last, so that a back-up with one is whole."""

    format: str
    name: str
    instant: datetime
    lsn: str
    versions: Versions
    parts: tuple[Part, ...]
    tables: tuple[Table, ...]
    sequences: dict[str, tuple[int, bool]]
    files: Files
    log: Log
    epochs: tuple[int, ...]
    """The key epochs that its data keys are wrapped under."""
    keys: str
    """SHA-256 of the manifest of the keys that were sent away at the same time."""
    recipient: str
    people: int
    """Lines of the roster."""
    probes: str
    """Searches whose answers are known, sealed under the system's key, base64."""
    demo: bool
    """Data and keys were not kept apart, which a demonstration may."""
    demonstration: bool
    """The installation is one: its passwords everybody may know, and what is restored says so."""
    took: float


class KeysManifest(msgspec.Struct, frozen=True):
    """A back-up of keys."""

    format: str
    name: str
    instant: datetime
    part: Part
    epochs: tuple[int, ...]
    recipient: str
    demo: bool


class Epoch(msgspec.Struct, frozen=True):
    """A row of ``keystore.epoch``; ``wrapped`` is None of a destroyed one."""

    id: int
    wrapped: bytes | None
    rotating: bool
    opened_at: datetime
    destroyed_at: datetime | None
    closed_at: datetime | None


class Keys(msgspec.Struct, frozen=True):
    """What the keys' part holds: with the data it opens everything."""

    epochs: tuple[Epoch, ...]
    root: str
    session: str


class Ledger(msgspec.Struct, frozen=True):
    """What was destroyed, by random identifiers: replayed before anything of a back-up opens."""

    format: str
    at: datetime
    size: int
    """How many leaves the log's tree had."""
    root: str
    keys: tuple[tuple[str, int, datetime], ...] = ()
    """Subject, the last epoch that can have wrapped its key, when."""
    withheld: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    """Subject and row."""
    volumes: tuple[tuple[str, str], ...] = ()
    """Subject and volume."""
    materials: tuple[tuple[str, str], ...] = ()
    restricted: tuple[str, ...] = ()
    """Volumes that are kept for no use."""

    @property
    def count(self) -> int:
        return sum(
            len(them)
            for them in (
                self.keys,
                self.withheld,
                self.files,
                self.rows,
                self.volumes,
                self.materials,
                self.restricted,
            )
        )


class Probe(msgspec.Struct, frozen=True):
    """A search and whom it must find."""

    text: str
    subject: str


def encode(document: msgspec.Struct) -> bytes:
    """Canonical enough to be signed: the fields in their order."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def manifest_of(body: bytes) -> Manifest:
    """Raises :class:`Damaged`."""
    return _decoded(body, Manifest, FORMAT, "备份清单")


def keys_manifest_of(body: bytes) -> KeysManifest:
    """Raises :class:`Damaged`."""
    return _decoded(body, KeysManifest, KEYS_FORMAT, "密钥备份清单")


def ledger_of(body: bytes) -> Ledger:
    """Raises :class:`Damaged`."""
    return _decoded(body, Ledger, LEDGER_FORMAT, "销毁台账")


def keys_of(body: bytes) -> Keys:
    """Raises :class:`Damaged`."""
    try:
        return msgspec.json.decode(body, type=Keys)
    except msgspec.DecodeError:
        raise Damaged("密钥备份", "内容读不出来。") from None


def _decoded(body: bytes, kind: type[_Document], format_: str, what: str) -> _Document:
    try:
        found = msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        raise Damaged(what, "内容读不出来，可能由更新的版本写成。") from None
    if getattr(found, "format", "") != format_:
        raise Damaged(what, "格式由更新的版本写成，请用同一版本的程序。")
    return found
