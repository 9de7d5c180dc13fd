"""The servers, shared by a module's stories; settings that point to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.access.conftest import console, make_account, quick_passwords, units
from tests.access.federation.servers import (
    BASE,
    CLIENT,
    SEARCH_PASSWORD,
    SEARCHER,
    SECRET,
    Directory,
    Hostile,
    Mock,
    directory,
    hostile_provider,
    mock_provider,
)

from dangan.access.federation import provider

__all__ = [
    "Settle",
    "console",
    "forget_providers",
    "hostile",
    "hostile_server",
    "ldap",
    "ldap_server",
    "make_account",
    "mock",
    "mock_server",
    "quick_passwords",
    "secret_file",
    "settle",
    "units",
]  # fmt: skip

Settle = Callable[..., None]


@pytest.fixture(autouse=True)
def forget_providers() -> Iterator[None]:
    provider.forget()
    yield
    provider.forget()


@pytest.fixture
def settle(settings: Any, db: None) -> Settle:
    """``settle(oidc_issuer=…)``: the environment with these settings."""

    def change(**values: Any) -> None:
        settings.DANGAN = settings.DANGAN.model_copy(update=values)

    change(public_url="http://testserver")
    return change


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "client.secret"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def mock_server() -> Iterator[Mock]:
    with mock_provider() as found:
        yield found


@pytest.fixture
def mock(mock_server: Mock, settle: Settle, secret_file: Path) -> Mock:
    """The provider from PyPI, set up."""
    settle(
        oidc_issuer=mock_server.issuer, oidc_client_id=CLIENT, oidc_client_secret_file=secret_file
    )
    return mock_server


@pytest.fixture(scope="module")
def hostile_server() -> Iterator[Hostile]:
    with hostile_provider() as found:
        yield found


@pytest.fixture
def hostile(hostile_server: Hostile, settle: Settle, secret_file: Path) -> Hostile:
    """The hostile provider, set up, and behaving until told otherwise."""
    hostile_server.reset()
    settle(
        oidc_issuer=hostile_server.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret_file=secret_file,
    )
    return hostile_server


@pytest.fixture(scope="module")
def ldap_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("slapd")) as found:
        yield found


@pytest.fixture
def ldap(ldap_server: Directory, settle: Settle, tmp_path: Path) -> Directory:
    """The directory, set up without TLS, which only this machine may."""
    password = tmp_path / "search.password"
    password.write_text(SEARCH_PASSWORD)
    password.chmod(0o600)
    settle(
        ldap_url=f"ldap://127.0.0.1:{ldap_server.port}?tls=none",
        ldap_base=BASE,
        ldap_bind_dn=SEARCHER,
        ldap_bind_password_file=password,
        ldap_filter="(objectClass=inetOrgPerson)",
    )
    return ldap_server


def begin(browser: Client, **parameters: str) -> str:
    """Presses the button; gives back the provider's address."""
    answer = browser.get("/sign-in/oidc/", parameters)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come_back(browser: Client, address: str) -> Any:
    """What the browser does when the provider sends it back."""
    assert address.startswith("http://testserver/sign-in/oidc/callback/")
    return browser.get(address.removeprefix("http://testserver"))


def signed_in(browser: Client) -> bool:
    """Whether pages open that need a session."""
    return browser.get("/sign-in/links/").status_code == 200
