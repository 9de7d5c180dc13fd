"""How an account wants to be told, and when a mail may go. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dangan.organization.calendar.rules import Calendar

Digest = Literal["at_once", "hourly", "daily"]

ZONE = ZoneInfo("Asia/Shanghai")
DAILY_AT = time(8, 30)
QUIET = (time(22), time(7))
"""When nothing goes out unless somebody has chosen other hours."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One account's settings. ``mail`` says by group what differs from the group's default.

    ``quiet`` holds the hours in which nothing goes out; None for no such hours. A span that ends
    before it begins runs over midnight.
    """

    mail: Mapping[str, bool] = field(default_factory=dict)
    digest: Digest = "at_once"
    quiet: tuple[time, time] | None = QUIET
    language: str = ""

    def wants_mail(self, group: str, default: bool) -> bool:
        """Whether notices of a group of topics are to come by mail."""
        return self.mail.get(group, default)


def goes_at(wish: Wish, now: datetime, calendar: Calendar, *, urgent: bool = False) -> datetime:
    """When a mail about something told ``now`` is due.

    Urgent ones wait for no digest, but quiet hours hold for all: they are still urgent at seven.
    """
    moment = now.astimezone(ZONE)
    if not urgent and wish.digest == "hourly":
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif not urgent and wish.digest == "daily":
        moment = next_daily(moment, calendar)
    return after_quiet(moment, wish.quiet)


def next_daily(moment: datetime, calendar: Calendar) -> datetime:
    """The next 8:30 of a working day."""
    local = moment.astimezone(ZONE)
    day = local.date()
    if not calendar.is_working_day(day) or local.time() >= DAILY_AT:
        day = calendar.add_working_days(day, 1)
    return datetime.combine(day, DAILY_AT, ZONE)


def after_quiet(moment: datetime, quiet: tuple[time, time] | None) -> datetime:
    """``moment``, or the end of the quiet hours it falls into. The last minute is not quiet."""
    if quiet is None or quiet[0] == quiet[1]:
        return moment
    begins, ends = quiet
    clock = moment.time()
    overnight = begins > ends
    inside = clock >= begins or clock < ends if overnight else begins <= clock < ends
    if not inside:
        return moment
    day = moment.date()
    if overnight and clock >= begins:
        day += timedelta(days=1)
    return datetime.combine(day, ends, moment.tzinfo)
