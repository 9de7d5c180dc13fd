"""A back-up is of one instant, encrypted, signed, apart from its keys, and whole or not there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.operations.backup.conftest import Site

from dangan.access.queries import console_actor
from dangan.access.rules import Refused
from dangan.audit.actions import recording
from dangan.dossiers.models import Record, UniqueToken
from dangan.files import actions as files
from dangan.operations.backup import actions, creating, fetching
from dangan.operations.backup.identity import signer
from dangan.operations.backup.models import Backup
from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.manifest import manifest_of
from dangan.operations.backup.rules.problems import Damaged, Forged, Unusable
from dangan.operations.backup.snapshot import Snapshot
from dangan.operations.backup.stores.folder import FolderStore


def manifest(site: Site, row: Backup) -> dict[str, object]:
    document = (site.data / "backups" / row.name / "manifest.json").read_bytes()
    found: dict[str, object] = json.loads(
        signing.open_signed(document, signer().public, what="清单")
    )
    return found


def objects(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_database_files_and_keys_go_out_and_the_manifest_says_what_they_are(site: Site) -> None:
    site.photo("沈知微")
    row = site.create()
    assert row.state == Backup.State.DONE
    said = manifest(site, row)
    tables = {table["name"]: table for table in said["tables"]}  # type: ignore[attr-defined]  # read from JSON
    assert tables["public.dossiers_record"]["rows"] == Record.objects.count()
    assert "keystore.data_key" in tables
    # The epochs' keys go with the keys, never with the data.
    assert "keystore.epoch" not in tables
    assert said["people"] == len(site.cast.people)
    assert said["files"]["count"] == 1  # type: ignore[index]  # read from JSON
    assert said["log"]["size"] == row.log_size > 0  # type: ignore[index]  # read from JSON
    assert said["lsn"]
    assert any(
        name.startswith("keys/") and name.endswith("keys.age") for name in objects(site.keys)
    )
    assert not any("keys.age" in name for name in objects(site.data))


def test_nothing_anybody_could_read_lies_at_the_places(site: Site) -> None:
    """Names, numbers, the root secret and the wrapped epochs, as they are and as hex."""
    site.photo("沈知微")
    site.create()
    secrets = [name.encode() for name in site.cast.people]
    secrets += [b"13812345678", site.settings.DANGAN.root_secret_file.read_bytes().split()[-1]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped FROM keystore.epoch WHERE wrapped IS NOT NULL")
        secrets += [bytes(row[0]) for row in cursor.fetchall()]
    for folder in (site.data, site.keys):
        for path in folder.rglob("*"):
            if path.is_file():
                body = path.read_bytes()
                found = [one for one in secrets if one in body or one.hex().encode() in body]
                assert not found, path


def test_a_file_is_sent_once(site: Site) -> None:
    site.photo("沈知微")
    assert site.create().files_sent == 1
    site.photo("罗文博", "black")
    second = site.create()
    assert (second.files, second.files_sent) == (2, 1)
    third = site.create(full=True)
    assert (third.files, third.files_sent) == (2, 2)


def test_a_truncated_object_is_sent_again(site: Site) -> None:
    site.photo("沈知微")
    site.create()
    (stored,) = (site.data / "files").rglob("*.age")
    stored.write_bytes(stored.read_bytes()[:100])
    assert site.create().files_sent == 1


def test_a_file_that_the_disk_has_lost_is_told_loudly(site: Site, folder: Path) -> None:
    site.photo("沈知微")
    (lost,) = [path for path in folder.rglob("*") if path.is_file()]
    lost.unlink()
    row = site.create()
    assert row.files_missing == 1
    assert "没有备份" in row.problem


def test_a_file_thrown_away_meanwhile_is_no_loss(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there at the instant and is rightly gone when its turn comes."""
    photo = site.photo("沈知微")
    real = creating._Work._send_files

    def later(work: creating._Work, *args: object, **kwargs: object) -> object:
        actor = console_actor(purpose="测试")
        with recording(actor):
            files.discard(actor, file=photo)
        return real(work, *args, **kwargs)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(creating._Work, "_send_files", later)
    row = site.create()
    assert (row.files, row.files_missing) == (0, 0)
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_one_place_or_one_recipient_for_data_and_keys_is_refused(site: Site) -> None:
    actor = console_actor(purpose="测试")
    with pytest.raises(Unusable, match="同一个地方"):
        actions.create(actor, say=site.said.append)
    site.set(backup_keys_recipient=site.settings.DANGAN.backup_recipient)
    with pytest.raises(Unusable, match="同一把公钥"):
        actions.create(actor, say=site.said.append)
    site.set(backup_keys_recipient=f" {site.settings.DANGAN.backup_recipient} ")
    with pytest.raises(Unusable, match="同一把公钥"):
        actions.create(actor, say=site.said.append)
    site.set(backup_to="")
    with pytest.raises(Unusable, match="DANGAN_BACKUP_TO"):
        actions.create(actor, demo=True, say=site.said.append)
    assert not Backup.objects.exists()


def test_only_whoever_runs_back_ups_makes_one(site: Site) -> None:
    for role in ("security_admin", "auditor", "hr_manager", "employee"):
        with pytest.raises(Refused):
            actions.create(site.cast.actor(role), demo=True, say=site.said.append)
    row = actions.create(site.cast.actor("it"), demo=True, say=site.said.append)
    assert row.state == Backup.State.DONE


