"""What a report of a leak says, and the limits that follow. Pure: no clock, no database.

Sources: PIPL art. 57 (remedy at once; tell the authority and the persons what, cause and harm,
and measures); the firm's rule on leaks (to the superior and the manager at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from dangan.dictionary.rules import Message

TELL_WITHIN = timedelta(hours=24)
"""House rule where the law says 立即: whom to tell is told within a day of the report."""
MEASURES_MOST = 12
WORDS_MIN = 4


class Measure(msgspec.Struct, frozen=True):
    """A remedy: what, by whom, until when, and when it was done (ISO, empty: not yet)."""

    what: str
    who: str = ""
    due: str = ""
    done: str = ""


class First(msgspec.Struct, frozen=True):
    """What the head of the unit knows and had done at once."""

    knows: str
    measures: str


class Assessment(msgspec.Struct, frozen=True):
    """What the privacy officer found: extent, cause, harm, and who must be told with the reason."""

    severity: str
    people: int
    personal: bool
    secrets: bool
    cause: str
    harm: str
    authority: bool
    authority_reason: str
    persons: bool
    persons_reason: str


class Telling(msgspec.Struct, frozen=True):
    """Who was told: the authority (which, when, its number) and the persons (how, when, text)."""

    authority: str = ""
    authority_at: str = ""
    authority_number: str = ""
    persons_how: str = ""
    persons_at: str = ""
    persons_text: str = ""


class Conclusion(msgspec.Struct, frozen=True):
    """How it ends, and what is done better from now on."""

    conclusion: str
    lessons: str


class Body(msgspec.Struct, frozen=True):
    """A report in words, with what was added later. ``avoid``: accounts the matter concerns."""

    what: str
    noticed: str
    kinds: tuple[str, ...]
    material: str
    holders: str
    done: str
    volume: UUID | None = None
    avoid: tuple[UUID, ...] = ()
    first: First | None = None
    assessment: Assessment | None = None
    measures: tuple[Measure, ...] = ()
    telling: Telling | None = None
    conclusion: Conclusion | None = None


def problem_of_noticing(noticed: datetime, now: datetime) -> Message | None:
    """What is wrong with when it was noticed."""
    if noticed > now + timedelta(minutes=5):
        return Message("发现时间不能晚于现在，请改正。")
    return None


def tell_by(reported: datetime) -> datetime:
    """Until when authority and persons are told."""
    return reported + TELL_WITHIN


def finished(measures: Sequence[Measure], number: int, day: str) -> tuple[Measure, ...]:
    """The measures with the one of this number (from 0) done on ``day``; raises IndexError."""
    if number < 0:
        raise IndexError(number)
    found = list(measures)
    found[number] = msgspec.structs.replace(found[number], done=found[number].done or day)
    return tuple(found)


def unfinished(measures: Sequence[Measure]) -> int:
    """How many measures wait."""
    return sum(not measure.done for measure in measures)


def hours_between(begun: datetime, ended: datetime | None) -> float | None:
    """Hours from the report to the first measure, to one digit; None: none yet."""
    return None if ended is None else round((ended - begun).total_seconds() / 3600, 1)


def incomplete_telling(assessment: Assessment, telling: Telling) -> list[tuple[str, Message]]:
    """What is missing of what had to be told, by field."""
    wrong: list[tuple[str, Message]] = []
    if assessment.authority and not telling.authority:
        wrong.append(("authority", Message("已认定须告知主管部门，请填写告知了哪个部门。")))
    if assessment.authority and not telling.authority_at:
        wrong.append(("authority_at", Message("请填写告知主管部门的时间。")))
    if assessment.persons and not telling.persons_how:
        wrong.append(("persons_how", Message("已认定须通知个人，请填写通知方式。")))
    if assessment.persons and not telling.persons_at:
        wrong.append(("persons_at", Message("请填写通知个人的时间。")))
    if assessment.persons and len(telling.persons_text) < WORDS_MIN:
        wrong.append(
            (
                "persons_text",
                Message("请填写通知的内容：泄露了什么、原因和可能的危害、补救措施。"),
            )
        )
    return wrong


def changed(body: Body, **values: Any) -> Body:
    """The body with these values."""
    return msgspec.structs.replace(body, **values)


def as_reported(body: Body) -> Body:
    """What the reporter follows: the own words and the conclusion, not what others found."""
    return changed(body, avoid=(), first=None, assessment=None, measures=(), telling=None)
