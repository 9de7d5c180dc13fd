"""安全: how things stand, in a few figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit import queries as audit
from dangan.audit.queries import streaming
from dangan.audit.rules import Event
from dangan.security.alarms.concerning import about_others
from dangan.security.models import Alarm, Watermark

DAYS = 14


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands on the overview. ``proven`` is the day of the last proven restore."""

    new: int
    looking: int
    grave: int
    behind: int
    waiting: int
    looked_at: datetime | None
    proven: datetime | None
    failed: tuple[tuple[date, int], ...]


_proven: Callable[[], datetime | None] | None = None


def register_proven(provider: Callable[[], datetime | None]) -> None:
    """Called by the room of back-ups: when a restore was last proved."""
    global _proven  # noqa: PLW0603 - the one place that holds it
    _proven = provider


def proven() -> datetime | None:
    """When a restore was last proved, as far as the room of back-ups tells."""
    return _proven() if _proven else None


def overview(actor: Actor) -> Overview:
    """The figures. Permission security.view."""
    require(actor, "security.view")
    states: Counter[str] = Counter()
    grave = 0
    unclosed = about_others(actor).exclude(state=Alarm.State.CLOSED)
    for state, grade in unclosed.values_list("state", "grade"):
        states[state] += 1
        grave += grade == Alarm.Grade.GRAVE
    standing = audit.standing()
    mark = Watermark.objects.filter(key="alarms").first()
    actor.trail.add(Event("security.view"))
    return Overview(
        new=states[Alarm.State.NEW],
        looking=states[Alarm.State.LOOKING],
        grave=grave,
        behind=max(0, standing.size - standing.copied),
        waiting=standing.waiting,
        looked_at=mark.at if mark else None,
        proven=proven(),
        failed=_failed(timezone.localdate()),
    )


def _failed(today: date) -> tuple[tuple[date, int], ...]:
    first = today - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, time()))
    counted: Counter[str] = Counter()
    zone = str(timezone.get_current_timezone())
    for _action, _outcome, day, n in streaming.counts_by_day(
        ["login.failed"], since, timezone.now(), zone
    ):
        counted[day] += n
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return tuple((day, counted[day.isoformat()]) for day in days)
