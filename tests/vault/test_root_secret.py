"""The root secret file: made once, readable by its owner only, never replaced silently."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from django.conf import settings

from dangan.vault import secrets
from dangan.vault.actions import make_keys
from dangan.vault.queries import key_of
from dangan.vault.rules import RootSecretExposed, RootSecretMissing, Suite
from dangan.vault.secrets import root_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose database holds no keys yet."""
    monkeypatch.setattr(settings, "DANGAN", settings.DANGAN.model_copy(update={"home": tmp_path}))
    monkeypatch.setattr(secrets, "_database_holds_keys", lambda: False)
    return tmp_path


def test_is_made_at_first_start(empty_home: Path) -> None:
    token = root_secret().token("x", "y")
    file = empty_home / "root.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in empty_home.iterdir()] == ["root.key"]
    secrets._load.cache_clear()
    assert root_secret().token("x", "y") == token


def test_two_first_starts_agree(empty_home: Path) -> None:
    found: list[int] = []

    def start() -> None:
        secrets._make(empty_home / "root.key", "aes")
        found.append(root_secret().token("x", "y"))

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_is_never_made_beside_a_database_with_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DANGAN", settings.DANGAN.model_copy(update={"home": tmp_path}))
    with pytest.raises(RootSecretMissing, match="放回该位置"):
        root_secret()
    assert list(tmp_path.iterdir()) == []


def test_another_root_secret_opens_nothing_and_says_so(empty_home: Path) -> None:
    assert root_secret()
    with pytest.raises(RootSecretMissing, match="与数据库不符"):
        make_keys([uuid4()])


def test_refuses_a_file_others_can_read(empty_home: Path) -> None:
    assert root_secret()
    (empty_home / "root.key").chmod(0o640)
    secrets._load.cache_clear()
    with pytest.raises(RootSecretExposed, match="chmod 600"):
        root_secret()


def test_what_systemd_hands_over_may_bear_the_mask_of_its_access_list(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group's right is the mask there; the right of everybody is refused everywhere."""
    assert root_secret()
    file = empty_home / "root.key"

    def read(mode: int, handed: Path) -> bool:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
        file.chmod(mode)
        secrets._load.cache_clear()
        try:
            return bool(root_secret())
        except RootSecretExposed:
            return False

    assert read(0o440, empty_home)
    assert not read(0o441, empty_home)
    assert not read(0o444, empty_home)
    assert not read(0o440, empty_home / "elsewhere")


@pytest.mark.parametrize("text", ["", "x\ny\nz\n", "dangan root secret 1\naes\n1234\n"])
def test_refuses_a_damaged_file(empty_home: Path, text: str) -> None:
    file = empty_home / "root.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(RootSecretMissing):
        root_secret()


def test_tokens_stay_with_the_suite_of_the_first_start(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aes = settings.DANGAN
    monkeypatch.setattr(settings, "DANGAN", aes.model_copy(update={"cipher_suite": "sm"}))
    made = root_secret()
    assert made.suite is Suite.SM
    token = made.token("x", "y")
    secrets._load.cache_clear()
    monkeypatch.setattr(settings, "DANGAN", aes)
    assert root_secret().token("x", "y") == token


def test_the_tests_own_installation_works() -> None:
    subject = uuid4()
    assert make_keys([subject])[subject] == key_of(subject)
