"""Putting a back-up into an empty database and an empty folder."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec
import psycopg

from dangan.operations.backup import age, sending, streams
from dangan.operations.backup.fetching import Fetched
from dangan.operations.backup.rules.manifest import Part, Table
from dangan.operations.backup.rules.problems import BackupProblem, Damaged, Unusable
from dangan.operations.backup.snapshot import Target

LANES = 2
_FAST = (
    b"SET synchronous_commit = off",
    b"SET maintenance_work_mem = '256MB'",
    b"SET max_parallel_maintenance_workers = 2",
)


@dataclass
class Loaded:
    """What came in, and what of it was not as it was written."""

    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    files_size: int = 0
    found: list[BackupProblem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Parts of the database that could not be read to their end."""


def database_is_empty(target: Target) -> bool:
    """Whether there is nothing of ours, or of anybody, in it."""
    with target.connect() as sql:
        row = sql.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'"
        ).fetchone()
    return row is not None and row[0] == 0


def load_database(fetched: Fetched, target: Target, loaded: Loaded, *, strict: bool) -> None:
    """Tables, rows, counters, epochs, then indexes and constraints.

    With ``strict`` the first thing that is wrong is raised; otherwise all of it is noted in
    ``loaded``, part by part, and what could be read is there.
    """
    before, after = _definitions(fetched, loaded, strict=strict)
    _script(target, before)
    parts = [part for part in fetched.manifest.parts if not part.name.endswith("/schema.age")]
    with ThreadPoolExecutor(LANES) as lanes:
        outcomes = lanes.map(lambda part: _load_part(fetched, target, part, loaded), parts)
        for part, problem in zip(parts, outcomes, strict=True):
            if problem is not None:
                loaded.broken.add(part.name)
                if strict:
                    raise problem
                loaded.found.append(problem)
    _compare(fetched.manifest.tables, loaded, strict=strict)
    if loaded.found:
        return
    _finish(fetched, target)
    _script(target, after)
    with target.connect(autocommit=True) as sql:
        sql.execute("ANALYZE")


def _definitions(fetched: Fetched, loaded: Loaded, *, strict: bool) -> tuple[str, str]:
    part = next(one for one in fetched.manifest.parts if one.name.endswith("/schema.age"))
    try:
        found = msgspec.json.decode(fetched.small(part), type=dict[str, str])
    except BackupProblem as problem:
        if strict:
            raise
        loaded.found.append(problem)
        return "", ""
    return found["pre"], found["post"]


def _script(target: Target, statements: str) -> None:
    """Runs a script of pg_dump in a transaction of its own."""
    if not statements:
        return
    with target.connect() as sql, psycopg.ClientCursor(sql) as cursor:
        for setting in _FAST:
            cursor.execute(setting)
        try:
            cursor.execute(statements.encode())
        except psycopg.Error as error:
            raise Unusable(f"数据库没有接受备份的结构：{error.diag.message_primary}。") from None


class _Loader:
    """One table by COPY, in a transaction of its own."""

    def __init__(self, sql: psycopg.Connection[Any], head: streams.Head) -> None:
        self._cursor = sql.cursor()
        columns = ", ".join(head.columns)
        statement = f"COPY {head.table} ({columns}) FROM STDIN (FORMAT binary)"
        self._sql, self._context = sql, self._cursor.copy(statement.encode())
        self._copy = self._context.__enter__()

    def write(self, data: bytes, /) -> None:
        self._copy.write(data)

    def end(self) -> int:
        self._context.__exit__(None, None, None)
        self._sql.commit()
        return int(self._cursor.rowcount)

    def drop(self) -> None:
        error = Damaged("", "")
        with suppress(psycopg.Error, Damaged):
            self._context.__exit__(type(error), error, None)
        self._sql.rollback()


