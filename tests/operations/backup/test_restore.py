"""A new installation out of a back-up: whole or not at all; nobody comes back from the dead."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.utils import timezone
from tests.archive import make_archive
from tests.homes import new_home
from tests.operations.backup.conftest import Site, silent

from dangan.access.actions import create_account
from dangan.access.factors.models import Challenge
from dangan.access.queries import console_actor, system_actor
from dangan.audit.actions import recording
from dangan.audit.checking import verify as check_log
from dangan.audit.rules import public_key_of
from dangan.dossiers.collection.models import Invitation, Visit
from dangan.files import actions as files
from dangan.materials.catalogue.models import Volume
from dangan.operations.backup import (
    actions,
    age,
    fetching,
    inside,
    ledger,
    loading,
    opening,
    replaying,
    restoring,
    settling,
)
from dangan.operations.backup.installation import Installation
from dangan.operations.backup.restoring import restore
from dangan.operations.backup.rules.problems import BackupProblem, Forged, Unusable
from dangan.operations.backup.verifying import verify
from dangan.operations.postgres import EmbeddedServer
from dangan.roster import actions as roster
from dangan.vault import actions as vault

ASK = """
import django, json; django.setup()
from dangan.audit.queries import verify
from dangan.access.queries import console_actor
from dangan.roster import queries as roster
from dangan.roster.rules import RosterQuery
from django.conf import settings
from django.db import connection
from dangan.vault.queries import keys_of
from uuid import UUID
def problems(name):
    file = settings.DANGAN.home / name
    return [p.kind for p in verify(checkpoints=file, data=True).problems]
with connection.cursor() as cursor:
    cursor.execute("SELECT subject FROM keystore.data_key")
    keys = [str(row[0]) for row in cursor.fetchall()]
    cursor.execute("SELECT count(*) FROM sessions_devices_session")
    sessions = cursor.fetchone()[0]
    cursor.execute("SELECT action FROM audit_event ORDER BY id")
    actions = [row[0] for row in cursor.fetchall()]
print(json.dumps({
    "log": problems("checkpoints.txt"), "before": problems("checkpoints.before.txt"),
    "people": sorted(str(s) for s in roster.subjects(console_actor(), RosterQuery())),
    "keys": keys, "opened": len(keys_of([UUID(k) for k in keys])), "sessions": sessions,
    "actions": actions,
}))
"""


def ask(home: Path) -> dict[str, Any]:
    """What a restored installation says of itself."""
    with EmbeddedServer(home):
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            env=Installation(home).environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def empty() -> Iterator[Path]:
    with new_home() as folder:
        yield folder / "restored"


def destroy(subject: UUID) -> None:
    """As the last step of a destruction does."""
    actor = console_actor(purpose="测试")
    vault_guards, vault._guards[:] = vault._guards[:], []
    try:
        with recording(actor):
            vault.destroy_key(actor, subject=subject)
    finally:
        vault._guards[:] = vault_guards
    roster.remove([subject])


def test_who_was_destroyed_stays_so_and_the_log_goes_on_under_a_new_name(
    site: Site, empty: Path
) -> None:
    """An older back-up, the ledger and the checkpoints of now."""
    photo, kept = site.photo("沈知微"), site.photo("罗文博", "black")
    old = site.create()
    before = problems()
    gone = site.cast.people["何雨桐"]
    destroy(gone)
    actor = console_actor(purpose="测试")
    with recording(actor):
        files.discard(actor, file=photo)
    # The newer one sends the ledger and the checkpoints along.
    site.create()
    said = restore(site.sources(old.name), empty, database_url="", say=silent)
    assert any("重放销毁 2 项" in line for line in said)
    assert any("另起一线" in line and "丢失" in line for line in said)
    found = ask(empty)
    # The log of before, and what the restore did, agree with the data and with what was signed;
    # what the old line promised beyond is said to be lost, not passed over.
    assert Counter(found["log"]) == before
    assert found["before"].count("lost") == 1
    assert str(gone) not in found["keys"]
    assert set(found["people"]) == {str(one) for one in site.cast.people.values()} - {str(gone)}
    assert found["opened"] == len(found["keys"])
    assert found["sessions"] == 0
    assert {"backup.replay", "backup.restore", "key.destroy"} <= set(found["actions"])
    lying = [path.name for path in (empty / "files").rglob("*") if path.is_file()]
    assert lying == [object_of(kept)]
    assert (empty / "root.key").stat().st_mode & 0o777 == 0o600
    assert not list(empty.parent.glob(".restored.*"))


def problems() -> Counter[str]:
    """What the log of this test run is missing anyway: other tests' records were truncated."""
    return Counter(problem.kind for problem in check_log(data=True).problems)


