"""The settings of sessions and of where requests come from."""

from __future__ import annotations

import ipaddress

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SessionSettings(BaseSettings):
    """How long a log-in lasts, from how many browsers, and from which networks."""

    model_config = SettingsConfigDict(env_prefix="DANGAN_", extra="ignore")

    idle_timeout: int = Field(default=30 * 60, ge=60, le=24 * 60 * 60)
    """Seconds without a request after which a session ends."""
    session_hours: int = Field(default=12, ge=1, le=24 * 7)
    """Hours after which a session ends however busy it is."""
    sessions_per_account: int = Field(default=5, ge=1, le=50)
    """Browsers in which an account may be signed in; one more ends the longest unused."""
    trusted_proxies: list[str] = Field(default_factory=list)
    """Addresses or networks whose ``X-Forwarded-For`` is believed."""
    role_networks: dict[str, list[str]] = Field(default_factory=dict)
    """Role → networks from which it counts; goes before what the page says."""

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: list[str]) -> list[str]:
        return [_network(item) for item in value]

    @field_validator("role_networks")
    @classmethod
    def _networks(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if any(not networks for networks in value.values()):
            raise ValueError("每个角色至少写一个网段，不限制的角色不要写")
        return {role: [_network(item) for item in items] for role, items in value.items()}


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(f"{text} 不是网段，写成 10.0.0.0/8 或一个地址") from None
