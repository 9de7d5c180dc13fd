"""Whether accounts have done anything lately."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection


def active_since(actors: Collection[UUID], since: datetime) -> set[UUID]:
    """Those of ``actors`` of whom the log knows anything since then; one look each, indexed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a FROM unnest(%s::uuid[]) AS a WHERE EXISTS"
            " (SELECT 1 FROM audit_event e WHERE e.actor = a AND e.at >= %s)",
            [list(actors), since],
        )
        return {row[0] for row in cursor.fetchall()}
