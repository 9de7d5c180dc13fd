"""What page tests ask of rows and of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangan.dossiers.models import Record

AT_MOST = 15


def row_of(subject: UUID, info_set: str) -> UUID:
    """The current row of a set of somebody."""
    found = Record.objects.get(subject=subject, info_set=info_set, current=True)
    return found.row


def version_of(row: UUID) -> int:
    return Record.objects.get(row=row, current=True).version


ONLY_IN_TESTS = (
    "SELECT id, wrapped FROM keystore.epoch",
    "SELECT id, paths FROM roster_layout",
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "SET LOCAL",
)
"""The roster reads these again when the asking transaction itself has written, as a test's has
and a page's has not; and when somebody was changed, which is no matter of size."""


class Statements:
    """What a page asked the database."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def __len__(self) -> int:
        return len(self.sql)


@contextmanager
def few_statements(more: int = 0) -> Iterator[Statements]:
    """Asserts that what happens inside costs at most :data:`AT_MOST` statements, or some
    ``more`` where a page reads what several rooms add to it."""
    found = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.sql = [q["sql"] for q in captured if not q["sql"].startswith(ONLY_IN_TESTS)]
    assert len(found) <= AT_MOST + more, "\n".join(sql[:160] for sql in found.sql)
