"""What the installation says of its own doors that others keep."""

from __future__ import annotations

from pathlib import Path

from tests.access.conftest import MakeAccount
from tests.access.federation.fixtures import Settle
from tests.access.federation.servers import Directory, Hostile

from dangan.access.federation import provider
from dangan.security.checks import federation


def test_nothing_is_said_where_nothing_is_set_up(settle: Settle) -> None:
    for check in (
        federation.sign_on,
        federation.sign_on_clock,
        federation.secrets,
        federation.house_directory,
        federation.break_glass,
    ):
        assert check().state == "ok"


def test_a_provider_is_believed_as_it_should_be(hostile: Hostile, settle: Settle) -> None:
    assert federation.sign_on().state == "ok"
    assert federation.sign_on_clock().state == "ok"
    settle(oidc_claim="email")
    assert federation.sign_on().state == "warn"
    provider.forget()
    hostile.metadata = {"issuer": "https://evil.example"}
    assert federation.sign_on().state == "bad"
    settle(oidc_issuer="http://127.0.0.1:1")
    assert federation.sign_on().state == "bad"
    assert federation.sign_on_clock().state == "warn"
    settle(oidc_issuer="http://sso.example.com")
    assert federation.sign_on().state == "bad"


def test_secrets_are_for_us_alone(hostile: Hostile, settle: Settle, secret_file: Path) -> None:
    assert federation.secrets().state == "ok"
    secret_file.chmod(0o640)
    assert federation.secrets().state == "bad"
    settle(oidc_client_secret_file=None)
    assert federation.secrets().state == "warn"


def test_the_directory_answers_over_tls(ldap: Directory, settle: Settle) -> None:
    assert federation.house_directory().state == "warn"
    settle(ldap_url=f"ldaps://127.0.0.1:{ldap.tls_port}", ldap_ca_file=ldap.home / "ca.pem")
    assert federation.house_directory().state == "ok"
    settle(ldap_ca_file=ldap.home / "other.pem")
    assert federation.house_directory().state == "bad"


def test_somebody_gets_in_when_all_else_is_down(
    hostile: Hostile, settle: Settle, make_account: MakeAccount
) -> None:
    make_account("adm", "it")
    settle(local_passwords="administrators")
    assert federation.break_glass().state == "ok"
    settle(local_passwords="none")
    assert federation.break_glass().state == "bad"
