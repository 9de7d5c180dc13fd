"""When a reading is open, for whom, and until when. Pure.

A reading is agreed, then opened by its readers, and then runs for the hours granted: from the
moment it was opened (included) to the last second (excluded). Nothing lengthens it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Message

Standing = Literal["asked", "agreed", "open", "over", "ended", "lapsed", "refused", "withdrawn"]
"""``over``: the hours are used up; ``ended``: somebody ended it before; ``lapsed``: agreed but
never opened in time."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One reader's place. ``account`` is None for somebody from outside, whom the archivist lets
    in; ``present_at`` is when they last said, with their own log-in, that they are there."""

    account: UUID | None
    present_at: datetime | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a consultation decides whether pages show. ``needed`` readers must be there."""

    state: str
    hours: int
    needed: int = 1
    presence: timedelta = timedelta(minutes=30)
    starts: datetime | None = None
    use_before: datetime | None = None
    opened_at: datetime | None = None
    until: datetime | None = None
    ended_at: datetime | None = None


def standing(reading: Reading, now: datetime) -> Standing:
    """Where it stands at ``now``."""
    if reading.state != "granted":
        return "asked" if reading.state == "open" else _closed(reading.state)
    if reading.ended_at is not None and reading.ended_at <= now:
        over_before = reading.until is not None and reading.until <= reading.ended_at
        return "over" if over_before else "ended"
    if reading.until is not None:
        return "open" if now < reading.until else "over"
    if reading.use_before is not None and now >= reading.use_before:
        return "lapsed"
    return "agreed"


def _closed(state: str) -> Standing:
    return "withdrawn" if state == "withdrawn" else "refused"


def present(seat: Seat, now: datetime, lasts: timedelta) -> bool:
    """Whether the reader is there: they said so, not longer ago than ``lasts``, not later than
    now, and still belong to it."""
    return (
        not seat.ended
        and seat.present_at is not None
        and seat.present_at <= now < seat.present_at + lasts
    )


def seated(reading: Reading, seats: Collection[Seat], now: datetime) -> int:
    """How many readers are there."""
    return sum(present(seat, now, reading.presence) for seat in seats)


def shows(reading: Reading, seats: Collection[Seat], account: UUID, now: datetime) -> bool:
    """Whether this account sees pages now: the reading is open, the reader is there, and with
    them as many others as are needed."""
    own = any(seat.account == account and present(seat, now, reading.presence) for seat in seats)
    return (
        own
        and standing(reading, now) == "open"
        and reading.opened_at is not None
        and reading.opened_at <= now
        and seated(reading, seats, now) >= reading.needed
    )


def may_open(
    reading: Reading, seats: Collection[Seat], account: UUID, now: datetime
) -> Message | None:
    """Why the hours cannot begin now; None when they can."""
    stands = standing(reading, now)
    if stands not in ("agreed", "open"):
        return Message("这次查阅已经结束或过期，需要再看请重新申请。")
    if reading.starts is not None and now < reading.starts:
        return Message("还没有到约定的开始时间，请到时再打开。")
    if not any(seat.account == account and present(seat, now, reading.presence) for seat in seats):
        return Message("请先确认你已到场，再打开档案。")
    there = seated(reading, seats, now)
    if there < reading.needed:
        return Message(
            "需要 {needed} 名阅览人同时到场，现在到场 {there} 人。"
            "请其他阅览人用自己的账号确认到场。",
            needed=reading.needed,
            there=there,
        )
    return None


def opened(reading: Reading, now: datetime) -> tuple[datetime, datetime]:
    """From when to when it runs, once it is opened at ``now``; opened before, it stays as it is."""
    if reading.opened_at is not None and reading.until is not None:
        return reading.opened_at, reading.until
    return now, now + timedelta(hours=reading.hours)
