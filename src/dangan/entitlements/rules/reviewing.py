"""Who reviews a grant, and what about it deserves a second look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

FLAGS = ("conflict", "broad", "company", "unused")
"""What a reviewer is warned of: roles that must not stand together, a role that reaches far more
people than the holder's own unit, the whole company, no use in ninety days."""

BROAD_FACTOR, BROAD_LEAST = 10, 50
"""Far more people: ten times the own unit, and fifty at least."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is asked about a grant, and why that one."""

    reviewer: UUID
    why: Literal["head", "leader", "keeper"]


def choose_reviewer(
    account: UUID,
    *,
    heads: Sequence[UUID],
    leaders: Sequence[UUID],
    keepers: Sequence[UUID],
    sensitive: bool,
) -> Chosen | None:
    """Whoever answers for a grant of ``account``: never the account itself.

    ``heads`` run from the holder's unit upwards. Above the top, and for grants that give or
    manage rights (``sensitive``), leaders are asked, then keepers (who run reviews). None when
    nobody but the account itself is left; such a grant is reported, and does not lapse.
    """
    ways: list[tuple[Literal["head", "leader", "keeper"], Sequence[UUID]]] = [
        ("leader", leaders),
        ("keeper", keepers),
    ]
    if not sensitive:
        ways.insert(0, ("head", heads))
    for why, candidates in ways:
        for candidate in candidates:
            if candidate != account:
                return Chosen(candidate, why)
    return None


def is_broad(reached: int, own_unit: int) -> bool:
    """Whether a grant reaches far more people than work in the holder's own unit."""
    return reached >= BROAD_LEAST and reached > BROAD_FACTOR * max(own_unit, 1)


def flags_of(
    *, conflicting: bool, reached: int, own_unit: int, whole: bool, used: bool
) -> tuple[str, ...]:
    """The warnings of one grant, the gravest first."""
    found = {
        "conflict": conflicting,
        "broad": is_broad(reached, own_unit),
        "company": whole,
        "unused": not used,
    }
    return tuple(flag for flag in FLAGS if found[flag])


def remind_on(
    today: date, due: date, workdays_left: int, reminded: date | None, days: Iterable[int] = (3, 1)
) -> bool:
    """Whether today is a day to remind: three working days before the end and the last one."""
    wanted: Collection[int] = set(days)
    return today <= due and workdays_left in wanted and reminded != today
