"""Browsers in which somebody with a role has signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import console_actor

Browser = Callable[[str], Client]


@pytest.fixture
def browser(db: None) -> Browser:
    """``browser("it")`` has signed in with that role."""

    def sign_in(role: str) -> Client:
        made = create_account(
            console_actor(),
            login=f"u-{Account.objects.count()}",
            name="测试账号",
            roles=[(role, None)],
            password="chengxu2026",
            must_change=False,
        )
        client = Client()
        client.force_login(Account.objects.get(pk=made.id), "dangan.access.backends.SealedLogin")
        return client

    return sign_in
