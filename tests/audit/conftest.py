from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection

from dangan.audit.actions import flush
from dangan.audit.rules import Event, Trail
from dangan.audit.sequencer import sequence_once

TABLES = ("audit_event", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_verification")


@dataclass
class Person:
    """Somebody with a trail and the permissions named."""

    trail: Trail = field(default_factory=lambda: Trail(uuid4(), uuid4(), "account", "10.8.2.47"))
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@contextmanager
def by_hand(*tables: str) -> Iterator[None]:
    """What somebody with the database's own password can do: switch the triggers off."""
    with connection.cursor() as cursor:
        for table in tables or TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        for table in tables or TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows")


def sql(statement: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]  # rows of any shape
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def log(count: int, *, action: str = "dossier.read", subject: UUID | None = None) -> Trail:
    """Write ``count`` events of one request."""
    trail = Trail(uuid4(), uuid4(), "account", "10.8.2.47")
    for number in range(count):
        trail.add(Event(action, subject=subject, object="identity", facts={"n": number}))
    flush(trail)
    return trail


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def checkpoint_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checkpoints of this test go to a file of their own."""
    file = tmp_path / "checkpoints.txt"
    kind = type(settings.DANGAN)
    monkeypatch.setattr(kind, "checkpoint_file", property(lambda _: file))
    return file


@pytest.fixture
def empty_log(transactional_db: None, checkpoint_file: Path) -> Iterator[Path]:
    """A log that begins with this test; gives the checkpoint file."""
    clear_log()
    yield checkpoint_file
    clear_log()


def clear_log() -> None:
    with by_hand(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"TRUNCATE {table} RESTART IDENTITY")


@pytest.fixture
def full_log(empty_log: Path) -> Path:
    """600 events in the tree, under three checkpoints."""
    for _ in range(3):
        for _ in range(10):
            log(20)
        assert sequence_once() == 200
    return empty_log
