"""An old primary that comes back must not be used: it has a past of its own.

Each promotion begins a new timeline, with a higher number. The highest that this machine has seen
is kept in ``DANGAN_HOME/timeline``; a primary on a lower one is the one that was given up, and
every connection to it is refused. (That it can acknowledge nothing is the work of
``synchronous_standby_names``; this is so that nobody reads from it either.)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

_TIMELINE = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_walfile_name(pg_current_wal_lsn()) END"
)
_highest = 0


class OldPrimary(OperationalError):  # noqa: N818 - reads as a sentence where it is raised
    """The database that answers was replaced by another; it must be rebuilt as its stand-by."""


def refuse_old_primary(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of ``connection_created``."""
    if connection.alias != DEFAULT_DB_ALIAS or settings.DANGAN.embedded_database:
        return
    with connection.connection.cursor() as cursor:
        row = cursor.execute(_TIMELINE).fetchone()
    if row[0] is None:
        return  # a stand-by: what is written is refused there
    found = int(row[0][:8], 16)
    known = max(_highest, _kept())
    if found < known:
        connection.close()
        raise OldPrimary(f"timeline {found} answers, {known} was seen before")
    _keep(found, known)


def place() -> Path:
    home: Path = settings.DANGAN.home
    return home / "timeline"


def _kept() -> int:
    try:
        return int(place().read_text())
    except (OSError, ValueError):
        return 0


def _keep(found: int, known: int) -> None:
    global _highest  # noqa: PLW0603 - of this process
    _highest = found
    if found > known or not place().exists():
        draft = place().with_name(f"timeline.{os.getpid()}")
        draft.write_text(str(found))
        draft.replace(place())