def object_of(file: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT object FROM files_sealedfile WHERE id = %s", [file])
        return UUID(str(cursor.fetchone()[0])).hex


def refused(site: Site, into: Path, match: str, **other: object) -> None:
    with pytest.raises(BackupProblem, match=match):
        restore(site.sources(**other), into, database_url="", say=silent)  # type: ignore[arg-type]  # mixed kinds
    assert not list(into.parent.glob(".*restoring*"))


def test_what_is_not_right_is_refused_and_leaves_nothing(site: Site, empty: Path) -> None:
    old = site.root / "old.json"
    old.write_bytes(ledger.signed())
    row = site.create()
    taken = empty.parent / "taken"
    taken.mkdir()
    (taken / "something").write_text("of somebody")
    refused(site, taken, "不是空文件夹")
    assert [path.name for path in taken.iterdir()] == ["something"]
    other = site.root / "other.txt"
    age.new_identity(other)
    refused(site, empty, "私钥", identity=other)
    refused(site, empty, "私钥", keys_identity=other)
    refused(site, empty, "旧", ledger=old)
    refused(site, empty, "没有名为", name="20200101T000000.000000Z-000000")
    stranger = public_key_of("dangan/backup/0000000000000000", Ed25519PrivateKey.generate())
    refused(site, empty, "另一把密钥", public=stranger)
    (site.data / "ledger.json").unlink()
    refused(site, empty, "没有销毁台账")
    assert not empty.exists()
    assert row.name


def test_a_back_up_whose_epoch_was_destroyed_does_not_open(site: Site, empty: Path) -> None:
    """The newest keys count: epochs that ended since are in none of them."""
    first = site.create()
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM keystore.epoch")
        (epoch,) = cursor.fetchone()
    actor = system_actor()
    vault.rotate(actor)
    vault.destroy_epoch(actor, epoch=epoch)
    site.create()
    refused(site, empty, f"没有第 {epoch} 期主密钥", name=first.name)


def test_a_damaged_part_stops_the_restore(site: Site, empty: Path) -> None:
    row = site.create()
    flip(site.data / "backups" / row.name / "data-2.age")
    refused(site, empty, r"data-2\.age")
    assert not empty.exists()


def test_a_disk_that_takes_half_of_a_write_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """write(2) may take less than it was given, when a disk is nearly full, and calls that well."""
    body = bytes(range(256)) * 16
    real = os.write
    monkeypatch.setattr(loading.os, "write", lambda file, data: real(file, data[: len(data) // 2]))

    class Place:
        def file(self, _name: str, taker: age.Taker) -> None:
            taker.write(body)

    name = "ab" * 16
    place: Any = Place()
    loading._one_file(place, tmp_path, name, len(body), hashlib.sha256(body).hexdigest())
    assert (tmp_path / "ab" / name).read_bytes() == body


def test_a_mounted_folder_is_refused_before_hours_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not be given its name in the end."""
    monkeypatch.setattr(Path, "is_mount", lambda path: path == tmp_path)
    with pytest.raises(Unusable, match="挂载点"):
        restoring._refuse_taken(tmp_path)
    restoring._refuse_taken(tmp_path / "below")


def test_the_log_is_not_compared_with_the_back_ups_own_checkpoint(site: Site) -> None:
    """Where nobody kept one elsewhere there is nothing to compare with, and the proof says so."""
    site.create()
    (site.data / "checkpoints.txt").unlink()
    with closing(fetching.Fetched(site.sources())) as found:
        assert found.exported() == []


@pytest.mark.django_db
def test_a_volume_restricted_after_the_back_up_is_so_again(site: Site) -> None:
    """Its person may be at work: no key of theirs was put aside."""
    archive = make_archive(site.cast)
    shut, open_ = (archive.volume(name, lines=False) for name in ("沈知微", "罗文博"))
    before = Volume.objects.filter(pk=shut.pk)
    before.update(restricted_at=timezone.now())
    known = ledger.collect()
    assert known.restricted == (str(shut.pk),)
    before.update(restricted_at=None)
    assert replaying.replay(console_actor(purpose="测试"), known) == 1
    assert before.exclude(restricted_at=None).exists()
    assert not Volume.objects.filter(pk=open_.pk).exclude(restricted_at=None).exists()


@pytest.mark.django_db
def test_no_browser_and_no_code_of_before_lives_on(site: Site) -> None:
    """Newcomers have no account, and fill in their form in a session of its own."""
    it = create_account(
        console_actor(purpose="测试"), login="it", name="测试", roles=[("it", None)]
    )
    now = timezone.now()
    Challenge.objects.create(
        account_id=it.id, purpose="prove", digest=b"1" * 32, browser=1, expires_at=now
    )
    unit = site.cast.units["研发中心"]
    invited = Invitation.objects.create(unit=unit, by=it.id, expires_at=now)
    Visit.objects.create(digest=b"2" * 32, invitation=invited, seen=now)
    ended = settling._end_all()
    assert (ended["challenges"], ended["newcomers"]) == (1, 1)
    assert not Visit.objects.exists() and not Challenge.objects.exists()


def test_a_roster_that_came_back_empty_is_no_proof(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may be missing but those whom the ledger names."""
    site.create()
    with closing(fetching.Fetched(site.sources())) as found:
        manifest, gone = found.manifest, found.ledger
    actor = console_actor(purpose="测试")
    expected = inside._lines(gone)
    assert inside._roster(actor, manifest, gone, expected).ok
    monkeypatch.setattr(inside.roster, "subjects", lambda *_: [])
    step = inside._roster(actor, manifest, gone, expected)
    assert not step.ok and step.found


def flip(file: Path, at: int = -2000) -> None:
    body = bytearray(file.read_bytes())
    body[at] ^= 1
    file.write_bytes(bytes(body))


def test_a_database_of_ones_own_must_be_empty(site: Site, empty: Path) -> None:
    site.create()
    info = connection.connection.info
    url = f"postgresql://{info.user}@/{info.dbname}?host={info.host}"
    assert os.environ.get("DANGAN_FILES_URL") is None
    with pytest.raises((Unusable, psycopg.Error)):
        restore(site.sources(), empty, database_url=url, say=silent)
    assert not empty.exists()


def test_each_flipped_byte_is_named(site: Site, tmp_path: Path) -> None:
    site.photo("沈知微")
    row = site.create()
    (stored,) = (site.data / "files").rglob("*.age")
    flip(stored, -30)
    for part in ("data-1.age", "data-4.age"):
        flip(site.data / "backups" / row.name / part)
    report, (document, paper) = verify(
        site.sources(), tmp_path / "bad", all_files=False, say=silent
    )
    assert not report.ok
    found = [line for step in report.steps for line in step.found]
    for named in ("data-1.age", "data-4.age", stored.name.removesuffix(".age")):
        assert any(named in line for line in found), named
    assert paper.read_bytes().startswith(b"%PDF")
    # Without its database there is no key to sign with, and nobody takes such a report in.
    with pytest.raises(Forged):
        actions.take_proof(site.cast.actor("it"), document=document.read_bytes())


@pytest.mark.django_db
def test_a_row_that_was_altered_before_the_back_up_is_named(site: Site) -> None:
    """What no digest of a part can know: the value does not open where it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dossiers_record SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1)"
            " WHERE info_set = 'contact' AND subject_id = %s RETURNING row",
            [site.cast.people["沈知微"]],
        )
        (row,) = cursor.fetchone()
    kind = next(kind for kind in opening.KINDS if kind.key == "records")
    found = [one for page in opening._pages(kind) for one in kind.open(page)]
    assert [one for one in found if one] and str(row) in next(one for one in found if one)
    assert sum(one is not None for one in found) == 1
