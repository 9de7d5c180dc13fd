"""The database's disk is full: what cannot be written is refused with 503, what was accepted stays,
and work goes on by itself when there is room again.

A small file system of its own holds one table of the tests' server; that takes root's rights.
(The files' side: tests/files/test_incoming.py.)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from dangan.operations.postgres import server_owner
from dangan.ui import outage
from dangan.ui.requirements import page

pytestmark = pytest.mark.django_db(transaction=True)
handler500 = "dangan.ui.views.server_error"


@page(None, public=True)
def add(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO filling SELECT string_agg(gen_random_uuid()::text, '')"
            " FROM generate_series(1, 1000)"
        )
    return HttpResponse("accepted")


urlpatterns = [path("add/", add)]


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system of two megabytes with a table in it."""
    owner = server_owner()
    if owner is None or shutil.which("mount") is None:
        pytest.skip("needs root, to mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="dangan-small-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("this machine lets nobody mount")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS filling")
            cursor.execute("DROP TABLESPACE IF EXISTS small")
            cursor.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
            cursor.execute("CREATE TABLE filling (body text) TABLESPACE small")
        yield folder
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE filling")
            cursor.execute("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


@override_settings(ROOT_URLCONF=__name__)
def test_a_full_disk_refuses_loses_nothing_and_is_over_when_there_is_room(small: Path) -> None:
    client, accepted = Client(raise_request_exception=False), 0
    for _ in range(3000):
        answer = client.post("/add/")
        if answer.status_code != 200:
            break
        accepted += 1
    assert accepted > 10
    assert answer.status_code == 503
    assert "写不进去" in answer.content.decode()
    assert answer["Retry-After"] == "30"
    assert _count() == accepted, "what was answered is there, what was refused is not"
    subprocess.run(["mount", "-o", "remount,size=8m", str(small)], check=True)
    assert client.post("/add/").status_code == 200
    assert _count() == accepted + 1


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM filling")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("error", "of_the_moment"),
    [
        (psycopg.errors.DiskFull, True),
        (psycopg.errors.TooManyConnections, True),
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.ReadOnlySqlTransaction, True),
        (psycopg.errors.UniqueViolation, False),
        (psycopg.errors.UndefinedTable, False),
        (psycopg.errors.DeadlockDetected, False),
    ],
)
def test_which_errors_are_of_the_moment(error: type[psycopg.Error], of_the_moment: bool) -> None:
    wrapped = OperationalError("…")
    wrapped.__cause__ = error()
    assert outage.passing(wrapped) is of_the_moment
