"""Expand, then contract: what the version before still uses stays for one release.

While programs are replaced one by one, old ones work on the new structure. So a migration adds;
it takes away what no program uses any more, and is named for it: ``NNNN_contract_…``, in a release
after the one that stopped using it (CONTRIBUTING.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader

CONTRACTS = re.compile(r"\d{4}_contract_")
TAKES_AWAY = (
    operations.RemoveField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
)
_SQL = re.compile(
    r"\b(?:DROP\s+(?:TABLE|COLUMN|SCHEMA|VIEW)|RENAME\s+(?:TO|COLUMN)"
    r"|ALTER\s+COLUMN\s+\S+\s+(?:TYPE|SET\s+NOT\s+NULL))\b",
    re.IGNORECASE,
)
FOUNDED = {
    "access.0002_rights_in_motion",
    "access.0003_permit_looks",
    "access.0004_grant_warned",
    "catalogue.0002_material_origin_material_origin_version_and_more",
    "catalogue.0003_lines",
    "dossiers.0002_subject_completeness",
    "dossiers.0004_proposals",
    "organization.0003_calendar_years",
    "sessions_devices.0001_initial",
}
"""Of the time before there was a release to replace."""


def faults(migration: Migration) -> Iterator[str]:
    """What an old program would trip over."""
    if CONTRACTS.match(migration.name):
        return
    made: set[str] = set()
    for operation in _all(migration.operations):
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name.lower())
        elif isinstance(operation, TAKES_AWAY):
            name = getattr(operation, "model_name", None) or getattr(operation, "name", "")
            if str(name).lower() not in made:
                yield type(operation).__name__
        elif isinstance(operation, operations.AddField):
            field = operation.field
            fills = (
                field.null or field.has_db_default() or isinstance(field, models.ManyToManyField)
            )
            if not fills and operation.model_name.lower() not in made:
                yield f"AddField {operation.name}: old programs do not fill it; db_default or null"
        elif isinstance(operation, operations.RunSQL):
            yield from (found[0] for found in _SQL.finditer(_forward(operation)))


def _all(found: list[object]) -> Iterator[object]:
    for operation in found:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _all(operation.database_operations)
        else:
            yield operation


def _forward(operation: operations.RunSQL) -> str:
    sql = operation.sql
    parts = [sql] if isinstance(sql, str) else [s if isinstance(s, str) else s[0] for s in sql]
    return "\n".join(part for part in parts if isinstance(part, str))


def _ours() -> Iterator[tuple[str, Migration]]:
    root = Path(__file__).resolve().parents[2] / "src"
    for (app, name), migration in MigrationLoader(connection).disk_migrations.items():
        file = Path(__import__(migration.__module__, fromlist=["x"]).__file__ or "")
        if root in file.parents:
            yield f"{app}.{name}", migration


@pytest.mark.django_db
def test_no_migration_takes_away_what_the_version_before_uses() -> None:
    found = {name: list(faults(migration)) for name, migration in _ours()}
    assert len(found) > 30
    assert {name: told for name, told in found.items() if told and name not in FOUNDED} == {}


def _made_of(*given: object, name: str = "0009_more") -> Migration:
    migration = Migration(name, "app")
    migration.operations = list(given)
    return migration


@pytest.mark.parametrize(
    "operation",
    [
        operations.RemoveField("person", "name"),
        operations.RenameField("person", "name", "called"),
        operations.DeleteModel("Person"),
        operations.RenameModel("Person", "Human"),
        operations.AddField("person", "name", models.TextField()),
        operations.RunSQL("ALTER TABLE person DROP COLUMN name"),
        operations.RunSQL("ALTER TABLE person RENAME COLUMN name TO called"),
        operations.RunSQL("DROP TABLE person"),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_takes_away_is_refused_unless_it_says_so(operation: object) -> None:
    assert list(faults(_made_of(operation)))
    assert not list(faults(_made_of(operation, name="0009_contract_names")))


def test_what_adds_is_welcome() -> None:
    added = _made_of(
        operations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))]),
        operations.AddField("thing", "name", models.TextField()),
        operations.AddField("person", "note", models.TextField(null=True)),
        operations.AddField("person", "count", models.IntegerField(db_default=0)),
        operations.AddIndex("person", models.Index(fields=["note"], name="person_note")),
        operations.RunSQL("CREATE TABLE other (id int)", "DROP TABLE other"),
    )
    assert not list(faults(added))
