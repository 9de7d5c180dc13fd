"""From sealed rows in PostgreSQL to partitions in memory, and which rows are new since a snapshot.

A snapshot is PostgreSQL's own: the transactions whose work it shows. A row is new to a reader
when the reader's last snapshot did not show the transaction that wrote it, however late that
transaction began or committed; comparing times or sequence numbers would miss those that commit
out of order.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction

from dangan.dictionary.rules import Dictionary
from dangan.roster import bodies
from dangan.roster.bodies import SEPARATOR, Layout
from dangan.roster.engine import columns, partition
from dangan.roster.engine.columns import Kind, kind_of
from dangan.roster.engine.partition import Partition, Piece
from dangan.roster.rules import NAME, STATE, UNIT
from dangan.vault.bulk import opener
from dangan.vault.queries import Unwrapper
from dangan.vault.rules import VaultError

log = logging.getLogger(__name__)

SLOTS = 256
_CHUNK = 25_000

_MARK = """
SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text,
    pg_relation_filenode('roster_entry'::regclass)::bigint
"""

_ROW = f"""uuid_send(e.subject),
    convert_to(coalesce(e.unit::text, '') || '{SEPARATOR}' || e.state || '{SEPARATOR}', 'UTF8'),
    e.sealed, k.version, k.epoch, k.wrapped"""
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


Row = tuple[bytes, bytes, bytes | None, int | None, int | None, bytes | None]
"""subject, unit and state as a body begins, sealed body, key version, key epoch, wrapped key.

Bytes all of them: making a million UUIDs would take longer than opening what they name.
"""


@dataclass(frozen=True, slots=True)
class News:
    """What changed: people with their rows, and people who are gone."""

    mark: Mark
    people: Partition | None
    gone: tuple[UUID, ...]


@dataclass(slots=True)
class Opened:
    """Opened bodies and whose they are; `closed` are people without body or key."""

    subjects: list[bytes] = field(default_factory=list)
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


def load(kinds: Mapping[str, Kind], share: Share) -> Partition:
    """Read, open and arrange every person of a share."""
    query = f"SELECT {_ROW} FROM {_FROM} WHERE e.sealed IS NOT NULL AND {share.condition}"  # noqa: S608 - constants
    unwrapper, layouts = Unwrapper(), _Layouts()
    pieces = [_piece(_open(chunk, unwrapper), layouts, kinds) for chunk in _fetched(query)]
    return partition.joined(pieces) if pieces else partition.from_entries([], kinds)


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
            # The next chunk is on its way while this one is opened.
            with ThreadPoolExecutor(1) as ahead:
                chunk = cursor.fetchmany(_CHUNK)
                while chunk:
                    coming = ahead.submit(cursor.fetchmany, _CHUNK)
                    yield chunk
                    chunk = coming.result()


def _open(rows: Iterable[Row], unwrapper: Unwrapper) -> Opened:
    opened = Opened()
    open_value = opener(unwrapper, bodies.KIND)
    for subject, beside, sealed, version, epoch, wrapped in rows:
        if sealed is None or version is None or epoch is None or wrapped is None:
            opened.closed.append(UUID(bytes=subject))
            continue
        try:
            text = open_value(subject, version, epoch, wrapped, sealed)
            bodies.check(text, beside)
        except VaultError as problem:
            # One damaged row must not keep everybody else from working; it is never shown.
            whose = UUID(bytes=subject)
            log.error("roster entry of %s left out: %s", whose, type(problem).__name__)
            opened.closed.append(whose)
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
