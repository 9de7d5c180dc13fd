"""How old the newest back-up and the last proven restore are, told with the other figures.

Alarms are not among them: who runs the machines could tell from their number that one is about
oneself.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from dangan.operations.backup import queries
from dangan.operations.health.registry import Figure, register_figure


def register_all() -> None:
    register_figure(
        Figure("backup_age_seconds", "Since the instant of the newest back-up", _backup)
    )
    register_figure(
        Figure("restore_proven_age_seconds", "Since a restore was proved last", _proven)
    )


def _backup() -> dict[str, float]:
    last = queries.standing().last
    return _since(last.instant if last else None)


def _proven() -> dict[str, float]:
    return _since(queries.last_proven())


def _since(moment: datetime | None) -> dict[str, float]:
    """Nothing where there is none: a gauge that is absent is an alarm of its own."""
    return {} if moment is None else {"": (timezone.now() - moment).total_seconds()}
