"""The tree on a day. Kept per process and version; asking costs one cheap query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from asgiref.local import Local
from django.core.signals import request_finished, request_started
from django.db import connection
from django.utils import timezone

from dangan.organization.rules import EMPTY, Tree, UnitChange, tree_of

ATTRIBUTES = ("name", "code", "parent", "head", "closed")


_request = Local()
"""While a request is answered: the version it saw first, so that it asks once."""


def version() -> int:
    """Goes up with every change of the organisation; 0 before the first."""
    seen: int | None = getattr(_request, "version", None)
    if seen is not None:
        return seen
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM organization_version")
        row = cursor.fetchone()
    found: int = row[0] if row else 0
    if getattr(_request, "active", False):
        _request.version = found
    return found


def forget_version() -> None:
    """The organisation has just changed: the next question looks again."""
    _request.version = None


def _begin(**_: Any) -> None:
    _request.active = True
    _request.version = None


def _end(**_: Any) -> None:
    _request.active = False
    _request.version = None


request_started.connect(_begin, dispatch_uid="dangan.organization.version")
request_finished.connect(_end, dispatch_uid="dangan.organization.version")


def tree(on: date | None = None) -> Tree:
    """The organisation on a day, today by default."""
    now = version()
    return _tree(now, on or timezone.localdate()) if now else EMPTY


@lru_cache(maxsize=8)
def _tree(version: int, on: date) -> Tree:
    return tree_of(changes(), on, version)


_CHANGES = """
SELECT v.unit_id, u.kind, v.valid_from, v.changed, v.name, v.code, v.parent, v.head, v.closed
FROM organization_unitversion v JOIN organization_unit u ON u.id = v.unit_id
ORDER BY v.valid_from, v.id
"""


def changes() -> list[UnitChange]:
    """Every change ever recorded, in the order in which they apply; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES)
        return [
            UnitChange(unit, kind, day, _changed(changed, values))
            for unit, kind, day, changed, *values in cursor.fetchall()
        ]


def _changed(changed: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(ATTRIBUTES, values, strict=True) if key in changed}
