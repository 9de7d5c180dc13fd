"""Reports read from a replica, when it knows everything that the primary knew a moment ago.

A replica that is behind would show people the state before their own change, and open dossiers
whose key has been destroyed. So the primary is asked first where its journal ends, and the replica
answers only when it has got there; when it does not within a second, when it is further behind
than ``DANGAN_REPLICA_LAG``, when it is gone or no replica at all, the primary answers. What the
reader did is noted on the primary in any case, before the answer leaves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

ALIAS = "replica"
PATIENCE = 1.0
_BEAT = 0.02
_AWAY = 10.0
"""Seconds for which a replica that did not answer is left alone."""

_STANDING = """
SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn,
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
         ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END::float8
"""
_log = logging.getLogger("dangan.replica")
_left_alone_until = 0.0
View = TypeVar("View", bound=Callable[..., Any])


def configured() -> bool:
    return ALIAS in connections.settings


@contextmanager
def reading() -> Iterator[bool]:
    """Everything this thread reads in the block comes from the replica, if it may; says whether.

    All of it, rows that the ORM fetches and statements sent by hand alike: the connection itself
    is changed for the block. What is written in it is refused by the replica. Inside a transaction
    nothing changes: what it wrote is known to the primary alone.
    """
    primary = connections[DEFAULT_DB_ALIAS]
    if not configured() or primary.in_atomic_block or not _fresh():
        yield False
        return
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield True
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


def from_replica(view: View) -> View:
    """Has a view that only reads do so on the replica; when that fails half-way, on the primary.

    What the failed attempt noted is forgotten: nothing of it was shown. The view must make its
    whole answer before it returns.
    """

    @wraps(view)
    def asked(request: Any, *arguments: Any, **values: Any) -> Any:
        noted = list(request.actor.trail.pending)
        used = False
        try:
            with reading() as used:
                return view(request, *arguments, **values)
        except (DatabaseError, InterfaceError):
            if not used:
                raise
            _leave_alone("failed while it was read")
            request.actor.trail.pending[:] = noted
            return view(request, *arguments, **values)

    return cast(View, asked)


def lag() -> float | None:
    """Seconds the replica is behind, by its own account; None without one or without an answer."""
    if not configured():
        return None
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_STANDING, ["0/0"])
            return float(cursor.fetchone()[2] or 0.0)
    except (DatabaseError, InterfaceError):
        connections[ALIAS].close()
        return None


def _fresh() -> bool:
    """Has the replica got to where the primary's journal ends now?"""
    if time.monotonic() < _left_alone_until:
        return False
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        (end,) = cursor.fetchone()
    try:
        return _gets_to(end)
    except (DatabaseError, InterfaceError):
        connections[ALIAS].close()
        _leave_alone("does not answer")
        return False


def _gets_to(end: str) -> bool:
    until = time.monotonic() + PATIENCE
    while True:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_STANDING, [end])
            recovering, there, behind = cursor.fetchone()
        if not recovering:
            # It was promoted: from then on it has a history of its own.
            _leave_alone("takes writes and is no replica")
            return False
        if there:
            return True
        if (behind or 0.0) > settings.DANGAN.replica_lag or time.monotonic() > until:
            return False
        time.sleep(_BEAT)


def _leave_alone(why: str) -> None:
    global _left_alone_until  # noqa: PLW0603 - of this process
    _left_alone_until = time.monotonic() + _AWAY
    _log.warning("the replica %s; the primary answers instead", why)
