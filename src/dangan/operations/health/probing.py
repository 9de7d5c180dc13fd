"""The probes of the installation itself, and asking all of them."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping

from django.conf import settings
from django.db import connection, transaction

from dangan.operations import schema
from dangan.operations.health import clock, registry
from dangan.roster import memory
from dangan.vault.secrets import root_secret

_log = logging.getLogger("dangan.health")

LEAST_FREE = 500 * 2**20
"""Bytes below which no work is taken on: what is under way must still end well."""
SEQUENCER_SECONDS = 120.0
"""How long an event may wait for the tree before something must be wrong."""
_LIMIT = "4s"

UNSEQUENCED = """
WITH last AS (
    SELECT era, xid, event FROM audit_checkpoint ORDER BY size DESC LIMIT 1
), waiting AS (
    SELECT e.at FROM audit_event e
    WHERE (e.era, e.xid, e.id) > (
        coalesce((SELECT era FROM last), 0::smallint),
        coalesce((SELECT xid FROM last), '0'::xid8),
        coalesce((SELECT event FROM last), 0))
    ORDER BY e.era, e.xid, e.id LIMIT 100000
)
SELECT count(*), coalesce(extract(epoch FROM now() - min(at)), 0)::float8 FROM waiting
"""
"""How many events are not in the tree yet, and how many seconds the oldest waits."""


def out_of_order() -> Mapping[str, str]:
    """The parts that are not ready, with why. When the database is away, that is all we say:
    the others could only repeat it, each after a wait."""
    wrong: dict[str, str] = {}
    for key, probe in registry.probes().items():
        if "database" in wrong and key not in _LOCAL:
            continue
        try:
            said = probe()
        except Exception as error:
            said = type(error).__name__
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
        if said:
            wrong[key] = said
    if wrong:
        _log.warning("not ready: %s", ", ".join(f"{key} ({why})" for key, why in wrong.items()))
    return wrong


_LOCAL = frozenset({"clock", "database", "disk", "keys"})


def register_all() -> None:
    """The installation's own parts; rooms add theirs."""
    registry.register("database", _database)
    registry.register("clock", lambda: "was set while we run" if clock.jumped() else "")
    registry.register("disk", _disk)
    registry.register("keys", _keys)
    registry.register("migrations", _migrations)
    registry.register("sequencer", _sequencer)
    registry.register("roster", _roster)


def _database() -> str:
    """Reachable, and takes what is written: a line in its journal, flushed and of no effect."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{_LIMIT}'")
        # Whether a stand-by confirms is not this process's affair.
        cursor.execute("SET LOCAL synchronous_commit = local")
        cursor.execute("SELECT pg_is_in_recovery()")
        if cursor.fetchone() == (True,):
            return "a stand-by, takes no writes"
        cursor.execute("SELECT pg_logical_emit_message(true, 'dangan', 'ready')")
    return ""


def _migrations() -> str:
    """Missing ones only: while a new version takes over, the database may already be ahead."""
    missing = schema.expected() - schema.applied()
    return f"{len(missing)} not applied" if missing else ""


def _sequencer() -> str:
    seconds = sequencer_lag()[1]
    return f"an event waits since {seconds:.0f} s" if seconds > SEQUENCER_SECONDS else ""


def sequencer_lag() -> tuple[int, float]:
    """Events not in the tree, and how many seconds the oldest has waited."""
    with connection.cursor() as cursor:
        cursor.execute(UNSEQUENCED)
        count, seconds = cursor.fetchone()
    return int(count), float(seconds)


def _roster() -> str:
    """Loaded; asking has it load."""
    if memory.roster().ready:
        return ""
    memory.roster().start()
    return "loading"


def _disk() -> str:
    free = shutil.disk_usage(settings.DANGAN.home).free
    return "" if free >= LEAST_FREE else f"{free // 2**20} MiB free"


def _keys() -> str:
    root_secret()
    return ""
