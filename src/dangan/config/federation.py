"""The settings of signing in through the house's own directory: OpenID Connect and LDAP.

What cannot be right stops the start: a provider or directory whose answers could be forged on the
way, a secret that others on the machine can read, nobody left who could sign in.
"""

from __future__ import annotations

import ipaddress
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class FederationSettings(BaseSettings):
    """``DANGAN_LOCAL_PASSWORDS``, ``DANGAN_OIDC_*`` and ``DANGAN_LDAP_*``."""

    model_config = SettingsConfigDict(env_prefix="DANGAN_", extra="ignore")

    local_passwords: Literal["all", "administrators", "none"] = "all"
    """Whose password is checked here. ``administrators``: only theirs, so that somebody gets in
    when provider or directory is down; everybody else signs in there."""

    oidc_issuer: str = ""
    """The provider's issuer, letter for letter as it names itself; no such log-in when empty."""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    """A file of mode 0600 with the client's secret; none for a public client."""
    oidc_label: str = Field(default="", max_length=30)
    """The words on the button; 用企业账号登录 when empty."""
    oidc_claim: str = "preferred_username"
    """The claim that holds the log-in name here. ``sub``: by name nobody is found, everybody links
    their account once while signed in."""
    oidc_scopes: list[str] = Field(default_factory=lambda: ["openid", "profile"])
    oidc_second_factor: list[str] = Field(default_factory=list)
    """Values of ``acr`` or ``amr`` that count as a second factor; by default none does."""
    oidc_ca_file: Path | None = None
    """Certificates to trust when the provider's is signed by the house itself."""

    ldap_url: str = ""
    """``ldaps://host`` or ``ldap://host`` (with StartTLS); no such log-in when empty."""
    ldap_base: str = ""
    ldap_bind_dn: str = ""
    ldap_bind_password_file: Path | None = None
    ldap_login: str = "uid"
    """The attribute that holds the log-in name; ``sAMAccountName`` in Active Directory."""
    ldap_filter: str = "(objectClass=person)"
    """Which entries are people that may sign in."""
    ldap_id: str = "entryUUID"
    """The attribute that never passes to another entry; ``objectGUID`` in Active Directory."""
    ldap_ca_file: Path | None = None

    @field_validator("oidc_issuer")
    @classmethod
    def _oidc_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.query or parts.fragment or not safe_address(value)):
            raise ValueError(
                "写成 https://主机/路径，与提供方公布的 issuer 一字不差；只有本机可用 http"
            )
        return value

    @field_validator("oidc_claim", "ldap_login", "ldap_id")
    @classmethod
    def _oidc_or_ldap_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("只用字母、数字、- 和 _")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _oidc_scopes(cls, value: list[str]) -> list[str]:
        if "openid" not in value or not all(_NAME.fullmatch(scope) for scope in value):
            raise ValueError('写成 ["openid", "profile"]，一定要有 openid')
        return value

    @field_validator("oidc_client_secret_file", "ldap_bind_password_file")
    @classmethod
    def _secret_file(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        value = value.expanduser().resolve()
        if not value.is_file():
            raise ValueError("没有这个文件")
        if value.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ValueError("别人也能读这个文件，请执行 chmod 600")
        if not value.read_text("utf-8").strip():
            raise ValueError("文件是空的")
        return value

    @field_validator("oidc_ca_file", "ldap_ca_file")
    @classmethod
    def _certificate_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.expanduser().is_file():
            raise ValueError("没有这个证书文件")
        return value and value.expanduser().resolve()

    @field_validator("ldap_url")
    @classmethod
    def _ldap_url(cls, value: str) -> str:
        if value:
            ldap_server(value)
        return value

    @field_validator("ldap_filter")
    @classmethod
    def _ldap_filter(cls, value: str) -> str:
        if not (value.startswith("(") and value.endswith(")")) or value.count("(") != value.count(
            ")"
        ):
            raise ValueError("写成 (objectClass=person)，括号要成对")
        return value

    @model_validator(mode="after")
    def _federation_is_complete(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("设置了 DANGAN_OIDC_ISSUER，还要设置 DANGAN_OIDC_CLIENT_ID")
        if self.ldap_url and not self.ldap_base:
            raise ValueError(
                "设置了 DANGAN_LDAP_URL，还要设置 DANGAN_LDAP_BASE（从哪个条目往下找人）"
            )
        if bool(self.ldap_bind_dn) != bool(self.ldap_bind_password_file):
            raise ValueError("DANGAN_LDAP_BIND_DN 和 DANGAN_LDAP_BIND_PASSWORD_FILE 要一起设置")
        if self.local_passwords != "all" and not (self.oidc_issuer or self.ldap_url):
            raise ValueError(
                "DANGAN_LOCAL_PASSWORDS 不是 all 时，要先设置 DANGAN_OIDC_ISSUER 或 "
                "DANGAN_LDAP_URL，否则谁也登录不了"
            )
        return self


@dataclass(frozen=True, slots=True)
class DirectoryServer:
    """Where the directory listens. ``tls``: starttls, implicit (LDAPS) or none (loopback only)."""

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"]


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
_TLS: dict[str, Literal["starttls", "none"]] = {"starttls": "starttls", "none": "none"}


def ldap_server(url: str) -> DirectoryServer:
    """``ldaps://host:636`` or ``ldap://host:389?tls=starttls|none``; raises :class:`ValueError`.

    Without TLS only on the machine itself: passwords cross no network in clear.
    """
    sentence = (
        "写成 ldaps://主机:636，或 ldap://主机:389（自动用 StartTLS 加密）；只有本机可用 ?tls=none"
    )
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(sentence) from None
    options = parse_qs(parts.query, keep_blank_values=True)
    tls = options.pop("tls", ["starttls"])[-1]
    host = parts.hostname
    if parts.scheme not in {"ldap", "ldaps"} or not host or options or parts.path.strip("/"):
        raise ValueError(sentence)
    if parts.username or parts.password or tls not in _TLS:
        raise ValueError(sentence)
    if parts.scheme == "ldaps":
        return DirectoryServer(host, port or 636, "implicit")
    if tls == "none" and not loopback(host):
        raise ValueError(sentence)
    return DirectoryServer(host, port or 389, _TLS[tls])


def safe_address(url: str) -> bool:
    """Whether nobody on the way can alter what is said there: https, or the machine itself."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback(host))


def loopback(host: str) -> bool:
    """Whether the host is this machine, said so by its address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
