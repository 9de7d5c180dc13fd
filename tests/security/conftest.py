"""The cast, browsers and API callers of its members."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from tests.cast import Cast, make_cast

from dangan.access import actions as access
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor, token_scopes
from dangan.dossiers.models import Record

BACKEND = "dangan.access.backends.SealedLogin"
PASSWORD = "chengxu2026"


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    return make_cast()


@dataclass
class Member:
    """Somebody with an account: the pages by session, the API by token."""

    id: UUID
    login: str

    def browser(self, **more: Any) -> Client:
        client = Client(**more)
        client.force_login(Account.objects.get(pk=self.id), BACKEND)
        return client

    def token(self, scopes: list[str] | None = None) -> str:
        actor = actor_of(self.id)
        wanted = token_scopes(actor) if scopes is None else scopes
        return access.create_token(actor, label="测试", scopes=wanted, days=1).raw

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return call(self.token(), method, path, body, **headers)


def call(token: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """One call of the API."""
    return Client(raise_request_exception=False).generic(
        method,
        f"/api/v1{path}",
        b"" if body is None else json.dumps(body).encode(),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


Join = Callable[..., Member]


@pytest.fixture
def join(cast: Cast) -> Join:
    """``join("hr_specialist", unit="华东公司")`` has an account; ``name`` is one of the cast."""

    def made(*roles: str, name: str | None = None, unit: str | None = None) -> Member:
        anchor = cast.units[unit] if unit else None
        login = f"u-{Account.objects.count()}"
        account = access.create_account(
            console_actor(),
            login=login,
            name=name or "测试账号",
            subject=cast.people[name] if name else None,
            roles=[(role, anchor) for role in roles],
            password=PASSWORD,
            must_change=False,
        )
        return Member(account.id, login)

    return made


def row_of(subject: UUID, info_set: str) -> UUID:
    """The current row of a set of somebody."""
    return Record.objects.get(subject=subject, info_set=info_set, current=True).row
