"""The cast with accounts and tokens, and a client that calls as one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from tests.cast import Cast, make_cast

from dangan.access import actions as access
from dangan.access.queries import actor_of, console_actor, token_scopes

ROLES = {
    "hr": ("hr_specialist", "何雨桐"),
    "manager": ("hr_manager", "梁慎行"),
    "finance": ("finance", "俞书衡"),
    "employee": ("", "沈知微"),
    "it": ("it", None),
}


@dataclass
class Caller:
    """Calls the API with one account's token."""

    token: str
    account: UUID

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        content = b"" if body is None else json.dumps(body).encode()
        response: Any = Client(raise_request_exception=False).generic(
            method,
            f"/api/v1{path}",
            content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        return response  # type: ignore[no-any-return]  # the test client's own response


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    return make_cast()


@pytest.fixture
def caller(cast: Cast) -> Callable[..., Caller]:
    """``caller("hr")`` holds a token of that role's account, of all scopes unless named."""

    def make(role: str, scopes: list[str] | None = None) -> Caller:
        key, name = ROLES[role]
        account = access.create_account(
            console_actor(),
            login=role,
            name=name or role,
            subject=cast.people[name] if name else None,
            roles=[(key, None)] if key else [],
            password="Dangan2026",
            must_change=False,
        ).id
        actor = actor_of(account)
        wanted = token_scopes(actor) if scopes is None else scopes
        made = access.create_token(actor, label="测试", scopes=wanted, days=1)
        return Caller(made.raw, account)

    return make