def _load_part(
    fetched: Fetched, target: Target, part: Part, loaded: Loaded
) -> BackupProblem | None:
    """One part of the database; gives what was wrong with it."""

    def told(head: streams.Head, rows: int, size: int, sha256: str) -> None:
        del size
        loaded.tables[head.table] = rows
        expected = tables.get(head.table)
        if expected is None or expected.sha256 != sha256 or expected.rows != rows:
            raise Damaged(f"表 {head.table}", "行数或摘要与清单不符。")

    tables = {table.name: table for table in fetched.manifest.tables if table.part == part.name}
    with target.connect() as sql:
        for setting in _FAST[:1]:
            sql.execute(setting)
        sql.commit()
        reader = streams.Reader(lambda head: _Loader(sql, head), told)
        try:
            fetched.part(part, age.Taker(reader.take, reader.where))
            reader.finish()
        except BackupProblem as problem:
            reader.drop()
            return problem
        except psycopg.Error as error:
            where = reader.where()
            reader.drop()
            return Damaged(part.name, f"数据库没有接受{where}：{error.diag.message_primary}。")
    return None


def _compare(tables: tuple[Table, ...], loaded: Loaded, *, strict: bool) -> None:
    """Tables that never came, but for those of parts that are known to be damaged."""
    for table in tables:
        if table.name not in loaded.tables and table.part not in loaded.broken:
            problem = Damaged(f"表 {table.name}", "清单里有，备份里没有。")
            if strict:
                raise problem
            loaded.found.append(problem)


def _finish(fetched: Fetched, target: Target) -> None:
    """Counters go on behind the last number; the epochs come from the keys."""
    with target.connect() as sql:
        for epoch in fetched.keys.epochs:
            sql.execute(
                "INSERT INTO keystore.epoch"
                " (id, wrapped, rotating, opened_at, destroyed_at, closed_at)"
                " OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    epoch.id,
                    epoch.wrapped,
                    epoch.rotating,
                    epoch.opened_at,
                    epoch.destroyed_at,
                    epoch.closed_at,
                ],
            )
        for name, (last, called) in fetched.manifest.sequences.items():
            sql.execute("SELECT setval(%s::regclass, %s, %s)", [name, last, called])
        sql.execute(
            "SELECT setval(pg_get_serial_sequence('keystore.epoch', 'id'), max(id))"
            " FROM keystore.epoch"
        )


def load_files(
    fetched: Fetched,
    folder: Path,
    loaded: Loaded,
    *,
    strict: bool,
    keep: Callable[[int], bool] = lambda _number: True,
) -> None:
    """Opens every listed file and compares it with its digest; those that ``keep`` wants are
    written under ``folder``."""
    listing = fetched.manifest.files.listing
    if listing is None:
        return
    try:
        lines = list(sending.listed(fetched.plain(listing)))
    except (BackupProblem, ValueError, OSError) as error:
        problem = error if isinstance(error, BackupProblem) else Damaged(listing.name, "读不出来。")
        if strict:
            raise problem from None
        loaded.found.append(problem)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = threading.Lock()
    stop = threading.Event()

    def one(numbered: tuple[int, tuple[str, int, str]]) -> None:
        if stop.is_set():
            return
        number, (name, size, digest) = numbered
        try:
            _one_file(fetched, folder if keep(number) else None, name, size, digest)
        except BackupProblem as problem:
            with lock:
                loaded.found.append(problem)
            if strict:
                stop.set()
            return
        with lock:
            loaded.files += 1
            loaded.files_size += size

    with ThreadPoolExecutor(max(LANES, fetched.store.lanes)) as lanes:
        for chunk in _chunks(list(enumerate(lines)), 1024):
            list(lanes.map(one, chunk))
    if strict and loaded.found:
        raise loaded.found[0]


def _one_file(fetched: Fetched, folder: Path | None, name: str, size: int, digest: str) -> None:
    seen = hashlib.sha256()
    count = 0
    # Not os.write: of a disk that is nearly full it takes a part and says so to nobody.
    out: IO[bytes] | None = None if folder is None else _created(folder / name[:2] / name)

    def take(data: bytes) -> None:
        nonlocal count
        seen.update(data)
        count += len(data)
        if out is not None:
            out.write(data)

    try:
        fetched.file(name, age.Taker(take, lambda: ""))
    finally:
        if out is not None:
            out.close()
    if count != size or seen.hexdigest() != digest:
        raise Damaged(f"文件 {name}", "内容与清单的摘要不符。")


def _created(place: Path) -> IO[bytes]:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _chunks(
    lines: list[tuple[int, tuple[str, int, str]]], size: int
) -> Iterator[list[tuple[int, tuple[str, int, str]]]]:
    for start in range(0, len(lines), size):
        yield lines[start : start + size]
