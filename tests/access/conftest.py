"""Accounts for the stories of this folder, made through the real verbs."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from tests.access.hashing import QUICK

from dangan.access import actions, queries
from dangan.access.actions import login
from dangan.access.rules import Actor
from dangan.organization import actions as organization_actions
from dangan.organization import queries as organization_queries

PASSWORD = "chengxu2026"

MakeAccount = Callable[..., UUID]


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Stories about rights need not pay for every password."""
    settings.PASSWORD_HASHERS = [QUICK]
    login._decoy.cache_clear()


@pytest.fixture
def console(db: None) -> Actor:
    return queries.console_actor()


@pytest.fixture
def units(console: Actor) -> dict[str, UUID]:
    """华东公司 with 研发中心 (嵌入式组 below it) and 财务部; 华南公司 beside it."""
    rows = [
        ("示例集团", "group"),
        ("示例集团/华东公司", "company"),
        ("示例集团/华东公司/研发中心", "department"),
        ("示例集团/华东公司/研发中心/嵌入式组", "team"),
        ("示例集团/华东公司/财务部", "department"),
        ("示例集团/华南公司", "company"),
    ]
    organization_actions.load_units(console, rows)
    return {node.name: node.id for node in organization_queries.tree().nodes.values()}


@pytest.fixture
def make_account(console: Actor) -> MakeAccount:
    """An account with roles, its password already changed; gives its identifier."""

    def make(name: str, *roles: str | tuple[str, UUID | None], subject: UUID | None = None) -> UUID:
        pairs = [(role, None) if isinstance(role, str) else role for role in roles]
        made = actions.create_account(
            console,
            login=name,
            name=f"{name}本人",
            subject=subject,
            roles=pairs,
            password=PASSWORD,
            must_change=False,
        )
        return made.id

    return make


@pytest.fixture
def signed_in(make_account: MakeAccount) -> Callable[..., Client]:
    """A browser in which somebody with these roles has logged in."""

    def sign_in(
        login: str, *roles: str | tuple[str, UUID | None], subject: UUID | None = None
    ) -> Client:
        make_account(login, *roles, subject=subject)
        return log_in(login)

    return sign_in


def log_in(login: str, password: str = PASSWORD, **extra: str) -> Client:
    """A browser after the log-in page has been filled in so, whatever came of it."""
    browser = Client(**extra)
    browser.post("/login/", {"login": login, "password": password})
    return browser
