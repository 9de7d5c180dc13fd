"""People who do not exist, with lives that join up. Pure: one seed, the same people.

Births and careers hang on a fixed day, so names and numbers never change; only who is
new and which contract runs out follow the day of loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from dangan.operations.demo.lives import Life
from dangan.operations.demo.person import Person
from dangan.operations.demo.words import Office, words


@dataclass(frozen=True, slots=True)
class Organisation:
    """The tree and everyone in it; a person's supervisor always comes before the person."""

    offices: tuple[Office, ...]
    people: tuple[Person, ...]

    def head_of(self, office: int) -> Person | None:
        return next((p for p in self.people if p.office == office and p.head), None)


RICH = 3000
"""So many people have every information set, those after them what lists need."""


def organisation(persons: int, seed: int, today: date, *, rich: int = RICH) -> Organisation:
    """``persons`` people of one seed as of ``today``; the first ones head the units."""
    offices = offices_for(persons)
    people = tuple(_people(offices, persons, seed, today, rich))
    return Organisation(offices, people)


_PEOPLE_A_BRANCH = 3000


def offices_for(persons: int) -> tuple[Office, ...]:
    """The tree; beyond some thousands the companies open branches, as firms do."""
    known = words()
    branches = max(0, (persons - 1) // _PEOPLE_A_BRANCH)
    offices = list(known.offices)
    companies = [office for office in known.offices if office.kind == "company"]
    for number in range(branches):
        company = companies[number % len(companies)]
        county = known.regions[number % len(known.regions)].county
        round_ = number // len(known.regions)
        name = f"{company.path}{county}分公司" + (f"（{round_ + 1}）" if round_ else "")
        offices += [
            Office(
                name + office.path.removeprefix(company.path),
                office.kind,
                office.line,
                office.weight,
            )
            for office in known.offices
            if office.path == company.path or office.path.startswith(company.path + "/")
        ]
    return tuple(offices)


def _people(
    offices: tuple[Office, ...], persons: int, seed: int, today: date, rich: int
) -> Iterator[Person]:
    above = _parents(offices)
    sequence: dict[tuple[str, str, bool], int] = {}
    weights = [office.weight for office in offices]
    steps: list[int] = []
    for weight in weights:
        steps.append((steps[-1] if steps else 0) + weight)
    for number in range(persons):
        # Each has a generator of their own: one life's turns never shift another's.
        random = Random(seed * 1_000_003 + number)  # noqa: S311 - invented people, no secret
        head = number < len(offices)
        office = number if head else random.choices(range(len(offices)), cum_weights=steps)[0]
        yield Life(
            random,
            offices[office],
            number=number,
            office_number=office,
            head=head,
            supervisor=above[office] if head else office,
            sequence=sequence,
            today=today,
        ).person(rich=number < rich)


def _parents(offices: tuple[Office, ...]) -> list[int | None]:
    """The index of each office's parent; heads have the number of their office."""
    index = {office.path: number for number, office in enumerate(offices)}
    return [index.get(office.path.rpartition("/")[0]) for office in offices]
