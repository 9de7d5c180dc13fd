"""The tree on a day. Kept per process and version; asking costs one cheap query."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from dangan.organization.models import UnitVersion
from dangan.organization.rules import EMPTY, Tree, UnitChange, tree_of

ATTRIBUTES = ("name", "code", "parent", "head", "closed")


def version() -> int:
    """Goes up with every change of the organisation; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM organization_version")
        row = cursor.fetchone()
    return row[0] if row else 0


def tree(on: date | None = None) -> Tree:
    """The organisation on a day, today by default."""
    now = version()
    return _tree(now, on or timezone.localdate()) if now else EMPTY


@lru_cache(maxsize=8)
def _tree(version: int, on: date) -> Tree:
    return tree_of(changes(), on, version)


def changes() -> list[UnitChange]:
    """Every change ever recorded, in the order in which they apply."""
    rows = UnitVersion.objects.order_by("valid_from", "id").values_list(
        "unit_id", "unit__kind", "valid_from", "changed", *ATTRIBUTES
    )
    return [
        UnitChange(
            unit,
            kind,
            valid_from,
            {key: value for key, value in zip(ATTRIBUTES, values, strict=True) if key in changed},
        )
        for unit, kind, valid_from, changed, *values in rows.iterator(chunk_size=5000)
    ]
