"""Whatever a crash leaves behind is swept up, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone
from tests.cast import Cast, written_events
from tests.files.conftest import objects
from tests.files.samples import picture

from dangan.access.queries import system_actor
from dangan.files.actions import keep
from dangan.files.looking_after import GRACE, sweep
from dangan.files.models import SealedFile
from dangan.files.queries import content
from dangan.files.storage import files, place_of

pytestmark = pytest.mark.django_db


def make_old(folder: Path) -> None:
    past = time.time() - GRACE.total_seconds() - 60
    for path in objects(folder):
        os.utime(path, (past, past))


def test_strays_go_after_a_day_and_kept_files_stay(cast: Cast, folder: Path) -> None:
    hr = cast.actor("hr_specialist")
    file = keep(hr, subject=cast.people["沈知微"], name="证.jpg", data=picture())
    stray = Path(files().path(place_of(uuid4())))
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half a file")
    foreign = folder / "ab" / "README.txt"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("not ours")
    worker = system_actor()
    assert sweep(worker) == 0, "a transaction may still be at work"
    make_old(folder)
    assert sweep(worker) == 1
    assert written_events(worker) == [("file.sweep", "done")]
    assert not stray.exists()
    assert foreign.exists()
    assert b"".join(content(hr, file.id, why="")).startswith(b"\xff\xd8")
    assert sweep(worker) == 0
    assert sweep(worker, now=timezone.now() + timedelta(days=400)) == 0


def test_what_was_discarded_and_left_lying_is_swept_up(cast: Cast, folder: Path) -> None:
    hr = cast.actor("hr_specialist")
    file = keep(hr, subject=cast.people["沈知微"], name="证.jpg", data=picture())
    SealedFile.objects.filter(id=file.id).update(state=SealedFile.State.GONE)
    make_old(folder)
    assert sweep(system_actor()) == 1
    assert objects(folder) == []


_DYING = """
import os, sys
sys.path.insert(0, ".")
import django
django.setup()
from django.conf import settings
settings.STORAGES["files"]["OPTIONS"]["location"] = sys.argv[1]
from django.db import transaction
from uuid import UUID
from dangan.access.queries import console_actor
from dangan.files.actions import keep
from dangan.vault.rules import SYSTEM
from tests.files.samples import picture
with transaction.atomic():
    keep(console_actor(), subject=SYSTEM, name="a.jpg", data=picture())
    print(sorted(len(name) for name in os.listdir(sys.argv[1])), flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_before_its_commit_leaves_a_whole_stray_and_no_row(
    folder: Path,
) -> None:
    database = settings.DATABASES["default"]["NAME"]
    chosen = f"settings.DATABASES['default']['NAME'] = {database!r}\n"
    script = "from django.conf import settings\n" + chosen
    lines = _DYING.split("django.setup()", 1)
    run = subprocess.run(
        [sys.executable, "-c", lines[0] + script + "django.setup()" + lines[1], str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == -9, run.stderr
    assert run.stdout.strip() == "[2, 8]", "its folder, and the empty one of files on their way in"
    assert not SealedFile.objects.exists()
    assert len(objects(folder)) == 1
    make_old(folder)
    assert sweep(system_actor()) == 1