def test_what_changes_while_it_runs_is_not_in_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table is read as of the same instant, the ones read late as well."""
    before = UniqueToken.objects.count()
    assert before
    real = Snapshot.tables

    def busy(snap: Snapshot) -> object:
        UniqueToken.objects.all().delete()
        return real(snap)

    monkeypatch.setattr(Snapshot, "tables", busy)
    row = site.create()
    tables = {table["name"]: table for table in manifest(site, row)["tables"]}  # type: ignore[attr-defined]  # read from JSON
    assert tables["public.dossiers_uniquetoken"]["rows"] == before
    assert UniqueToken.objects.count() == 0


def test_a_run_that_broke_off_is_no_back_up_and_is_cleared_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Exception):  # noqa: N818 - as the wire breaks
        pass

    def breaks(*_: object, **__: object) -> object:
        raise Broken

    with monkeypatch.context() as patched:
        patched.setattr(creating._Work, "_send_files", breaks)
        with pytest.raises(Broken):
            site.create()
    (row,) = Backup.objects.all()
    assert row.state == Backup.State.FAILED
    store = FolderStore(site.data)
    assert fetching.whole(store) == []
    with pytest.raises(Unusable, match="没有完整的备份"):
        fetching.Fetched(site.sources())
    half = store.write("files/ab/abcd.age")
    half.write(b"half")
    whole = site.create()
    assert fetching.whole(store) == [whole.name]
    assert not [name for name in objects(site.data) if row.name in name or "half" in name]
    assert not [name for name in objects(site.keys) if row.name in name]


def test_old_back_ups_go_with_the_files_only_they_had(site: Site) -> None:
    photo = site.photo("沈知微")
    old = site.create()
    assert old.instant
    actor = console_actor(purpose="测试")
    with recording(actor):
        files.discard(actor, file=photo)
    site.set(backup_keep="0,0,0")
    Backup.objects.update(instant=old.instant - timedelta(days=2))
    new = site.create()
    old.refresh_from_db()
    assert old.state == Backup.State.PRUNED
    assert fetching.whole(FolderStore(site.data)) == [new.name]
    assert not list((site.data / "files").rglob("*.age"))


def test_back_ups_that_the_table_does_not_know_are_not_kept_for_ever(site: Site) -> None:
    """As after a restore: those made since the back-up that was restored are known to nobody."""
    old = site.create()
    Backup.objects.all().delete()
    gone = f"20200101T000000.000000Z-{old.name[-6:]}"
    for folder in (site.data / "backups", site.keys / "keys"):
        (folder / old.name).rename(folder / gone)
    new = site.create()
    assert fetching.whole(FolderStore(site.data)) == [new.name]


def test_an_empty_place_does_not_take_the_last_keys_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another disk is mounted where the data go, and the new keys do not get out."""
    row = site.create()
    (site.data / "backups").rename(site.root / "elsewhere")

    def breaks(*_: object) -> object:
        raise Unusable("full")

    monkeypatch.setattr(creating._Work, "_send_keys", breaks)
    with pytest.raises(Unusable):
        site.create()
    assert f"keys/{row.name}/keys.age" in objects(site.keys)


def test_a_run_that_another_one_took_over_publishes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that was restarted forgets who held the lock."""
    real = creating._Work._send_files

    def later(work: creating._Work, *args: object, **kwargs: object) -> object:
        Backup.objects.update(state=Backup.State.FAILED)
        return real(work, *args, **kwargs)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(creating._Work, "_send_files", later)
    with pytest.raises(Unusable, match="作废"):
        site.create()
    assert fetching.whole(FolderStore(site.data)) == []


def test_another_installations_place_is_left_alone(site: Site) -> None:
    site.create()
    (site.data / "backup.vkey").write_text("dangan/backup/00+00000000+AAAA\n")
    before = objects(site.data)
    with pytest.raises(Forged, match="另一套系统"):
        site.create()
    assert objects(site.data) == before


@pytest.mark.parametrize("what", ["manifest", "ledger", "keys"])
def test_a_flipped_byte_in_what_is_signed_is_named_before_anything_opens(
    site: Site, what: str
) -> None:
    row = site.create()
    file = {
        "manifest": site.data / "backups" / row.name / "manifest.json",
        "ledger": site.data / "ledger.json",
        "keys": site.keys / "keys" / row.name / "manifest.json",
    }[what]
    body = bytearray(file.read_bytes())
    body[40] ^= 1
    file.write_bytes(bytes(body))
    said = {"manifest": f"备份 {row.name} 的清单", "ledger": "销毁台账", "keys": "密钥备份"}[what]
    with pytest.raises(Forged, match=said):
        fetching.Fetched(site.sources())


def test_a_flipped_byte_in_the_keys_is_named(site: Site) -> None:
    row = site.create()
    file = site.keys / "keys" / row.name / "keys.age"
    body = bytearray(file.read_bytes())
    body[-5] ^= 1
    file.write_bytes(bytes(body))
    with pytest.raises(Damaged, match=r"keys\.age"):
        fetching.Fetched(site.sources())


def test_the_manifest_can_be_read_back_as_it_was(site: Site) -> None:
    row = site.create()
    document = (site.data / "backups" / row.name / "manifest.json").read_bytes()
    found = manifest_of(signing.open_signed(document, signer().public, what="清单"))
    assert (found.name, signing.fingerprint(document)) == (row.name, row.manifest)


def test_two_of_one_second_sort_by_time() -> None:
    """The newest keys say which epochs are destroyed: by chance they would come back to life."""
    first = datetime(2026, 11, 22, 1, 30, 0, 999_000, UTC)
    moments = [first + timedelta(microseconds=n * 500) for n in range(20)]
    made = [creating.new_name(moment) for moment in moments]
    assert sorted(made) == made
    assert [creating.instant_of(name) for name in made] == moments
    assert creating.instant_of("lost+found") is None
