"""The database follows the program, one process at a time, and never the other way round."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangan.operations import schema

pytestmark = pytest.mark.django_db


def test_a_current_database_costs_one_query() -> None:
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert schema.bring_up_to_date() is False
    assert len(statements) == 1


def test_a_missing_migration_is_seen() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'dossiers'")
    assert schema.is_current() is False


def test_a_database_of_a_newer_program_is_left_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('dossiers', '9999_from_the_future', now())"
        )
    with pytest.raises(schema.DatabaseTooNew, match="9999_from_the_future"):
        schema.bring_up_to_date()


def test_every_migration_on_disk_is_expected() -> None:
    rooms = {app for app, _ in schema.expected()}
    assert {"vault", "audit", "access", "dossiers", "roster", "organization"} <= rooms
