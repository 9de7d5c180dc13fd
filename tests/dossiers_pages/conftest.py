"""The cast, and browsers in which its members have signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, make_cast

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import console_actor
from dangan.dossiers.models import Record

BACKEND = "dangan.access.backends.SealedLogin"
AT_MOST = 15

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


def row_of(subject: UUID, info_set: str) -> UUID:
    """The current row of a set of somebody."""
    found = Record.objects.get(subject=subject, info_set=info_set, current=True)
    return found.row


def version_of(row: UUID) -> int:
    return Record.objects.get(row=row, current=True).version


ONLY_IN_TESTS = ("SELECT id, wrapped FROM keystore.epoch", "SELECT id, paths FROM roster_layout")
"""The roster reads these again when the asking transaction itself has written, as a test's has
and a page's has not; and when somebody was changed, which is no matter of size."""


class Statements:
    """What a page asked the database."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def __len__(self) -> int:
        return len(self.sql)


@contextmanager
def few_statements() -> Iterator[Statements]:
    """Asserts that what happens inside costs at most :data:`AT_MOST` statements."""
    found = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.sql = [q["sql"] for q in captured if not q["sql"].startswith(ONLY_IN_TESTS)]
    assert len(found) <= AT_MOST, "\n".join(sql[:160] for sql in found.sql)
