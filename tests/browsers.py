"""The cast, and browsers in which its members have signed in: fixtures for every page's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast, make_cast

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import console_actor

BACKEND = "dangan.access.backends.SealedLogin"
Browser = Callable[..., Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """``browser("hr_specialist")`` has signed in with that role; ``name`` is one of the cast."""

    def sign_in(*roles: str, name: str | None = None, unit: str | None = None) -> Client:
        anchor = cast.units[unit] if unit else None
        made = create_account(
            console_actor(),
            login=f"u-{Account.objects.count()}",
            name=name or "测试账号",
            subject=cast.people[name] if name else None,
            roles=[(role, anchor) for role in roles],
            password="chengxu2026",
            must_change=False,
        )
        client = Client()
        client.force_login(Account.objects.get(pk=made.id), BACKEND)
        return client

    return sign_in
