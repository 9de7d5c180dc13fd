"""A primary and its stand-by: reports read from the one, work goes on with the other.

Made of the embedded server's programs, set up by deploy/postgresql/roles.sql and as the runbook
says; people work through the program's own verbs under the app's role. ``make soak`` does it for
longer, several times over (DANGAN_SOAK_FAILOVERS).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.homes import new_home
from tests.operations.clusters import DATABASE, Pair, Server, pair
from tests.operations.service import environment

from dangan.operations.postgres import run_program

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "deploy" / "postgresql" / "roles.sql"


@dataclass
class Site:
    """The pair, with the roles and the structure, and the home of the machine that works there."""

    servers: Pair
    home: Path

    def given(self, *order: Server, user: str = "dangan_app", **more: str) -> dict[str, str]:
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in order)
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        return environment(self.home) | {
            "DANGAN_DATABASE_URL": f"postgresql://{user}@{hosts}/{DATABASE}",
            "DJANGO_SETTINGS_MODULE": "dangan.config.settings",
            "PYTHONPATH": paths,
            **more,
        }

    def dangan(self, *words: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dangan.cli.main", *words],
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )


def give_roles(server: Server) -> None:
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user="postgres", dbname=DATABASE, autocommit=True
    ) as opened:
        opened.execute(ROLES.read_text().encode())


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with pair() as servers, new_home() as folder:
        made = Site(servers, folder / "home")
        give_roles(servers.primary)
        done = made.dangan("migrate", given=made.given(servers.primary, user="dangan_owner"))
        assert done.returncode == 0, done.stderr
        give_roles(servers.primary)
        yield made


FORBIDDEN = (
    "UPDATE audit_event SET outcome = 'done'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "UPDATE audit_checkpoint SET size = 0",
    "DELETE FROM audit_leaf",
    "DROP TABLE audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_event_only_grows ON audit_event",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "SET session_replication_role = replica",
    "DROP TABLE dossiers_subject",
    "DROP SCHEMA keystore CASCADE",
    "CREATE TABLE anything (x int)",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    "ALTER ROLE dangan_app SUPERUSER",
    "COPY audit_event TO PROGRAM 'cat'",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_apps_role_may_not(site: Site, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        site.servers.primary.ask(statement, user="dangan_app")


READER = """
import json, sys, threading, time
import django; django.setup()
import psycopg
from django.db import connection, connections, transaction
from django.db.utils import InternalError
from dangan.access.queries import console_actor
from dangan.dossiers.models import Subject
from dangan.operations import replica
from dangan.organization import actions

standby = psycopg.connect(sys.argv[1], autocommit=True)
told = {}

def recovering():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return cursor.fetchone()[0]

def write(name):
    actions.load_units(console_actor(), [("示例集团", "group"), ("示例集团/" + name, "department")])

write("一部")
with replica.reading() as used:
    told["fresh"] = [used, recovering()]
    told["own write is there"] = connection.cursor().execute(
        "SELECT count(*) FROM organization_unit").fetchone()[0] >= 2
    try:
        Subject.objects.update(state="destroyed")
        told["writes"] = "accepted"
    except InternalError as error:
        told["writes"] = error.__cause__.sqlstate
told["after"] = recovering()
standby.execute("SELECT pg_wal_replay_pause()")
write("二部")
with replica.reading() as used:
    told["behind"] = [used, recovering()]
standby.execute("SELECT pg_wal_replay_resume()")
with replica.reading() as used:
    told["caught up"] = [used, recovering()]
with transaction.atomic(), replica.reading() as used:
    told["in a transaction"] = used
told["lag"] = replica.lag()

class Request:
    actor = console_actor()

calls = []
@replica.from_replica
def view(request):
    request.actor.trail.note("test")
    calls.append(recovering())
    if calls[-1]:
        standby.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'dangan' AND pid <> pg_backend_pid()")
        time.sleep(0.2)
        recovering()
    return len(request.actor.trail.pending)
