"""From sealed rows in PostgreSQL to partitions in memory, and which rows are new since a snapshot.

A snapshot is PostgreSQL's own: the transactions whose work it shows. A row is new to a reader
when the reader's last snapshot did not show the transaction that wrote it, however late that
transaction began or committed; comparing times or sequence numbers would miss those that commit
out of order.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction

from dangan.dictionary.rules import Dictionary
from dangan.roster import bodies
from dangan.roster.apart import run_apart
from dangan.roster.bodies import Layout
from dangan.roster.engine import columns, partition
from dangan.roster.engine.columns import Kind, kind_of
from dangan.roster.engine.partition import Partition, Piece
from dangan.roster.rules import NAME, STATE, UNIT
from dangan.roster.secrecy import shut_out_of_dumps
from dangan.vault.queries import Unwrapper
from dangan.vault.rules import VaultError, unseal

log = logging.getLogger(__name__)

SLOTS = 256
_CHUNK = 25_000
HELP_FROM = 200_000
"""With fewer people a second process costs more than it brings."""

_MARK = """
SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text,
    pg_relation_filenode('roster_entry'::regclass)::bigint
"""

_ROW = "e.subject, e.unit::text, e.state, e.sealed, k.version, k.epoch, k.wrapped"
_FROM = "roster_entry e LEFT JOIN keystore.data_key k ON k.subject = e.subject"
_IN_SLOT = "mod(get_byte(uuid_send(e.subject), 15), {of}) = {index}"

_NEW = f"""
SELECT m.snapshot, m.own, m.file, {_ROW}
FROM (
    SELECT pg_current_snapshot()::text AS snapshot, pg_current_xact_id_if_assigned()::text AS own,
        pg_relation_filenode('roster_entry'::regclass)::bigint AS file
) m
LEFT JOIN ({_FROM}) ON e.xid >= %(oldest)s::xid8
    AND NOT pg_visible_in_snapshot(e.xid, %(snapshot)s::pg_snapshot) AND {{slot}}
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Share:
    """One of `of` equal shares of the people, told by the last byte of their identifiers."""

    index: int = 0
    of: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.of <= SLOTS:
            raise ValueError(f"no share {self.index} of {self.of}")

    def holds(self, subject: UUID) -> bool:
        """Tell whether a person belongs to this share."""
        return subject.bytes[15] % self.of == self.index

    def halves(self) -> tuple[Share, Share]:
        """Return the two halves of this share."""
        return Share(self.index, self.of * 2), Share(self.index + self.of, self.of * 2)

    @property
    def condition(self) -> str:
        """The same in SQL."""
        return "true" if self.of == 1 else _IN_SLOT.format(of=self.of, index=self.index)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a reader stands: what its last snapshot showed, and of which table file.

    `own` is the running transaction when it has written something. Emptying the table at one
    stroke (TRUNCATE) leaves no rows to notice but makes a new file.
    """

    snapshot: str
    own: str | None
    file: int

    @property
    def oldest(self) -> str:
        """The first transaction that was still running: older rows are all known."""
        return self.snapshot.partition(":")[0]


Row = tuple[UUID, str | None, str, bytes | None, int | None, int | None, bytes | None]
"""subject, unit, state, sealed body, key version, key epoch, wrapped key."""


@dataclass(frozen=True, slots=True)
class News:
    """What changed: people with their rows, and people who are gone."""

    mark: Mark
    people: Partition | None
    gone: tuple[UUID, ...]


@dataclass(slots=True)
class Opened:
    """Opened bodies and whose they are; `closed` are people without body or key."""

    subjects: list[UUID] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)


def kinds_of(dictionary: Dictionary) -> dict[str, Kind]:
    """Return the columns that the roster keeps under a dictionary."""
    kinds = {STATE: Kind.PLAIN} | {
        item.path: kind_of(item.type, is_name=item.path == NAME)
        for item in dictionary.roster_fields
    }
    return kinds | {UNIT: Kind.PLAIN}


def mark() -> Mark:
    """Return where a reader who reads everything from now on will stand."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return Mark(*cursor.fetchone())


