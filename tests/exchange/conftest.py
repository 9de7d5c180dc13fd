from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.cast import Cast, make_cast
from tests.exchange.books import SAMPLES

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import console_actor
from dangan.access.rules import Actor
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import Dictionary
from dangan.organization import actions as organization_actions

TODAY = date(2026, 11, 21)
Browser = Callable[..., Client]


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    return builtin()


@pytest.fixture
def console(db) -> Actor:
    return console_actor(purpose="测试")


@pytest.fixture
def organization(console: Actor) -> None:
    """The units of the samples."""
    with (SAMPLES / "organisation.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["path"], row["type"]) for row in csv.DictReader(file)]
    organization_actions.load_units(console, rows)


@pytest.fixture
def cast(db) -> Cast:
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
        client.force_login(Account.objects.get(pk=made.id), "dangan.access.backends.SealedLogin")
        return client

    return sign_in
