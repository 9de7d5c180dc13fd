"""Checks between people: loops of supervisors, one person with two dossiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


def supervisor_loops(supervisors: Mapping[UUID, UUID]) -> list[tuple[UUID, ...]]:
    """Every loop in "who reports to whom", each once, beginning with its smallest member.

    Linear in the number of people: each is walked over once.
    """
    loops: list[tuple[UUID, ...]] = []
    done: set[UUID] = set()
    for start in supervisors:
        path: list[UUID] = []
        place: dict[UUID, int] = {}
        person: UUID | None = start
        while person is not None and person not in done and person not in place:
            place[person] = len(path)
            path.append(person)
            person = supervisors.get(person)
        if person is not None and person in place:
            loop = path[place[person] :]
            smallest = loop.index(min(loop))
            loops.append((*loop[smallest:], *loop[:smallest]))
        done.update(path)
    return loops


@dataclass(frozen=True, slots=True)
class Likeness:
    """What tells two people apart when one has no identity number."""

    subject: UUID
    name: str
    birth_date: str
    id_number: str = ""


def duplicates(people: Iterable[Likeness]) -> list[tuple[UUID, ...]]:
    """Groups of people who may be one: same name and birth date, at least one of them without an
    identity number, and no two different numbers among the rest."""
    groups: dict[tuple[str, str], list[Likeness]] = defaultdict(list)
    for person in people:
        if person.name and len(person.birth_date) == 10:
            groups[person.name, person.birth_date].append(person)
    found = []
    for group in groups.values():
        without = [person for person in group if not person.id_number]
        numbered = {person.id_number for person in group if person.id_number}
        if without and len(group) > 1 and len(numbered) <= 1:
            found.append(tuple(sorted(person.subject for person in group)))
    return found
