"""What the environment says, parsed once and strictly.

A wrong setting stops the start with a sentence that says what to do
(:class:`BadSetting`); nothing falls back silently.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSetting(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A setting in the environment cannot be used; the message says which and why."""


class Environment(BaseSettings):
    """Settings read from ``DANGAN_*`` variables. Times in seconds unless named otherwise."""

    model_config = SettingsConfigDict(env_prefix="DANGAN_", extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    debug: bool = False
    allowed_hosts: list[str] = Field(default_factory=lambda: ["127.0.0.1", "localhost", "[::1]"])
    https: bool = False
    cipher_suite: Literal["aes", "sm"] = "aes"
    idle_timeout: int = 30 * 60
    checkpoint_syslog: str = ""
    language: Literal["zh-hans", "zh-hant", "en"] = "zh-hans"

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _postgres_only(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql"}:
            raise ValueError("只支持 PostgreSQL，写成 postgresql://用户@主机/数据库")
        return value

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the embedded one under ``home``."""
        return not self.database_url

    @property
    def postgres_dir(self) -> Path:
        return self.home / "pg"

    @property
    def root_secret_file(self) -> Path:
        return self.home / "root.key"

    @property
    def checkpoint_file(self) -> Path:
        """Where signed log checkpoints are appended, to be carried off the machine."""
        return self.home / "checkpoints.txt"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The parsed environment; raises :class:`BadSetting` naming each wrong variable."""
    try:
        return Environment()
    except ValidationError as error:
        lines = [
            f"DANGAN_{str(item['loc'][0]).upper()}：{item['msg']}（现值 {item.get('input')!r}）"
            for item in error.errors()
        ]
        raise BadSetting("环境变量有误，请改正后重新启动。\n" + "\n".join(lines)) from error


def session_secret(home: Path) -> str:
    """Django's signing key, made at first start and kept beside the root secret (mode 0600)."""
    path = home / "session.key"
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = secrets.token_urlsafe(50)
        file.write(value)
    return value
