"""100 000 people and 20 GB of files: work goes on meanwhile, the proof is quick, a flip is named.

``DANGAN_SOAK_PEOPLE`` and ``DANGAN_SOAK_GB`` make it smaller; the figures then say so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.homes import new_home
from tests.operations.backup.test_kills_soak import QUICK, Site
from tests.soak.figures import Figure

from dangan.operations.backup import age
from dangan.operations.postgres import EmbeddedServer

PEOPLE = int(os.environ.get("DANGAN_SOAK_PEOPLE", "100000"))
GIGABYTES = float(os.environ.get("DANGAN_SOAK_GB", "20"))
FILE_BYTES = 4 * 2**20

FILES = """
import django, os, sys; django.setup()
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from django.utils import timezone
from dangan.dossiers.models import Subject
from dangan.files.models import SealedFile
from dangan.files.opening import key_place, name_place
from dangan.files.rules.stream import chunk_count, key_bytes, seal_chunks
from dangan.files.storage import files, place_of
from dangan.vault.queries import keys_of
from dangan.vault.rules import seal
count, size = int(sys.argv[1]), int(sys.argv[2])
people = list(Subject.objects.values_list("pk", flat=True)[:500])
keys, plain, rows = keys_of(people), os.urandom(size), []
for number in range(count):
    key = keys[people[number % len(people)]]
    own = os.urandom(key_bytes(key.suite))
    file = SealedFile(subject=key.subject, media_type="application/pdf", size=size,
                      chunks=chunk_count(size), at=timezone.now(), by=key.subject)
    place, seen = Path(files().path(place_of(file.object))), sha256()
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as target:
        for piece in seal_chunks(key.suite, own, file.id, BytesIO(plain)):
            seen.update(piece)
            target.write(piece)
    file.digest = seen.digest()
    file.sealed_name = seal(key, name_place(file), f"{number}.pdf".encode())
    file.sealed_key = seal(key, key_place(file), own)
    rows.append(file)
    if len(rows) == 500 or number == count - 1:
        SealedFile.objects.bulk_create(rows)
        rows = []
"""

WORK = """
import django, json, random, sys, time; django.setup()
from dangan.access.queries import console_actor
from dangan.audit.actions import flush
from dangan.dossiers import actions
from dangan.dossiers.models import Record
from dangan.roster import queries as roster
from dangan.roster.rules import RosterQuery
actor = console_actor(purpose="soak")
people = roster.subjects(actor, RosterQuery())
dice, done = random.Random(1), 0
rows = list(Record.objects.filter(info_set="contact", current=True)
            .values_list("subject_id", "row", "version")[:20000])
dice.shuffle(rows)
sys.stdout.write("ready\\n"); sys.stdout.flush()
until = time.monotonic() + float(sys.argv[1])
began = time.monotonic()
while time.monotonic() < until and rows:
    subject, row, version = rows.pop()
    try:
        actions.save_row(actor, subject=subject, info_set="contact", row=row, base_version=version,
                         values={"mobile": f"139{dice.randrange(10**8):08d}"})
    except Exception:
        pass
    for _ in range(4):
        roster.search(actor, dice.choice("王李张刘陈杨赵黄周吴"))
    flush(actor.trail)
    done += 1
print(json.dumps(done / (time.monotonic() - began)))
"""


class Large(Site):
    """With a way to run Python inside."""

    def python(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            env=self.environment() | {"DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )

    def work(self, seconds: float) -> subprocess.Popen[str]:
        """Saves and searches; begins when it says so."""
        process = self.python(WORK, str(seconds))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


def rate(process: subprocess.Popen[str]) -> float:
    said, _ = process.communicate(timeout=3600)
    assert process.returncode == 0
    return float(json.loads(said))


@pytest.fixture(scope="module")
def site() -> Iterator[Large]:
    with new_home() as root:
        recipients = age.new_identity(root / "data.txt"), age.new_identity(root / "keys.txt")
        one = Large(root, *recipients)
        with EmbeddedServer(root / "home", QUICK):
            one.run("demo", "--persons", str(PEOPLE))
            count = max(1, int(GIGABYTES * 10**9 / FILE_BYTES))
            filled = one.python(FILES, str(count), str(FILE_BYTES))
            assert filled.wait() == 0
            yield one


def flip(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(-5000, 2)
        byte = opened.read(1)
        opened.seek(-5000, 2)
        opened.write(bytes([byte[0] ^ 1]))


@pytest.mark.soak
def test_a_large_installation_is_backed_up_while_work_goes_on_and_proved(
    site: Large, figure: Figure
) -> None:
    of = f"{PEOPLE:,} people, {GIGABYTES:g} GB of files"
    alone = rate(site.work(30))
    began = time.monotonic()
    process = site.start("backup", "create", "--demo")
    time.sleep(6)  # the command's own start is no part of it
    beside = rate(site.work(60))
    _, said = process.communicate(timeout=7200)
    assert process.returncode == 0, said.decode()[-2000:]
    took = time.monotonic() - began
    figure(f"back-up of {of}", round(took), "written down", True, "s")
    share = beside / alone
    figure("work that goes on meanwhile", round(100 * share), "≥ 80 %", share >= 0.8, "%")
    again = site.run("backup", "create", "--demo")
    figure("a second one, with no new files", round(again), "written down", True, "s")
    proof = site.run("backup", "verify", *site.opening, "--report", str(site.root / "proof"))
    figure(f"proof of a back-up of {of}", round(proof), "≤ 900 s", proof <= 900, "s")
    name = site.names()[0]
    stored = max((site.root / "data" / "files").rglob("*.age"))
    flip(stored)
    flip(site.root / "data" / "backups" / name / "data-3.age")
    damaged = site.start("backup", "verify", *site.opening, "--report", str(site.root / "bad"))
    damaged.communicate(timeout=3600)
    assert damaged.returncode == 1
    (report,) = (site.root / "bad").glob("*.json")
    text = report.read_text()
    named = (stored.stem in text) + ("data-3.age" in text)
    figure("flipped bytes named, of 2", named, "2", named == 2)
