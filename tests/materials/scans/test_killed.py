"""A process killed while scans are taken in or turned leaves nothing half, and nothing in clear."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from tests.archive import Archive, make_archive
from tests.cast import make_cast

from dangan.access.actions import create_account
from dangan.access.queries import console_actor
from dangan.files.looking_after import sweep
from dangan.files.models import SealedFile
from dangan.files.storage import files
from dangan.materials.catalogue.models import Material
from dangan.materials.scans import actions
from dangan.materials.scans.models import Page, PageEvent

FORM = "职工登记表"

KILLED = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from pathlib import Path
from uuid import UUID
from dangan.access.queries import actor_of
from dangan.materials.scans import actions
from dangan.materials.scans.actions import adding, arranging

def die(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

point = {point!r}
setattr(*{{
    "a file kept, before it is drawn": (adding, "drawn", die),
    "pages stored, before they are counted": (adding, "recount", die),
    "counted, before the log": (adding, "note", die),
    "a page turned, before it is saved": (arranging, "redraw", die),
    "a page turned, before the log": (arranging, "note", die),
}}[point])
actor = actor_of(UUID({actor!r}))
if {page!r}:
    actions.rotate(actor, page=UUID({page!r}), by=90)
else:
    data = Path({scan!r}).read_bytes()
    actions.add_pages(actor, material=UUID({material!r}), files=[("1.jpg", data)])
"""


@pytest.fixture
def archive(transactional_db: None) -> Archive:
    made = make_archive(make_cast())
    made.volume("沈知微")
    return made


@pytest.fixture
def keeper(archive: Archive) -> UUID:
    made = create_account(
        console_actor(),
        login="keeper",
        name="测试账号",
        roles=[("archivist", None)],
        password="chengxu2026",
        must_change=False,
    )
    return made.id


def run_and_die(archive: Archive, keeper: UUID, point: str, *, scan: Path, page: str = "") -> None:
    code = textwrap.dedent(KILLED).format(
        database=connection.settings_dict["NAME"],
        point=point,
        actor=str(keeper),
        page=page,
        scan=str(scan),
        material=str(archive.materials[FORM]),
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "point",
    [
        "a file kept, before it is drawn",
        "pages stored, before they are counted",
        "counted, before the log",
    ],
)
def test_a_killed_upload_leaves_no_page_and_its_bytes_sealed_until_swept(
    archive: Archive, keeper: UUID, scan, tmp_path: Path, point: str
) -> None:
    given = tmp_path / "1.jpg"
    given.write_bytes(scan(1))
    run_and_die(archive, keeper, point, scan=given)
    assert not Page.objects.exists()
    assert not PageEvent.objects.exists()
    assert not SealedFile.objects.exists()
    assert Material.objects.get(pk=archive.materials[FORM]).scanned_pages == 0
    piece = scan(1)[3000:3032]
    left = [path for path in Path(files().location).rglob("*") if path.is_file()]
    assert not any(piece in path.read_bytes() for path in left)
    sweep(console_actor(), now=timezone.now() + timedelta(days=2))
    assert not [path for path in Path(files().location).glob("??/*") if path in left]


@pytest.mark.parametrize(
    "point", ["a page turned, before it is saved", "a page turned, before the log"]
)
def test_a_killed_turning_leaves_the_page_as_it_was(
    archive: Archive, keeper: UUID, scan, tmp_path: Path, point: str
) -> None:
    page = actions.add_pages(
        archive.archivist, material=archive.materials[FORM], files=[("1.jpg", scan(1))]
    ).pages[0]
    run_and_die(archive, keeper, point, scan=tmp_path, page=str(page.pk))
    after = Page.objects.get()
    assert after.rotation == 0
    assert bytes(after.sealed_thumbnail) == bytes(page.sealed_thumbnail)
    assert PageEvent.objects.filter(verb="rotate").count() == 0