def load(kinds: Mapping[str, Kind], share: Share, *, helped: bool = False) -> Partition:
    """Read, open and arrange every person of a share.

    `helped`: of many people a second process opens half. It sees only what is committed.
    """
    if helped and share.of * 2 <= SLOTS and (os.cpu_count() or 1) > 1 and _many():
        pieces = _with_help(kinds, share)
    else:
        pieces = pieces_of(kinds, share)
    return partition.joined(pieces) if pieces else partition.from_entries([], kinds)


def pieces_of(kinds: Mapping[str, Kind], share: Share) -> list[Piece]:
    """Read and open every person of a share."""
    shut_out_of_dumps()
    query = f"SELECT {_ROW} FROM {_FROM} WHERE e.sealed IS NOT NULL AND {share.condition}"  # noqa: S608 - constants
    unwrapper, layouts = Unwrapper(), _Layouts()
    return [_piece(_open(chunk, unwrapper), layouts, kinds) for chunk in _fetched(query)]


def _many() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM roster_entry")
        return int(cursor.fetchone()[0]) >= HELP_FROM


def _with_help(kinds: Mapping[str, Kind], share: Share) -> list[Piece]:
    own, other = share.halves()
    database = str(connection.settings_dict["NAME"])
    with ThreadPoolExecutor(1) as pool:
        helper = pool.submit(
            run_apart, database, "dangan.roster.loading:pieces_of", dict(kinds), other
        )
        pieces = pieces_of(kinds, own)
        try:
            return pieces + list(helper.result())
        except (OSError, RuntimeError) as problem:
            log.warning("roster: no help with loading: %s", problem)
    return pieces + pieces_of(kinds, other)


def news_since(known: Mark, kinds: Mapping[str, Kind], share: Share) -> News:
    """Read what `known` did not show: one indexed look-up when nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW.format(slot=share.condition),
            {"oldest": known.oldest, "snapshot": known.snapshot},
        )
        rows = cursor.fetchall()
    now = Mark(*rows[0][:3])
    changed: list[Row] = [row[3:] for row in rows if row[3] is not None]
    if not changed:
        return News(now, None, ())
    opened = _open(changed, Unwrapper())
    people = None
    if opened.subjects:
        people = partition.joined([_piece(opened, _Layouts(), kinds)])
    return News(now, people, tuple(opened.closed))


def _fetched(query: str) -> Iterator[list[Row]]:
    # A cursor, not COPY: keys or layouts made meanwhile are looked up between two fetches.
    with transaction.atomic():
        with connection.cursor() as settings:
            settings.execute("SET LOCAL work_mem = '256MB'")
            settings.execute("SET LOCAL cursor_tuple_fraction = 1")
        with connection.connection.cursor("roster_load", binary=True) as cursor:
            cursor.execute(query)
            while chunk := cursor.fetchmany(_CHUNK):
                yield chunk


def _open(rows: Iterable[Row], unwrapper: Unwrapper) -> Opened:
    opened = Opened()
    for subject, unit, state, sealed, version, epoch, wrapped in rows:
        if sealed is None or version is None or epoch is None or wrapped is None:
            opened.closed.append(subject)
            continue
        try:
            key = unwrapper.key(subject, version, epoch, wrapped)
            text = unseal(key, bodies.place_of(subject), sealed)
            bodies.check(text, unit, state)
        except VaultError as problem:
            # One damaged row must not keep everybody else from working; it is never shown.
            log.error("roster entry of %s left out: %s", subject, type(problem).__name__)
            opened.closed.append(subject)
            continue
        opened.subjects.append(subject)
        opened.texts.append(text)
    return opened


def _piece(opened: Opened, layouts: _Layouts, kinds: Mapping[str, Kind]) -> Piece:
    table = bodies.decode(opened.texts, layouts.of(opened.texts))
    made = {path: columns.unsorted(kind, table.column(path)) for path, kind in kinds.items()}
    return partition.piece(opened.subjects, made)


class _Layouts:
    """The layouts, read again when a body names one that is not known yet."""

    def __init__(self) -> None:
        self._known: dict[int, Layout] = {}

    def of(self, texts: Sequence[bytes]) -> Mapping[int, Layout]:
        if not {bodies.layout_number(text) for text in texts} <= self._known.keys():
            with connection.cursor() as cursor:
                cursor.execute("SELECT id, paths FROM roster_layout")
                self._known = {number: tuple(paths) for number, paths in cursor.fetchall()}
        return self._known
