"""Checks of the configuration: each where things are well, and where they are not."""

from __future__ import annotations

import os
import resource
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from tests.cast import Cast
from tests.security_room.conftest import Join

from dangan.access.models import Account, Grant, SecondFactor, Token
from dangan.security.checks import Check, Finding, machine, people, register, run_all, store, web
from dangan.security.checks import running as going
from dangan.security.checks.own import CHECKS
from dangan.security.checks.registry import _checks
from dangan.security.models import Canary, Watermark


def set_up(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Other settings of the environment for one test."""
    monkeypatch.setattr(settings, "DANGAN", settings.DANGAN.model_copy(update=changed))


def test_there_are_enough_each_with_its_own_key() -> None:
    assert len({check.key for check in CHECKS}) == len(CHECKS) >= 40


def test_none_that_fails_stops_the_others(db: None) -> None:
    def broken() -> Finding:
        raise RuntimeError("postgres://user:password@host")

    register(Check("zz-broken", "program", "broken", broken))
    try:
        found = {one.check.key: one.finding for one in run_all(["zz-broken", "python"])}
    finally:
        _checks.pop("zz-broken")
    assert found["zz-broken"].state == "bad" and found["python"].state == "ok"
    assert "password" not in str(found["zz-broken"].text)


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, "ok"), (0o640, "bad"), (0o604, "bad"), (0o400, "ok")]
)
def test_root_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, state: str
) -> None:
    set_up(monkeypatch, home=tmp_path, secrets=None)
    assert machine.root_secret().state == "bad"
    (tmp_path / "root.key").write_text("x")
    (tmp_path / "root.key").chmod(mode)
    assert machine.root_secret().state == state


@pytest.mark.parametrize(("mode", "state"), [(0o711, "ok"), (0o755, "warn"), (0o777, "bad")])
def test_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, state: str) -> None:
    set_up(monkeypatch, home=tmp_path)
    tmp_path.chmod(mode)
    assert machine.home().state == state


def test_readable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, home=tmp_path)
    tmp_path.chmod(0o711)
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "inner").write_text("x")
    (tmp_path / "closed" / "inner").chmod(0o644)
    assert machine.readable_files().state == "ok"
    (tmp_path / "open.txt").write_text("x")
    (tmp_path / "open.txt").chmod(0o644)
    assert machine.readable_files().state == "bad"


def test_keys_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, home=tmp_path, backup_to="", backup_keys_to="")
    assert machine.keys_apart().state == "bad"
    set_up(monkeypatch, backup_to=str(tmp_path / "a"), backup_keys_to=str(tmp_path / "b"))
    assert machine.keys_apart().state == "bad"
    set_up(monkeypatch, backup_to=str(tmp_path / "a"), backup_keys_to="sftp://other/keys")
    assert machine.keys_apart().state == "warn"
    set_up(monkeypatch, backup_to="sftp://one/data", backup_keys_to="sftp://other/keys")
    assert machine.keys_apart().state == "ok"


def test_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FREE_BYTES", 1)
    monkeypatch.setattr(machine, "FREE_SHARE", 0.0)
    assert machine.disk().state == "ok"
    monkeypatch.setattr(machine, "FREE_SHARE", 1.1)
    assert machine.disk().state == "warn"
    monkeypatch.setattr(machine, "FREE_BYTES", 2**62)
    assert machine.disk().state == "bad"


def test_core_dumps() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
        assert machine.core_dumps().state == "ok"
        if hard:
            resource.setrlimit(resource.RLIMIT_CORE, (4096, hard))
            assert machine.core_dumps().state == "warn"
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.parametrize(("scope", "state"), [("1", "ok"), ("0", "warn"), (None, "warn")])
def test_ptrace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str | None, state: str
) -> None:
    file = tmp_path / "scope"
    if scope is not None:
        file.write_text(scope)
    monkeypatch.setattr(machine, "_PTRACE", file)
    assert machine.ptrace().state == state


@pytest.mark.parametrize(
    ("swaps", "state"),
    [("", "ok"), ("/dev/zram0 p 1 0 5\n", "ok"), ("/swapfile file 1 0 -2\n", "warn")],
)
def test_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swaps: str, state: str) -> None:
    (tmp_path / "swaps").write_text("Filename Type Size Used Priority\n" + swaps)
    monkeypatch.setattr(machine, "_SWAPS", tmp_path / "swaps")
    assert machine.swap().state == state


@pytest.mark.parametrize(("user", "state"), [(0, "warn"), (1001, "ok")])
def test_account(monkeypatch: pytest.MonkeyPatch, user: int, state: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert machine.account().state == state


def test_checkpoint_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, home=tmp_path)
    assert machine.checkpoint_file().state == "warn"
    file = tmp_path / "checkpoints.txt"
    file.write_text("x")
    file.chmod(0o600)
    assert machine.checkpoint_file().state == "warn"
    monkeypatch.setattr(machine, "_appends_only", lambda _path: True)
    assert machine.checkpoint_file().state == "ok"
    file.chmod(0o666)
    assert machine.checkpoint_file().state == "bad"


@pytest.mark.parametrize(
    ("check", "good", "weak"),
    [
        (web.debug, {"debug": False}, {"debug": True}),
        (web.https, {"https": True, "public_url": "https://hr.example.com"}, {"https": False}),
        (
            web.hosts,
            {"allowed_hosts": ["hr.example.com"], "public_url": "https://hr.example.com"},
            {"allowed_hosts": ["*"]},
        ),
        (
            web.residency,
            {"database_url": "postgresql://a@10.0.0.5/d", "backup_to": "/srv/backup"},
            {"database_url": "postgresql://a@db.example.com/d"},
        ),
    ],
)
def test_settings_of_the_site(
    monkeypatch: pytest.MonkeyPatch,
    check: Callable[[], Finding],
    good: dict[str, Any],
    weak: dict[str, Any],
) -> None:
    set_up(monkeypatch, **good)
    assert check().state == "ok"
    set_up(monkeypatch, **weak)
    assert check().state in {"warn", "bad"}


def test_cookies_policy_and_idle() -> None:
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        assert web.cookies().state == "ok"
    with override_settings(SESSION_COOKIE_SECURE=False):
        assert web.cookies().state == "bad"
    assert web.policy().state == "ok"
    loose = {"DIRECTIVES": {"default-src": ["'none'"], "script-src": ["'unsafe-inline'"]}}
    with override_settings(CONTENT_SECURITY_POLICY=loose):
        assert web.policy().state == "bad"
    with override_settings(SESSION_COOKIE_AGE=900):
        assert web.idle().state == "ok"
    with override_settings(SESSION_COOKIE_AGE=8 * 3600):
        assert web.idle().state == "warn"


def test_mail_and_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, mail_url="", clamd="")
    assert web.mail().state == web.scanner().state == "warn"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        set_up(monkeypatch, mail_url=f"smtp://127.0.0.1:{port}?tls=none", clamd=f"127.0.0.1:{port}")
        assert web.mail().state == "ok"
        server.accept()[0].close()

        def pong() -> None:
            talk = server.accept()[0]
            talk.recv(10)
            talk.sendall(b"PONG\0")

        thread = threading.Thread(target=pong)
        thread.start()
        assert web.scanner().state == "ok"
        thread.join()
    assert web.mail().state == web.scanner().state == "bad"


def test_demonstration_and_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, home=tmp_path)
    assert people.demonstration().state == "ok"
    (tmp_path / "demonstration").touch()
    assert people.demonstration().state == "bad"
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=["x.Argon2PasswordHasher"]):
        assert people.passwords().state == "ok"
    with override_settings(PASSWORD_HASHERS=quick):
        assert people.passwords().state == "bad"


def test_second_factors(cast: Cast, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, second_factor="required")
    assert people.factors_required().state == "ok"
    set_up(monkeypatch, second_factor="offered")
    assert people.factors_required().state == "bad"
    assert people.factors_missing().state == "ok"
    hr = join("hr_specialist")
    assert people.factors_missing().state == "warn"
    SecondFactor.objects.create(account_id=hr.id, sealed=b"x", confirmed_at=timezone.now())
    assert people.factors_missing().state == "ok"


def test_three_administrators(cast: Cast, join: Join) -> None:
    assert people.three_administrators().state == "bad"
    join("it"), join("security_admin"), join("auditor")
    assert people.three_administrators().state == "ok"
    assert people.approvers().state == "ok" and people.conflicts().state == "ok"
    one = Grant.objects.get(role="it")
    Grant.objects.create(account=one.account, role="auditor", granted_by=one.granted_by)
    assert people.three_administrators().state == "bad"
    assert people.conflicts().state == "bad"
    Grant.objects.filter(role="security_admin").delete()
    assert people.approvers().state == "bad"


def test_what_nobody_uses(cast: Cast, join: Join) -> None:
    who = join("finance")
    long_ago = timezone.now() - timedelta(days=400)
    checks = (people.stale, people.endless_grants, people.tokens)
    assert [check().state for check in checks] == ["ok"] * 3
    Account.objects.filter(pk=who.id).update(created_at=long_ago)
    Grant.objects.filter(account=who.id).update(at=long_ago)
    Token.objects.create(
        account_id=who.id, digest=b"x", label=b"x", expires_at=timezone.now() + timedelta(days=300)
    )
    assert [check().state for check in checks] == ["warn"] * 3


def test_the_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.superuser().state == "warn"  # the embedded server has one account
    set_up(monkeypatch, database_url="postgresql://a@h/d")
    assert store.superuser().state == "bad"
    assert store.log_guard().state == "ok" and store.log_rights().state == "warn"
    assert store.encrypted().state == "ok" and store.migrations().state == "ok"
    assert store.extensions().state == "ok" and store.clock().state == "ok"
    assert store.purposes().state == "ok" and store.epoch().state in {"ok", "bad"}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_only_grows")
        assert store.log_guard().state == "bad"
        cursor.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_only_grows")
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
        assert store.timeouts().state == "ok"
        cursor.execute("SET LOCAL statement_timeout = 0")
        assert store.timeouts().state == "warn"
        assert store.durability().state == "bad"  # tests run without fsync
        monkeypatch.setattr(store, "EXTENSIONS", frozenset())
        assert store.extensions().state == "warn"
        cursor.execute("DELETE FROM django_migrations WHERE app = 'security'")
        assert store.migrations().state == "bad"
        cursor.execute("CREATE ROLE plain_reader")
        cursor.execute("GRANT SELECT, INSERT ON audit_event TO plain_reader")
        cursor.execute("GRANT SELECT ON audit_leaf TO plain_reader")
        cursor.execute("SET LOCAL ROLE plain_reader")
        assert store.log_rights().state == "ok" and store.superuser().state == "ok"
        cursor.execute("RESET ROLE")


def test_clocks_apart_and_old_keys(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=3))
    assert store.clock().state == "bad"
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(days=100))
    assert store.epoch().state == "bad"


def test_what_must_go_on(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert going.worker().state == going.watching().state == "bad"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    Watermark.objects.create(key="alarms", at=timezone.now())
    assert going.worker().state == going.watching().state == "ok"
    assert going.jobs().state == "ok"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)"
            " VALUES ('q', 't', '{}', 'todo', now() - interval '2 hours')"
        )
    assert going.jobs().state == "bad"
    set_up(monkeypatch, checkpoint_syslog="")
    assert going.log_export().state in {"warn", "bad"}
    assert going.verified().state in {"ok", "warn"}
    assert going.sequencer().state in {"ok", "bad"}


def test_canaries(cast: Cast) -> None:
    assert going.canaries().state == "warn"
    who = cast.people["沈知微"]
    Canary.objects.create(
        unit=cast.units["财务部"], state="planted", token=1, sealed=b"x", asked_by=who,
        asked_at=timezone.now(), decided_by=cast.people["俞书衡"], decided_at=timezone.now(),
    )  # fmt: skip
    assert going.canaries().state == "ok"


def test_versions_and_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "app.txt"
    monkeypatch.setattr(going, "_LOCK", lock)
    assert going.versions().state == "warn"
    lock.write_text(f"django=={going._installed('django')} \\\n    --hash=sha256:00\n")
    assert going.versions().state == "ok"
    lock.write_text("django==0.1 \\\n    --hash=sha256:00\n")
    assert going.versions().state == "warn"
    assert going.python().state == "ok"
    monkeypatch.setattr(going, "_ENDS", {})
    assert going.python().state == "warn"
