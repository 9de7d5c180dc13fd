"""Who may do what to a destruction list, and how far a destruction reaches. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

WITNESSES = 2

Refusal = Literal["state", "own", "again", "relative", "full", "executor", "missing", "proposer"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decisions need to know of a list."""

    state: str
    proposer: UUID
    witnesses: tuple[UUID, ...] = ()


def witness_refusal(list_: Standing, who: UUID, *, avoids: bool) -> Refusal | None:
    """Why somebody may not confirm as a witness: two different people, neither the proposer nor
    concerned. ``avoids``: it is their own file, or a relative's."""
    if list_.state != "approved":
        return "state"
    if who == list_.proposer:
        return "proposer"
    if who in list_.witnesses:
        return "again"
    if avoids:
        return "relative"
    if len(list_.witnesses) >= WITNESSES:
        return "full"
    return None


def execution_refusal(list_: Standing, who: UUID, *, avoids: bool) -> Refusal | None:
    """Why somebody may not execute: approved, two witnesses, and not one of them."""
    if list_.state != "approved":
        return "state"
    if len(set(list_.witnesses)) < WITNESSES:
        return "missing"
    if who in list_.witnesses:
        return "executor"
    return "relative" if avoids else None


@dataclass(frozen=True, slots=True)
class EpochLife:
    """An epoch as the vault tells it."""

    id: int
    opened: date
    closed: date | None
    destroyed: date | None


@dataclass(frozen=True, slots=True)
class Horizon:
    """From when on older back-ups cannot be opened either. ``sure``: it has happened."""

    on: date | None
    sure: bool


def horizon(
    epoch: int, epochs: Collection[EpochLife], *, backup_days: int, rotation_days: int = 31
) -> Horizon:
    """The day on which the last epoch that wrapped the destroyed keys is itself destroyed.

    Every epoch up to ``epoch`` may have wrapped them. While one lives, the day is foreseen: an
    epoch closes with the next rotation and goes when the oldest back-up of its time has expired.
    """
    concerned = [one for one in epochs if one.id <= epoch]
    if not concerned:
        return Horizon(None, False)
    days = [_end_of(one, backup_days, rotation_days) for one in concerned]
    return Horizon(max(days), all(one.destroyed for one in concerned))


def _end_of(one: EpochLife, backup_days: int, rotation_days: int) -> date:
    if one.destroyed is not None:
        return one.destroyed
    closed = one.closed or one.opened + timedelta(days=rotation_days)
    return closed + timedelta(days=backup_days + 1)


def keep_until(done: date, years: int) -> date:
    """The last day the ledger line must be kept; never under three years (源文件: 至少三年)."""
    years = max(3, years)
    try:
        return done.replace(year=done.year + years)
    except ValueError:
        return date(done.year + years, 3, 1)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One line as it is approved; the digest covers all of them."""

    position: int
    what: str
    target: UUID
    number: str
    opinion: str
    years: int


def digest_of(number: str, items: Sequence[ListedItem]) -> bytes:
    """SHA-256 over the list as approved: what is executed is what was agreed."""
    lines = [
        f"{i.position}\t{i.what}\t{i.target}\t{i.number}\t{i.opinion}\t{i.years}"
        for i in sorted(items, key=lambda item: item.position)
    ]
    return sha256("\n".join([number, *lines]).encode()).digest()


def total(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Counts of items added up."""
    summed: dict[str, int] = {}
    for one in counts:
        for key, value in one.items():
            summed[key] = summed.get(key, 0) + value
    return summed
