"""One instant of the database: everything a back-up reads, it reads as of then.

One transaction stands still (repeatable read, read only) while work goes on; ``pg_dump`` is given
the same snapshot for the tables' definitions. Rows go out by binary COPY, one table after the
other, so that a part knows which table and which row it has come to.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from dangan.operations.backup.rules.problems import Unusable
from dangan.operations.postgres import programs

APART = "keystore.epoch"
"""Backed up with the keys, never with the data."""

_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname), pg_total_relation_size(c.oid),
       array_agg(quote_ident(a.attname) ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
GROUP BY 1, 2 ORDER BY 1
"""

_SEQUENCES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""

_META = re.compile(r"^\\(?:un)?restrict .*$|^SET transaction_timeout .*$", re.MULTILINE)
"""Lines of a dump that only psql, or only a newer server, understands."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table to be copied out: ``size`` on the disk, ``columns`` quoted."""

    name: str
    size: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """How to reach a database: libpq's parameters, the password apart."""

    where: tuple[tuple[str, str], ...]
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Target:
        """From Django's ``DATABASES["default"]``."""
        given = {
            "host": settings.get("HOST"),
            "port": settings.get("PORT"),
            "user": settings.get("USER"),
            "dbname": settings["NAME"],
        }
        options = settings.get("OPTIONS") or {}
        given |= {key: value for key, value in options.items() if isinstance(value, str | int)}
        given["application_name"] = "dangan backup"
        where = tuple((key, str(value)) for key, value in given.items() if value)
        return cls(where, str(settings.get("PASSWORD") or ""))

    @property
    def conninfo(self) -> str:
        """Without the password, so that it may stand on a command line."""
        return make_conninfo("", **dict(self.where))

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        if self.password:
            options["password"] = self.password
        return psycopg.connect(self.conninfo, **options)


class TableRows:
    """A table being copied out, in the pieces that come; :attr:`count` is known at the end."""

    def __init__(self, sql: psycopg.Connection[Any], table: TableInfo) -> None:
        self._sql, self._table = sql, table
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        columns = ", ".join(self._table.columns)
        statement = f"COPY {self._table.name} ({columns}) TO STDOUT (FORMAT binary)"
        with self._sql.cursor() as cursor:
            with cursor.copy(statement.encode()) as copy:
                for data in copy:
                    yield bytes(data)
            self.count = cursor.rowcount


class Snapshot:
    """What the database held at :attr:`instant`."""

    def __init__(self, target: Target, connection: psycopg.Connection[Any]) -> None:
        self._target = target
        self.sql = connection
        row = connection.execute(
            "SELECT pg_export_snapshot(), now(), pg_is_in_recovery(),"
            " current_setting('server_version_num')::int"
        ).fetchone()
        assert row is not None  # noqa: S101 - a SELECT without FROM has one row
        self._name: str = row[0]
        self.instant: datetime = row[1]
        self.server_version: int = row[3]
        lsn = "pg_last_wal_replay_lsn()" if row[2] else "pg_current_wal_lsn()"
        self.lsn = str(self.one(f"SELECT {lsn}")[0])

    def one(self, statement: str, *values: object) -> tuple[Any, ...]:
        """The first row."""
        found = self.sql.execute(statement.encode(), values or None).fetchone()
        return tuple(found or ())

    def all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.sql.execute(statement.encode(), values or None).fetchall()

    def tables(self) -> list[TableInfo]:
        """Every table but the one with the epochs' keys."""
        found = [TableInfo(name, int(size), tuple(cols)) for name, size, cols in self.all(_TABLES)]
        return [table for table in found if table.name != APART]

    def sequences(self) -> dict[str, tuple[int, bool]]:
        """Where counting goes on. Sequences know no snapshot: they may be ahead, never behind."""
        found = {}
        for (name,) in self.all(_SEQUENCES):
            last, called = self.one(f"SELECT last_value, is_called FROM {name}")  # noqa: S608
            found[str(name)] = (int(last), bool(called))
        return found

    def definitions(self) -> tuple[str, str]:
        """The statements that make the tables, and those for after the rows are in."""
        return self._dump("pre-data"), self._dump("post-data")

    def rows(self, table: TableInfo) -> TableRows:
        """The table's rows in COPY's binary format."""
        return TableRows(self.sql, table)

    def _dump(self, section: str) -> str:
        target = self._target
        done = subprocess.run(  # noqa: S603 - our own program
            [
                str(programs() / "pg_dump"),
                f"--dbname={target.conninfo}",
                *("--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"),
                *(f"--section={section}", f"--snapshot={self._name}", "--no-password"),
            ],
            capture_output=True,
            text=True,
            env={**os.environ, "PGPASSWORD": target.password, "LC_ALL": "C"},
            check=False,
        )
        if done.returncode:
            raise Unusable(f"pg_dump 没有成功：{done.stderr.strip()[-400:]}")
        return _META.sub("", done.stdout)


@contextmanager
def snapshot(target: Target) -> Iterator[Snapshot]:
    """Stands still while the back-up reads; nobody waits for it, it waits for nobody."""
    with target.connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Snapshot(target, connection)
        connection.rollback()
