"""The page of back-ups, its reports, the desk's panel, and what the check of the settings says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cast import make_cast
from tests.operations.backup.conftest import Site
from tests.statements import own

from dangan.access.actions import create_account
from dangan.access.backends import SealedLogin
from dangan.access.models import Account
from dangan.access.queries import console_actor
from dangan.access.rules import Refused
from dangan.operations.backup import actions, checks, jobs, queries
from dangan.operations.backup.identity import signer
from dangan.operations.backup.models import Backup, Proof
from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.manifest import REPORT_FORMAT, encode
from dangan.operations.backup.rules.problems import Forged, Unusable
from dangan.operations.backup.rules.report import Lost, Report, Step
from dangan.security.checks.registry import Finding
from dangan.security.queries.overview import proven

BACKEND = f"{SealedLogin.__module__}.{SealedLogin.__name__}"


def browser(role: str) -> Client:
    made = create_account(
        console_actor(purpose="测试"), login=role, name=role, roles=[(role, None)], reason="测试"
    )
    account = Account.objects.get(pk=made.id)
    Account.objects.filter(pk=made.id).update(must_change_password=False)
    client = Client()
    client.force_login(account, BACKEND)
    return client


def backup(name: str = "20261122T013000.000000Z-abc123", **values: object) -> Backup:
    now = timezone.now()
    given: dict[str, object] = {
        "name": name,
        "state": Backup.State.DONE,
        "by": console_actor().id,
        "started_at": now,
        "finished_at": now,
        "instant": now,
        "place": "SFTP backup@host/dangan",
        "keys_place": "S3 keys/",
        "manifest": "a" * 64,
    }
    return Backup.objects.create(**(given | values))


def proof(of: Backup, *, ok: bool = True, at: datetime | None = None) -> Proof:
    moment = at or timezone.now()
    found = () if ok else ("表 public.dossiers_record：行数或摘要与清单不符。",)
    report = Report(
        format=REPORT_FORMAT,
        backup=of.name,
        manifest=of.manifest,
        instant=of.instant or moment,
        at=moment,
        ok=ok,
        took=12.5,
        steps=(Step("database", "数据库", ok, "5 个加密部分，164 张表", 3.1, found),),
        lost=Lost(60.0, 3, "现在恢复它会丢失 3 条日志。"),
        rows=10,
        files=0,
        files_size=0,
        people=6,
        log_size=5,
        log_root="00",
        destroyed=0,
        ledger_at=moment,
        place="文件夹 /x",
        program="1",
    )
    document = signer().sign(encode(report))
    return Proof.objects.create(
        backup=of,
        at=moment,
        ok=ok,
        took=12.5,
        report=document.decode(),
        digest=signing.fingerprint(document),
        imported_by=console_actor().id,
        imported_at=moment,
    )


@pytest.mark.django_db
def test_the_page_lists_back_ups_with_their_proofs() -> None:
    row = backup()
    proven = proof(row)
    for number in range(20):
        proof(backup(f"20261101T0130{number:02}Z-abc123", state=Backup.State.PRUNED))
    client = browser("it")
    client.get("/backups/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get("/backups/")
    assert len(own(asked.captured_queries)) <= 15
    body = answer.content.decode()
    assert row.name in body
    assert f"/backups/proofs/{proven.pk}/report.pdf" in body


@pytest.mark.django_db
def test_a_report_comes_as_it_was_signed_and_on_paper() -> None:
    made = proof(backup(), ok=False)
    client = browser("auditor")
    answer = client.get(f"/backups/proofs/{made.pk}/report.json")
    signing.open_signed(answer.content, signer().public, what="报告")
    assert answer["Content-Disposition"].startswith("attachment")
    paper = client.get(f"/backups/proofs/{made.pk}/report.pdf")
    assert paper.content.startswith(b"%PDF")
    assert client.get(f"/backups/proofs/{made.backup_id}/report.pdf").status_code == 404


@pytest.mark.django_db
def test_a_report_is_taken_in_once_and_only_if_it_is_ours() -> None:
    row = backup()
    document = proof(row).report.encode()
    Proof.objects.all().delete()
    cast = make_cast()
    it = cast.actor("it")
    taken = actions.take_proof(it, document=document)
    assert (taken.ok, taken.backup_id) == (True, row.pk)
    assert actions.take_proof(it, document=document).pk == taken.pk
    with pytest.raises(Forged):
        actions.take_proof(it, document=document.replace(b"5 ", b"6 ", 1))
    Proof.objects.all().delete()
    Backup.objects.update(manifest="b" * 64)
    with pytest.raises(Unusable, match="不是这里做的"):
        actions.take_proof(it, document=document)
    with pytest.raises(Refused):
        actions.take_proof(cast.actor("auditor"), document=document)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["hr_manager", "legal", "archivist", "privacy_officer"])
def test_nobody_else_sees_back_ups(role: str) -> None:
    made = proof(backup())
    client = browser(role)
    assert client.get("/backups/").status_code == 403
    assert client.get(f"/backups/proofs/{made.pk}/report.json").status_code == 403
    assert client.post("/backups/now/").status_code == 403


@pytest.mark.django_db
def test_whoever_only_reads_proofs_starts_nothing() -> None:
    assert browser("auditor").post("/backups/now/").status_code == 403
    assert browser("security_admin").post("/backups/now/").status_code == 403


@pytest.mark.django_db
def test_the_desk_tells_when_a_restore_was_proved_last() -> None:
    proof(backup())
    client = browser("it")
    body = client.get("/desk/backup/").content.decode()
    assert "上次恢复验证" in body
    assert body.count("今天") == 2
    assert "正常" in body


def test_the_checks_say_what_is_missing_wrong_or_old(site: Site) -> None:
    def state(check: Callable[[], Finding]) -> str:
        return check().state

    assert state(checks._set) == "ok"
    assert state(checks._apart) == "bad"
    assert state(checks._elsewhere) == "warn"
    assert state(checks._reachable) == "ok"
    assert state(checks._recent) == "bad"
    assert state(checks._proven) == "bad"
    backup(state=Backup.State.FAILED, instant=None)
    assert not list(checks._overdue(timezone.now()))
    failing = list(checks._overdue(timezone.now() + timedelta(hours=27)))
    assert [found.kind for found in failing] == ["backup"]
    row = site.create()
    assert state(checks._recent) == "ok"
    assert state(checks._complete) == "ok"
    assert proven() is None
    made = proof(row)
    assert state(checks._proven) == "ok"
    assert proven() == made.at  # the overview and the monthly report of security say so too
    assert not list(checks._overdue(timezone.now()))
    Proof.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(days=9))
    assert state(checks._proven) == "bad"
    assert [found.kind for found in checks._overdue(timezone.now())] == ["drill"]
    proof(row, ok=False)
    assert state(checks._proven) == "bad"
    Backup.objects.update(instant=timezone.now() - timedelta(hours=30))
    assert state(checks._recent) == "bad"
    assert "backup" in {found.kind for found in checks._overdue(timezone.now())}
    assert state(checks._private) == "ok"
    site.set(backup_identity=site.root / "data.txt")
    assert state(checks._private) == "warn"
    site.set(backup_to="", backup_identity=None)
    assert state(checks._set) == "bad"


@pytest.mark.django_db
def test_the_nightly_run_is_due_once_a_day_and_catches_up() -> None:
    night = datetime(2026, 11, 21, 17, 40, tzinfo=UTC)  # 01:40 on the 22nd
    assert jobs.due(night)
    assert not jobs.due(night - timedelta(minutes=20))
    assert jobs.due(night + timedelta(hours=6))
    Backup.objects.all().delete()
    row = backup(started_at=night)
    assert not jobs.due(night + timedelta(hours=1))
    Backup.objects.filter(pk=row.pk).update(state=Backup.State.FAILED)
    assert jobs.due(night + timedelta(hours=1))
    assert jobs.due(night + timedelta(days=1))


@pytest.mark.django_db
def test_a_run_set_for_just_before_midnight_comes_round(site_settings: Any) -> None:
    """The job looks every ten minutes: the first time after 23:55 is on the next day."""
    site_settings("23:55")
    midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert not jobs.due(midnight - timedelta(minutes=10))
    assert jobs.due(midnight)
    backup(started_at=midnight)
    assert not jobs.due(midnight + timedelta(hours=6))
    assert not jobs.due(midnight + timedelta(hours=23, minutes=50))
    assert jobs.due(midnight + timedelta(days=1))


@pytest.mark.django_db
def test_a_run_that_was_killed_is_made_up_for_and_one_that_lives_is_not() -> None:
    night = datetime(2026, 11, 21, 17, 40, tzinfo=UTC)
    backup(started_at=night, state=Backup.State.RUNNING, instant=None, finished_at=None)
    assert jobs.due(night + timedelta(minutes=20))
    with actions._alone():
        assert not jobs.due(night + timedelta(minutes=20))


@pytest.mark.django_db
def test_a_run_without_an_instant_does_not_hide_that_back_ups_are_late() -> None:
    """Killed after its manifest, it has no instant here, and is cleared away like the others."""
    late = timezone.now() - timedelta(days=3)
    backup(instant=late, started_at=late)
    backup("20261101T013000.000000Z-abc124", state=Backup.State.PRUNED, instant=None)
    standing = queries.standing()
    assert standing.last is not None and standing.last.instant == late
    assert standing.backup_late


@pytest.fixture
def site_settings(settings: Any) -> Callable[[str], None]:
    def at(moment: str) -> None:
        settings.DANGAN = settings.DANGAN.model_copy(update={"backup_at": moment})

    return at


@pytest.mark.django_db
def test_the_figures_tell_how_old_they_are_and_nothing_where_there_is_none() -> None:
    def told(name: str) -> float | None:
        text = Client().get("/metrics").content.decode()
        found = re.search(rf"^dangan_{name} ([\d.e+]+)$", text, re.MULTILINE)
        return float(found[1]) if found else None

    assert told("backup_age_seconds") is None
    assert told("restore_proven_age_seconds") is None
    hour_ago = timezone.now() - timedelta(hours=1)
    row = backup(instant=hour_ago)
    proof(row, ok=False)
    assert told("restore_proven_age_seconds") is None
    proof(row, at=hour_ago)
    assert told("backup_age_seconds") == pytest.approx(3600, abs=60)
    assert told("restore_proven_age_seconds") == pytest.approx(3600, abs=60)
