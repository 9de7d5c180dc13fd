"""保管期限表: which term a thing has, what starts its clock, when it is over. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import msgspec

from dangan.dictionary.rules import Message

Start = Literal["departure", "formation", "end", "transfer"]
"""离职, 形成, 终止 (of a contract), 转出: the day from which the term runs."""

Applies = Literal["kind", "category", "retention", "set"]
"""What a line speaks of: a kind of file, a class of material, a retention rule of the dictionary,
one information set."""

MOST_YEARS = 100


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the table. ``years`` None: for good; 0: as soon as the clock starts."""

    key: str
    label: str
    label_en: str = ""
    applies: Applies
    names: tuple[str, ...]
    """File kinds, classes (``4`` speaks of ``4-1`` too), retention rules or information sets."""
    years: int | None = None
    starts: Start = "departure"
    law: str = ""
    """The text it rests on, shown beside the line and printed on the list."""
    statutory: bool = False
    """A law wants it kept so long: what is due around it is restricted, not destroyed."""


class BadSchedule(ValueError):  # noqa: N818 - an answer to the person
    """The table cannot be used; ``key`` is the line's, ``message`` says why."""

    def __init__(self, key: str, message: Message) -> None:
        super().__init__(message.text)
        self.key = key
        self.message = message


def checked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same lines; raises :class:`BadSchedule` for what cannot be."""
    seen: set[str] = set()
    spoken: set[tuple[str, str]] = set()
    for line in lines:
        if line.key in seen:
            raise BadSchedule(line.key, Message("两行的编号相同，请改其中一行。"))
        seen.add(line.key)
        if not line.label.strip():
            raise BadSchedule(line.key, Message("请填写名称。"))
        if line.years is not None and not 0 <= line.years <= MOST_YEARS:
            raise BadSchedule(line.key, Message("年数写 0 到 100，永久保管留空。"))
        if line.statutory and not line.law.strip():
            raise BadSchedule(line.key, Message("法定期限要写明依据的法规条文。"))
        for name in line.names:
            if (line.applies, name) in spoken:
                raise BadSchedule(line.key, Message("同一对象出现在两行，请只留一行。"))
            spoken.add((line.applies, name))
    return tuple(lines)


def line_for(lines: Iterable[Line], applies: Applies, name: str) -> Line | None:
    """The line that speaks of ``name``; for a sub-class also that of its class."""
    by = {spoken: line for line in lines if line.applies == applies for spoken in line.names}
    if applies == "category" and name not in by:
        return by.get(name.partition("-")[0])
    return by.get(name)


def line_of_set(lines: Sequence[Line], info_set: str, retentions: Iterable[str]) -> Line | None:
    """The line of an information set: its own, else the longest of its fields' retention rules."""
    own = line_for(lines, "set", info_set)
    if own is not None:
        return own
    found = [line for key in set(retentions) if (line := line_for(lines, "retention", key))]
    return max(found, key=_length, default=None)


def _length(line: Line) -> tuple[int, bool, str]:
    """How long a line keeps, for comparing lines whose clocks may start on different days."""
    years = MOST_YEARS + 1 if line.years is None else line.years
    return years, line.starts != "departure", line.key


def due_on(years: int | None, start: date | None) -> date | None:
    """The first day after the term; None while the clock has not started, or never.

    A term of n years from 29 February ends with 28 February of a year without one.
    """
    if years is None or start is None or start.year + years > date.max.year - 1:
        return None
    try:
        last = start.replace(year=start.year + years)
    except ValueError:
        last = date(start.year + years, 2, 28)
    return last + timedelta(days=1) if years else last


def is_due(years: int | None, start: date | None, today: date) -> bool:
    """Whether the term is over on ``today``."""
    day = due_on(years, start)
    return day is not None and day <= today


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a dossier with its term: an information set's row, a volume, a material."""

    line: Line
    start: date | None

    @property
    def due(self) -> date | None:
        return due_on(self.line.years, self.start)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a departed person's dossier is due for: nothing, destroying, restricting."""

    way: Literal["keep", "destroy", "restrict"]
    on: date | None = None
    """Since when."""
    until: date | None = None
    """Of what is to be restricted: the day the longest statutory term ends."""
    line: Line | None = None
    """The line that decided: the last to end, or the one that still runs."""


def verdict(parts: Sequence[Part], today: date) -> Verdict:
    """All terms over: destroy. Only statutory ones still run: restrict (PIPL art. 47). Else keep.

    What has no part, is kept for good in part, or has a term whose clock has not started is kept.
    """
    running = [part for part in parts if part.due is None or part.due > today]
    over = [part for part in parts if part.due is not None and part.due <= today]
    if not over:
        return Verdict("keep")
    last = max(over, key=lambda part: part.due or date.min)
    if not running:
        return Verdict("destroy", on=last.due, line=last.line)
    if not all(part.line.statutory and part.due is not None for part in running):
        return Verdict("keep")
    longest = max(running, key=lambda part: part.due or date.max)
    return Verdict("restrict", on=last.due, until=longest.due, line=longest.line)


def differences(before: Sequence[Line], after: Sequence[Line]) -> Mapping[str, str]:
    """By key: ``added``, ``removed`` or ``changed``."""
    old, new = {line.key: line for line in before}, {line.key: line for line in after}
    found = dict.fromkeys(old.keys() - new.keys(), "removed")
    found |= dict.fromkeys(new.keys() - old.keys(), "added")
    return found | {key: "changed" for key in old.keys() & new.keys() if old[key] != new[key]}
