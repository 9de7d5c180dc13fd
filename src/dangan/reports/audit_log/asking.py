"""What a request to the log page asks for. Pure but for the time zone of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from dangan.audit.catalogue import actions
from dangan.audit.queries import EventQuery

PERIODS = ("today", "week", "month", "all")
_DAYS = {"today": 0, "week": 6, "month": 29}
OUTCOMES = ("done", "refused", "failed")


@dataclass(frozen=True, slots=True)
class Ask:
    """The filters as they stand in the address. ``period`` is empty when dates are given."""

    period: str = "today"
    since: date | None = None
    until: date | None = None
    actor: UUID | None = None
    subject: UUID | None = None
    actions: tuple[str, ...] = ()
    outcome: str = ""
    address: str = ""
    before: tuple[datetime, int] | None = None

    def query(self, *, today: date, limit: int = 50) -> EventQuery:
        """The question to the log; whole days in the installation's time zone."""
        since, until = self.since, self.until
        if self.period in _DAYS:
            since, until = today - timedelta(days=_DAYS[self.period]), None
        return EventQuery(
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            actor=self.actor,
            subject=self.subject,
            actions=frozenset(self.actions),
            outcome=self.outcome,
            address=self.address,
            before=self.before,
            limit=limit,
        )

    @property
    def narrowed(self) -> bool:
        return replace(self, before=None) != Ask()

    def address_of(self, **changes: object) -> str:
        """The query string of this question with ``changes``, the page begun anew."""
        changed = replace(self, **({"before": None} | changes))  # type: ignore[arg-type]  # names its own fields
        return urlencode(list(_pairs(changed).items()), doseq=True)


def read(data: QueryDict) -> Ask:
    """The filters in a query string; what cannot be read is left out."""
    since, until = _date(data.get("since")), _date(data.get("until"))
    period = data.get("period") or ("" if since or until else "today")
    if period not in PERIODS:
        period = "" if since or until else "today"
    known = actions()
    outcome = data.get("outcome") or ""
    return Ask(
        period=period,
        since=None if period else since,
        until=None if period else until,
        actor=_uuid(data.get("actor")),
        subject=_uuid(data.get("subject")),
        actions=tuple(sorted({key for key in data.getlist("action") if key in known})),
        outcome=outcome if outcome in OUTCOMES else "",
        address=(data.get("address") or "").strip()[:45],
        before=_position(data.get("before")),
    )


def _pairs(ask: Ask) -> Mapping[str, object]:
    position = ask.before and f"{ask.before[0].isoformat()},{ask.before[1]}"
    pairs: dict[str, object] = {
        "period": ask.period,
        "since": ask.since,
        "until": ask.until,
        "actor": ask.actor,
        "subject": ask.subject,
        "action": ask.actions,
        "outcome": ask.outcome,
        "address": ask.address,
        "before": position,
    }
    return {key: value for key, value in pairs.items() if value}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _position(text: str | None) -> tuple[datetime, int] | None:
    moment, _, number = (text or "").partition(",")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(number)) if at.tzinfo and number.isdecimal() and len(number) < 19 else None
