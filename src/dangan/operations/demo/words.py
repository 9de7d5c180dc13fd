"""The words of ``data/words.toml``, read once and typed. Pure but for reading that file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A line of work: its posts from junior to senior, majors that lead there, monthly pay."""

    posts: tuple[str, ...]
    majors: tuple[str, ...]
    pay: int


@dataclass(frozen=True, slots=True)
class Office:
    """A unit by its path from the group, its line of work and its share of the people."""

    path: str
    kind: str
    line: Line
    weight: int


@dataclass(frozen=True, slots=True)
class Region:
    """A county-level division with its GB/T 2260 code."""

    code: str
    province: str
    county: str


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the demonstration people are made of."""

    surnames: tuple[str, ...]
    surname_steps: tuple[int, ...]
    male: dict[int, list[str]]
    female: dict[int, list[str]]
    composed: dict[str, str]
    lists: dict[str, list[str]]
    trainings: tuple[tuple[str, str, int], ...]
    regions: tuple[Region, ...]
    offices: tuple[Office, ...]
    group: str


@lru_cache(maxsize=1)
def words() -> Words:
    raw = tomllib.loads((Path(__file__).parent / "data" / "words.toml").read_text("utf-8"))
    weighted = [(name, int(w)) for w, names in raw["surnames"].items() for name in names.split()]
    plain = raw["words"]
    return Words(
        surnames=tuple(name for name, _ in weighted),
        surname_steps=tuple(accumulate(weight for _, weight in weighted)),
        male={int(decade): names.split() for decade, names in raw["male"].items()},
        female={int(decade): names.split() for decade, names in raw["female"].items()},
        composed=raw["composed"],
        lists={key: text.split() for key, text in plain.items() if isinstance(text, str)},
        trainings=tuple((name, by, hours) for name, by, hours in plain["trainings"]),
        regions=tuple(Region(*line.split()) for line in plain["regions"].strip().split("\n")),
        offices=_offices(raw),
        group=raw["organisation"]["group"],
    )


def _offices(raw: dict[str, Any]) -> tuple[Office, ...]:
    lines = {
        key: Line(tuple(line["posts"]), tuple(line["majors"]), line["pay"])
        for key, line in raw["lines"].items()
    }
    group = raw["organisation"]["group"]
    offices = [Office(group, "group", lines["管理"], 1)]
    for company, departments in raw["organisation"]["companies"].items():
        above = f"{group}/{company}" if company else group
        if company:
            offices.append(Office(above, "company", lines["管理"], 1))
        for name, line, weight, *teams in departments:
            share = max(1, weight // (len(teams) + 1))
            offices.append(Office(f"{above}/{name}", "department", lines[line], share))
            offices += [
                Office(f"{above}/{name}/{team}", "team", lines[line], share) for team in teams
            ]
    return tuple(offices)
