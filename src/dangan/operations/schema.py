"""Is the database as this version of the program expects it, and if not, make it so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError

_ONE_AT_A_TIME = 0x64616E67616E  # the advisory lock's number: "dangan"


_NO_RIGHT = "42501"


class NotTheOwner(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The app's role may not change the structure (deploy/postgresql/roles.sql)."""


class DatabaseTooNew(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A newer version of the program has written this database; this one must not touch it."""


@cache
def expected() -> frozenset[tuple[str, str]]:
    """The migrations this program ships, as (app label, name), read from file names only."""
    found = set()
    for config in apps.get_app_configs():
        for file in (Path(config.path) / "migrations").glob("[0-9]*.py"):
            found.add((config.label, file.stem))
    return frozenset(found)


def applied() -> frozenset[tuple[str, str]]:
    """The migrations the database has; empty for an empty database."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT app, name FROM django_migrations")
        except ProgrammingError:
            return frozenset()
        return frozenset(cursor.fetchall())


def is_current() -> bool:
    """One query; raises :class:`DatabaseTooNew` when the database is ahead of the program."""
    have, want = applied(), expected()
    ours = {label for label, _ in want}
    unknown = sorted(f"{app}.{name}" for app, name in have - want if app in ours)
    if unknown:
        raise DatabaseTooNew(
            f"数据库由更新的版本写过（{unknown[-1]}）。数据没有改动。请安装新版本的程序再试。"
        )
    return want <= have


def bring_up_to_date() -> bool:
    """Applies what is missing, one process at a time; says whether anything was."""
    if is_current():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
    try:
        if is_current():
            return False
        _migrate()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
    return True


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") != _NO_RIGHT:
            raise
        raise NotTheOwner(
            "数据库要更新，但这个数据库账号不能改结构。数据没有改动。"
            "请用 dangan_owner 的 DANGAN_DATABASE_URL 运行 dangan migrate，再运行 roles.sql。"
        ) from error
