"""How often an account has called in this minute, counted for all web processes together.

In a table without a journal: its loss costs nobody more than a minute of freedom, and a stand-by
does not need it.
"""

from __future__ import annotations

import time
from uuid import UUID

from django.db import connection

_COUNT = """
INSERT INTO operations_calls AS c (actor, minute, calls) VALUES (%s, %s, 1)
ON CONFLICT (actor) DO UPDATE SET
    calls = CASE WHEN c.minute = excluded.minute THEN c.calls + 1 ELSE 1 END,
    minute = excluded.minute
RETURNING calls
"""


def count_call(actor: UUID, now: float | None = None) -> tuple[int, float]:
    """Counts one call; returns how many it is in its minute, and the seconds left of that."""
    moment = time.time() if now is None else now
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [actor, int(moment // 60)])
        (calls,) = cursor.fetchone()
    return int(calls), 60 - moment % 60
