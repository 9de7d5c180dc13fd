"""Figures of the installation that are read when asked."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import connection

from dangan.operations.health import registry
from dangan.operations.health.probing import sequencer_lag
from dangan.operations.health.registry import Figure


def register_all() -> None:
    for figure in (
        Figure("jobs", "Background jobs by state", _jobs, "state"),
        Figure("deliveries", "Notices on their way by state", _deliveries, "state"),
        Figure("log_events_waiting", "Events not yet in the log's tree", _waiting),
        Figure("log_lag_seconds", "How long the oldest of them has waited", _lag),
        Figure("disk_free_bytes", "Room left where the data lie", _disk),
        Figure("database_bytes", "Size of the database", _database),
        Figure("database_connections", "Connections to the database", _connections, "state"),
        Figure("replica_lag_seconds", "How far the read replica is behind", _replica),
    ):
        registry.register_figure(figure)


def _jobs() -> dict[str, float]:
    return _counted(
        "SELECT status::text, count(*) FROM procrastinate_jobs"
        " WHERE status IN ('todo', 'doing', 'failed', 'aborted') GROUP BY 1"
    )


def _deliveries() -> dict[str, float]:
    return _counted("SELECT state, count(*) FROM notices_delivery GROUP BY 1")


def _connections() -> dict[str, float]:
    return _counted(
        "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() GROUP BY 1"
    )


def _waiting() -> dict[str, float]:
    return {"": sequencer_lag()[0]}


def _lag() -> dict[str, float]:
    return {"": sequencer_lag()[1]}


def _disk() -> dict[str, float]:
    return {"": shutil.disk_usage(settings.DANGAN.home).free}


def _database() -> dict[str, float]:
    return {"": _counted("SELECT '', pg_database_size(current_database())")[""]}


def _replica() -> dict[str, float]:
    from dangan.operations import replica  # noqa: PLC0415 - it stands above the settings

    lag = replica.lag()
    return {} if lag is None else {"": lag}


def _counted(statement: str) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {str(key): float(value) for key, value in cursor.fetchall()}
