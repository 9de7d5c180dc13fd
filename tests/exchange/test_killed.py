"""An import killed at any moment is whole or absent, and the log agrees."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dangan.config.environment import Environment
from dangan.exchange.benchmark import make_workbook
from dangan.operations.postgres import EmbeddedServer, connection_settings

ROUNDS = 50
PEOPLE = 150

SET_UP = """
import django
django.setup()
from dangan.operations.schema import bring_up_to_date
bring_up_to_date()
from dangan.access.queries import console_actor
from dangan.organization.actions import load_units
load_units(console_actor(), [("示例集团", "group"), ("示例集团/研发中心", "department")])
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with EmbeddedServer(tmp_path):
        subprocess.run([sys.executable, "-c", SET_UP], env=surroundings(tmp_path), check=True)
        yield tmp_path


def surroundings(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DANGAN_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "dangan.config.settings",
    }


def counts(home: Path) -> tuple[int, int, int]:
    """People, creations in the log, finished imports in the log."""
    to = connection_settings(Environment(home=home))
    with psycopg.connect(
        host=to["HOST"], port=to.get("PORT") or None, user=to["USER"], dbname=to["NAME"]
    ) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM dossiers_subject),"
            " (SELECT count(*) FROM audit_event WHERE action = 'subject.create'),"
            " (SELECT count(*) FROM audit_event WHERE action = 'import.run')"
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def importing(home: Path, book: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dangan.exchange.benchmark", str(book)],
        env=surroundings(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.soak
def test_killed_at_random_moments_an_import_is_whole_or_absent(home: Path):
    luck = random.Random(20261121)  # noqa: S311 - moments, not secrets
    book = home / "people.xlsx"
    book.write_bytes(make_workbook(PEOPLE, 0))
    started = time.monotonic()
    assert importing(home, book).wait() == 0
    whole = time.monotonic() - started
    people, absent, survived = PEOPLE, 0, 0
    for number in range(1, ROUNDS + 1):
        book.write_bytes(make_workbook(PEOPLE, number))
        program = importing(home, book)
        time.sleep(luck.uniform(0.3 * whole, 1.05 * whole))
        program.kill()
        program.wait()
        found, created, _runs = counts(home)
        assert found - people in (0, PEOPLE)
        assert created == found
        absent, survived = absent + (found == people), survived + (found != people)
        assert importing(home, book).wait() == 0
        people += PEOPLE
        again, created, _runs = counts(home)
        assert (again, created) == (people, people)
    assert absent
