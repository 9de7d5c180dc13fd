"""What the environment says, parsed once and strictly.

A wrong setting stops the start with a sentence that says what to do
(:class:`BadSetting`); nothing falls back silently.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from dangan.config.federation import FederationSettings
from dangan.config.sessions import SessionSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WITH_PASSWORD = frozenset(
    {
        "mail_url",
        "database_url",
        "replica_url",
        "files_url",
        "metrics_token",
        "backup_to",
        "backup_keys_to",
    }
)


class BadSetting(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A setting in the environment cannot be used; the message says which and why."""


class Environment(FederationSettings, SessionSettings):
    """Settings read from ``DANGAN_*`` variables. Times in seconds unless named otherwise."""

    model_config = SettingsConfigDict(env_prefix="DANGAN_", extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    debug: bool = False
    allowed_hosts: list[str] = Field(default_factory=lambda: ["127.0.0.1", "localhost", "[::1]"])
    https: bool = False
    hsts_subdomains: bool = True
    """With https: whether browsers shall insist on it for hosts below ours too."""
    cipher_suite: Literal["aes", "sm"] = "aes"
    checkpoint_syslog: str = ""
    language: Literal["zh-hans", "zh-hant", "en"] = "zh-hans"
    public_url: str = "http://127.0.0.1:8000"
    mail_url: str = ""
    mail_from: str = ""
    allow_robot_hosts: list[str] = Field(default_factory=list)
    temporary_days: int = Field(default=90, ge=1, le=366)
    """Days a temporary grant may last at most."""
    backup_days: int = Field(default=90, ge=1, le=3660)
    """Days the oldest back-up is kept; older key epochs are then destroyed, and what was destroyed
    before opens from no back-up any more."""
    backup_to: str = Field(default="", repr=False)
    """Where back-ups of data go: ``file:///folder``, ``sftp://user@host/folder?…``, ``s3://…``."""
    backup_keys_to: str = Field(default="", repr=False)
    """Where back-ups of keys go: another place, in other hands."""
    backup_recipient: str = ""
    """The age public key that data is encrypted to; its private half is on no machine of ours."""
    backup_keys_recipient: str = ""
    """The age public key that keys are encrypted to: another person's."""
    backup_at: str = Field(default="01:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When the nightly back-up begins, by the local clock."""
    backup_rate: int = Field(default=60, ge=0, le=10_000)
    """MiB a second that a back-up takes at most, so that work goes on; 0: as fast as it can."""
    backup_keep: str = Field(default="7,5,12", pattern=r"^\d{1,3},\d{1,3},\d{1,3}$")
    """Back-ups kept: days, weeks, months; none for longer than ``backup_days``."""
    backup_proof_days: int = Field(default=8, ge=1, le=366)
    """Days after which a back-up must have been restored and proved again."""
    backup_identity: Path | None = None
    """On the drill machine only: the file with the age private key of the data."""
    backup_keys_identity: Path | None = None
    """On the drill machine only: the file with the age private key of the keys."""
    second_factor: Literal["required", "offered"] | None = None
    """Whether whoever opens dossiers of others, and every administrator, must have a second factor;
    by default yes, in a demonstration no."""
    step_up_minutes: int = Field(default=10, ge=1, le=120)
    """Minutes for which a proof opens reveals, exports, destruction, rights and keys."""
    password_policy: Literal["dengbao3", "asvs"] = "dengbao3"  # noqa: S105 - a name
    """``dengbao3``: 8 with letters and digits, 90 days, last 5 not again. ``asvs``: 12 of any kind,
    for as long as one likes."""
    clamd: str = ""
    """Where the virus scanner listens; none when empty."""
    log: Literal["line", "json"] = "line"
    metrics_token: str = Field(default="", repr=False)
    """Who bears it may read ``/metrics`` from anywhere."""
    metrics_networks: list[str] = Field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Where ``/metrics`` may be read from without a token."""
    replica_url: str = Field(default="", repr=False)
    """A read replica for statistics and exports; the primary answers them when empty."""
    replica_lag: float = Field(default=10.0, gt=0, le=600)
    """Seconds a replica may be behind; further behind it is not asked."""
    files_url: str = Field(default="", repr=False)
    """Where sealed files are kept; the folder ``files`` under ``home`` when empty."""
    secrets: Path | None = None
    """The folder with ``root.key`` and ``session.key``, where it is not ``home``."""

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("secrets")
    @classmethod
    def _absolute_too(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @field_validator("metrics_networks")
    @classmethod
    def _metrics_networks(cls, value: list[str]) -> list[str]:
        for network in value:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError('写成 ["10.0.0.0/8", "127.0.0.1/32"]') from None
        return value

    @field_validator("metrics_token")
    @classmethod
    def _long_token(cls, value: str) -> str:
        if value and not _TOKEN.fullmatch(value):
            raise ValueError("要有 24 个以上的字母、数字、- 或 _，如 openssl rand -hex 24 的输出")
        return value

    @field_validator("files_url")
    @classmethod
    def _store(cls, value: str) -> str:
        if value:
            file_store(value)
        return value

    @field_validator("database_url", "replica_url")
    @classmethod
    def _postgres_only(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql"}:
            raise ValueError("只支持 PostgreSQL，写成 postgresql://用户@主机/数据库")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("写成 https://主机，是大家打开本系统的地址，用在邮件和机器人的链接里")
        return value.rstrip("/")

    @field_validator("clamd")
    @classmethod
    def _scanner(cls, value: str) -> str:
        if value and not value.startswith("/") and not _LISTENING.fullmatch(value):
            raise ValueError("写成 主机:端口，或套接字的绝对路径，如 /run/clamav/clamd.ctl")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value:
            mail_server(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(parseaddr(value)[1]):
            raise ValueError("写成 hr@example.com 或 人事档案 <hr@example.com>")
        return value

    @field_validator("allow_robot_hosts")
    @classmethod
    def _hosts(cls, value: list[str]) -> list[str]:
        for host in value:
            if not host or urlsplit(f"//{host}").netloc != host or "@" in host:
                raise ValueError('写成 ["网关主机:端口"]，不带 https:// 和路径')
        return [host.lower() for host in value]

    @model_validator(mode="after")
    def _mail_needs_a_sender(self) -> Self:
        if self.mail_url and not self.mail_from:
            raise ValueError("设置了 DANGAN_MAIL_URL，还要设置 DANGAN_MAIL_FROM（发件人地址）")
        return self

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the embedded one under ``home``."""
        return not self.database_url

    @property
    def demo_mark(self) -> Path:
        """Stands in the home of a demonstration, whose passwords everybody may know."""
        return self.home / "demonstration"

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration: every page and the check of the settings say so."""
        return self.demo_mark.exists()

    @property
    def factors_required(self) -> bool:
        """Whether nothing is open to grave roles before they have a second factor."""
        return (self.second_factor or ("offered" if self.demo else "required")) == "required"

    @property
    def postgres_dir(self) -> Path:
        return self.home / "pg"

    @property
    def root_secret_file(self) -> Path:
        return (self.secrets or self.home) / "root.key"

    @property
    def checkpoint_file(self) -> Path:
        """Where signed log checkpoints are appended, to be carried off the machine."""
        return self.home / "checkpoints.txt"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. ``tls``: starttls, implicit (SMTPS) or none."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True)
class FileStore:
    """A bucket of an S3-compatible store; its keys come from the usual AWS variables or here."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)


_TOKEN = re.compile(r"[A-Za-z0-9_-]{24,}")
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_LISTENING = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[1-9][0-9]{0,4}")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def mail_server(url: str) -> MailServer:
    """``smtp://user:password@host:port?tls=starttls|implicit|none``; raises :class:`ValueError`.

    The default is starttls: a password crosses no network in clear unless ``tls=none`` says so.
    """
    sentence = (
        "写成 smtp://用户:密码@主机:端口?tls=starttls（或 implicit、none），密码里的符号要转码"
    )
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(sentence) from None
    options = parse_qs(parts.query, keep_blank_values=True)
    tls = options.pop("tls", ["starttls"])[-1]
    if parts.scheme != "smtp" or not parts.hostname or options or parts.path.strip("/"):
        raise ValueError(sentence)
    if tls not in _PORTS or bool(parts.username) != bool(parts.password):
        raise ValueError(sentence)
    return MailServer(
        parts.hostname,
        port or _PORTS[tls],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,  # type: ignore[arg-type]  # one of the three keys
    )


def file_store(url: str) -> FileStore:
    """``s3://key:secret@bucket/prefix?endpoint=https://host:port&region=r``; raises ValueError."""
    sentence = (
        "写成 s3://桶/前缀?endpoint=https://主机:端口&region=地区；"
        "密钥写在 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY 里，或写成 s3://密钥:口令@桶"
    )
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    endpoint, region = options.pop("endpoint", ""), options.pop("region", "")
    if parts.scheme != "s3" or not parts.hostname or options:
        raise ValueError(sentence)
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ValueError(sentence)
    if bool(parts.username) != bool(parts.password):
        raise ValueError(sentence)
    return FileStore(
        parts.hostname,
        parts.path.strip("/"),
        endpoint,
        region,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The parsed environment; raises :class:`BadSetting` naming each wrong variable."""
    try:
        return Environment()
    except ValidationError as error:
        lines = [_sentence(item) for item in error.errors()]
        raise BadSetting("环境变量有误，请改正后重新启动。\n" + "\n".join(lines)) from None


def _sentence(item: ErrorDetails) -> str:
    """What is wrong with one variable. The value is not repeated where a password may stand."""
    if not item["loc"]:
        return str(item["msg"])
    name = str(item["loc"][0])
    shown = "" if name in _WITH_PASSWORD else f"（现值 {item.get('input')!r}）"
    return f"DANGAN_{name.upper()}：{item['msg']}{shown}"


def session_secret(home: Path, *, given: bool = False) -> str:
    """Django's signing key, made at first start and kept beside the root secret (mode 0600).

    All web processes of an installation need the same one. With ``given`` the folder is not ours
    to write to: a missing key stops the start.
    """
    path = home / "session.key"
    if given and not path.exists():
        raise BadSetting(f"没有 {path}。请把第一台机器上的 session.key 放到 DANGAN_SECRETS 里。")
    if given:
        return path.read_text().strip()
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = secrets.token_urlsafe(50)
        file.write(value)
    return value
