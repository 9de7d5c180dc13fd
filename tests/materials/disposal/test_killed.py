"""A process killed at any point of a destruction: it has either not begun, or is finished after
the restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.db import connection
from PIL import Image
from tests.cast import make_cast
from tests.materials.disposal.conftest import House, make_house

from dangan.access.queries import console_actor
from dangan.dossiers.models import Record
from dangan.files import actions as files
from dangan.files.models import SealedFile
from dangan.files.storage import files as storage
from dangan.files.storage import place_of
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import DestructionList, Item
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed

State = DestructionList.State

KILLED = """
import os, signal
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from uuid import UUID
from dangan.access.queries import actor_of
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions import executing

def die(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

point = {point!r}
if point == "before the beginning":
    executing.list_digest = die
elif point == "before the first item":
    executing._one = die
elif point == "within an item, before its commit":
    executing._forget = die
elif point == "after a commit, before the bytes":
    from dangan.files.storage import DurableStorage
    DurableStorage.delete = die
elif point == "after one of two items":
    once, seen = executing._one, []
    def one(actor, pk):
        once(actor, pk)
        die()
    executing._one = one
elif point == "before the ledger":
    executing.total = die
actions.execute(actor_of(UUID({actor!r})), list_=UUID({list_!r}))
"""

POINTS = {
    "before the beginning": State.APPROVED,
    "before the first item": State.EXECUTING,
    "within an item, before its commit": State.EXECUTING,
    "after a commit, before the bytes": State.EXECUTING,
    "after one of two items": State.EXECUTING,
    "before the ledger": State.EXECUTING,
}


@pytest.fixture
def house(transactional_db: None) -> House:
    return make_house(make_cast())


def run_and_die(house: House, row: DestructionList, point: str) -> None:
    code = textwrap.dedent(KILLED).format(
        database=connection.settings_dict["NAME"],
        point=point,
        actor=str(house.ids["archivist"]),
        list_=str(row.pk),
    )
    root = str(Path(__file__).resolve().parents[3])
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": root},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]


@pytest.mark.parametrize("point", POINTS)
def test_not_begun_or_finished(house: House, point: str, tmp_path: Path) -> None:
    people = [house.leave(name) for name in ("罗文博", "俞书衡")]
    picture = tmp_path / "scan.png"
    Image.new("RGB", (60, 60), "white").save(picture)
    kept = [
        files.keep(
            house.actor("archivist"), subject=person, name="a.png", data=picture.read_bytes()
        )
        for person in people
    ]
    house.due()
    row = house.witnessed(*[Pick("dossier", person) for person in people])
    run_and_die(house, row, point)
    row.refresh_from_db()
    assert row.state == POINTS[point]
    for person in people:
        alive = {item.subject for item in row.items.filter(state=Item.State.LISTED)}
        if person in alive:  # each is whole …
            assert vault.key_of(person)
            assert not Record.objects.filter(subject=person, sealed=b"").exists()
        else:  # … or gone
            with pytest.raises(KeyDestroyed):
                vault.key_of(person)
    assert actions.finish_all(console_actor(purpose="重启")) == (row.state == State.EXECUTING)
    row.refresh_from_db()
    if row.state == State.APPROVED:
        actions.execute(house.actor("archivist"), list_=row.pk)
        row.refresh_from_db()
    assert row.state == State.DONE
    assert row.counts["dossiers"] == 2
    for person, file in zip(people, kept, strict=True):
        with pytest.raises(KeyDestroyed):
            vault.key_of(person)
        file.refresh_from_db()
        assert (file.state, bytes(file.sealed_key)) == (SealedFile.State.GONE, b"")
        assert not storage().exists(place_of(file.object))
    assert actions.finish_all(console_actor()) == 0
