"""盘点: what was found against what the register says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dangan.dictionary.rules import Message

VERDICTS = {
    "missing": Message("未找到"),
    "misplaced": Message("放错位置"),
    "unknown": Message("不认识的标签"),
    "surprise": Message("登记为不在库，实际在架"),
    "excused": Message("借出或转递中"),
    "moved": Message("盘点期间移动过"),
    "present": Message("相符"),
}
"""In the order of the list; the first four want somebody to do something."""
OPEN = frozenset({"missing", "misplaced", "unknown", "surprise"})
_OUT = frozenset({"lent", "moving"})


@dataclass(frozen=True, slots=True)
class Record:
    """What the register says of a volume when the stock-taking ends. ``began`` is its home when
    it began, ``moved_at`` its last move if that was since."""

    home: UUID | None
    standing: str = "held"
    began: UUID | None = None
    moved_at: datetime | None = None
    before_move: UUID | None = None
    """Its home before its last move."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A volume that was found; ``place`` None: somewhere in the place that is counted."""

    place: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison says of one volume."""

    verdict: str
    home: UUID | None
    found: UUID | None = None


def compare(
    records: Mapping[UUID, Record], seen: Mapping[UUID, Seen], scope: Collection[UUID]
) -> dict[UUID, Verdict]:
    """One verdict for each volume that was due or found.

    ``records`` holds every volume whose home was in ``scope`` at the beginning or is at the end,
    and every volume found. A volume that was moved through the register while others counted is
    neither missing nor misplaced for that.
    """
    known = dict.fromkeys(seen, Record(None)) | dict(records)
    return {
        volume: (
            _found(record, seen[volume], scope) if volume in seen else _not_found(record, scope)
        )
        for volume, record in known.items()
    }


def _found(record: Record, seen: Seen, scope: Collection[UUID]) -> Verdict:
    if record.standing in _OUT:
        return Verdict("surprise", record.home, seen.place)
    if seen.place is None:
        near = record.home in scope or record.began in scope
        return Verdict("present" if near else "misplaced", record.home, None)
    if seen.place == record.home:
        return Verdict("present", record.home, seen.place)
    if record.moved_at and record.moved_at > seen.at and seen.place == record.before_move:
        return Verdict("moved", record.home, seen.place)
    return Verdict("misplaced", record.home, seen.place)


def _not_found(record: Record, scope: Collection[UUID]) -> Verdict:
    if record.standing in _OUT:
        return Verdict("excused", record.home)
    if record.standing in {"away", "destroyed"} or record.home not in scope:
        return Verdict("moved", record.home)
    if record.moved_at is not None:
        return Verdict("moved", record.home)
    return Verdict("missing", record.home)
