"""What a file should hold and what of it is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from dangan.materials.catalogue.rules.bodies import MaterialBody

Each = Literal["once", "year", "education", "title", "appointment", "contract"]
When = Literal["always", "party", "league", "departed"]
Owner = Literal["unit", "hr", "party", "finance"]
NEAR = 1
"""Years by which a paper's date may differ from the event that it belongs to."""


class Required(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of ``data/required.toml``."""

    key: str
    kinds: frozenset[str]
    category: str
    title: str
    match: tuple[str, ...]
    each: Each = "once"
    when: When = "always"
    since: int = 0
    owner: Owner = "unit"
    law: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of which there should be a paper: a degree, a title, an appointment."""

    name: str
    year: int


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the dossier says, as far as papers follow from it. Years; 0 where unknown."""

    joined: int = 0
    left: int = 0
    party: bool = False
    league: bool = False
    education: tuple[Happening, ...] = ()
    titles: tuple[Happening, ...] = ()
    appointments: tuple[Happening, ...] = ()
    contracts: tuple[Happening, ...] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """A paper that should be there and is not. ``occurrence`` tells lacks of one rule apart."""

    rule: str
    occurrence: str
    category: str
    title: str
    year: int
    owner: Owner
    law: str


def missing(
    rules: Sequence[Required],
    kind: str,
    lines: Sequence[MaterialBody],
    facts: PersonFacts,
    this_year: int,
) -> list[Lack]:
    """Every paper that a file of ``kind`` lacks, in the order of the rules, oldest first.

    A line of the catalogue serves one rule's one occurrence: two degrees need two certificates.
    """
    found = []
    for rule in rules:
        if kind not in rule.kinds or not _applies(rule, facts):
            continue
        spare = [line for line in lines if _matches(rule, line)]
        for happening in _occurrences(rule, facts, this_year):
            served = _served_by(happening, spare, rule)
            if served is None:
                found.append(_lack(rule, happening))
            else:
                spare.remove(served)
    return found


def _applies(rule: Required, facts: PersonFacts) -> bool:
    return {
        "always": True,
        "party": facts.party,
        "league": facts.league,
        "departed": facts.left > 0,
    }[rule.when]


def _matches(rule: Required, line: MaterialBody) -> bool:
    same_class = line.category == rule.category or line.category.startswith(f"{rule.category}-")
    return same_class and any(word in line.title for word in rule.match)


def _occurrences(rule: Required, facts: PersonFacts, this_year: int) -> Iterator[Happening]:
    if rule.each == "once":
        yield Happening("", 0)
    elif rule.each == "year":
        first, last = max(facts.joined, rule.since), facts.left or this_year
        # Nobody is assessed for the year they came in, nor yet for the present one.
        for year in range(first + 1, last) if facts.joined else ():
            yield Happening("", year)
    else:
        events = {
            "education": facts.education,
            "title": facts.titles,
            "appointment": facts.appointments,
            "contract": facts.contracts,
        }[rule.each]
        for event in sorted(events, key=lambda item: item.year):
            if not event.year or event.year >= rule.since:
                yield event


def _served_by(
    wanted: Happening, spare: Sequence[MaterialBody], rule: Required
) -> MaterialBody | None:
    """The line that is this paper: by year or name for events, any for what is asked once."""
    if rule.each == "once":
        return spare[0] if spare else None
    if rule.each == "year":
        named = [line for line in spare if str(wanted.year) in line.title]
        # An assessment of 2023 is signed in 2023 or the year after, and may not name its year.
        dated = [line for line in spare if line.year == wanted.year and not _names_a_year(line)]
        return next(iter([*named, *dated]), None)
    named = [line for line in spare if wanted.name and wanted.name in line.title]
    dated = [
        line for line in spare if wanted.year and line.year and abs(line.year - wanted.year) <= NEAR
    ]
    undated = [] if wanted.year else list(spare)
    return next(iter([*named, *dated, *undated]), None)


def _names_a_year(line: MaterialBody) -> bool:
    return any(line.title[at : at + 4].isdigit() for at in range(len(line.title) - 3))


def _lack(rule: Required, happening: Happening) -> Lack:
    occurrence = f"{happening.name}|{happening.year}" if rule.each != "once" else ""
    title = rule.title.replace("{name}", happening.name or "—")
    title = title.replace("{year}", str(happening.year) if happening.year else "—")
    return Lack(rule.key, occurrence, rule.category, title, happening.year, rule.owner, rule.law)