told["noted once"] = view(Request)
told["calls"] = calls
print(json.dumps(told))
"""


def test_reports_read_from_a_replica_that_knows_all_and_else_from_the_primary(site: Site) -> None:
    servers = site.servers
    replica = f"postgresql://dangan_app@127.0.0.1:{servers.standby.port}/{DATABASE}"
    done = subprocess.run(
        [sys.executable, "-c", READER, servers.standby.url],
        env=site.given(servers.primary, DANGAN_REPLICA_URL=replica),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["fresh"] == [True, True]
    assert told["own write is there"] is True
    assert told["writes"] == "25006", "a replica takes no writes"
    assert told["after"] is False
    assert told["behind"] == [False, False], "lag fails closed: the primary answers"
    assert told["caught up"] == [True, True]
    assert told["in a transaction"] is False
    assert told["calls"] == [True, False], "gone half-way: the primary answers"
    assert told["noted once"] == 1


def until(true: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


class Work:
    """Writers at work on whichever of the two takes writes."""

    def __init__(self, site: Site, folder: Path, first: str = "") -> None:
        self.site, self.folder = site, folder
        servers = site.servers
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.operations.writer", str(folder), first],
            env=site.given(servers.primary, servers.standby),
            stdout=self._log,
            stderr=self._log,
            cwd=ROOT,
        )

    @property
    def acknowledged(self) -> list[str]:
        return lines(self.folder / "acknowledged")

    def more(self, count: int) -> None:
        target = len(self.acknowledged) + count
        until(lambda: len(self.acknowledged) >= target or self._process.poll() is not None)
        assert self._process.poll() is None, (self.folder / "log").read_text()[-3000:]

    def stop(self) -> None:
        (self.folder / "stop").touch()
        assert self._process.wait(90) == 0, (self.folder / "log").read_text()[-3000:]
        self._log.close()


def fail_over(servers: Pair) -> float:
    """The primary dies, the stand-by takes over; seconds until it takes writes."""
    began = time.monotonic()
    servers.primary.kill()
    servers.standby.promote()
    return time.monotonic() - began


def check(site: Site, servers: Pair, acknowledged: list[str]) -> None:
    """Every acknowledged change is there, and the log contradicts no exported checkpoint."""
    with psycopg.connect(servers.standby.url) as opened:
        kept = {str(row[0]) for row in opened.execute("SELECT id FROM dossiers_subject")}
    assert set(acknowledged) <= kept, f"{len(set(acknowledged) - kept)} lost"
    assert len(set(acknowledged)) == len(acknowledged)
    given = site.given(servers.primary, servers.standby)
    verified = site.dangan("audit", "verify", "--data", "--json", given=given)
    assert verified.returncode == 0, verified.stdout[-2000:] + verified.stderr[-2000:]


def test_the_primary_is_killed_under_load_and_no_accepted_change_is_lost(
    site: Site, tmp_path: Path
) -> None:
    servers = site.servers
    work = Work(site, tmp_path)
    work.more(40)
    until((site.home / "checkpoints.txt").exists)
    fail_over(servers)
    work.more(40)
    work.stop()
    errors = lines(tmp_path / "errors")
    assert errors, "the writers felt it"
    assert all(line.endswith(" passing") for line in errors), errors[:5]
    check(site, servers, work.acknowledged)
    assert int((site.home / "timeline").read_text()) == 2


def test_the_old_primary_that_comes_back_is_not_used(site: Site) -> None:
    old, new = site.servers.primary, site.servers.standby
    old.start()
    # It waits for a stand-by that follows another now: it acknowledges nothing.
    waiting = threading.Thread(target=_write_to, args=(old,), daemon=True)
    waiting.start()
    waiting.join(1.5)
    assert waiting.is_alive()
    # Nor does anybody read from it, even when it is named first.
    done = subprocess.run(
        [sys.executable, "-c", CONNECTS, str(new.port)],
        env=site.given(old, new),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["OldPrimary", "True", "1"]


CONNECTS = """
import sys
import django; django.setup()
from django.db import connection
from dangan.operations.timeline import OldPrimary
from dangan.ui import outage
try:
    connection.ensure_connection()
except OldPrimary as error:
    print("OldPrimary", outage.passing(error))
connection.settings_dict.update(HOST="127.0.0.1", PORT=sys.argv[1])
print(connection.cursor().execute("SELECT 1").fetchone()[0])
"""


def _write_to(server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as opened:
        try:
            opened.execute("CREATE TABLE never_acknowledged (x int)")
        except psycopg.Error:
            return


def test_the_old_primary_is_made_the_new_ones_stand_by(site: Site) -> None:
    """The commands of the runbook."""
    old, new = site.servers.primary, site.servers.standby
    run_program("pg_ctl", ["-D", str(old.data), "-m", "immediate", "stop"])
    source = f"host=127.0.0.1 port={new.port} user=postgres dbname=postgres application_name=one"
    run_program("pg_rewind", ["-D", str(old.data), "--source-server", source, "-R"])
    old.start()
    new.set(synchronous_standby_names="one", synchronous_commit="on")
    new.reload()
    swapped = Pair(new, old)
    swapped.wait_for_standby()
    assert old.ask("SELECT to_regclass('never_acknowledged') IS NULL") == (True,)
    assert old.ask("SELECT pg_is_in_recovery()") == (True,)
