"""The archive room of the demonstration: thirty files with their papers and drawn scans.

Through the real verbs, as the demonstration's archivist and whoever else has a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from dangan.access.rules import Actor
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue import queries as catalogue_queries
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries.arranging import arranged
from dangan.materials.scans import actions as scans
from dangan.operations.demo.office import Office
from dangan.operations.demo.papers import Paper, papers_of
from dangan.operations.demo.person import Person
from dangan.operations.demo.scans import page

AUTHORITY = "澄远集团党委组织部授权保管（示例）"
VOLUMES = 30
WHOLE = 1
"""So many files are scanned whole; of the others a paper or two: drawing takes its time."""
SOME = 1
PAGES_MOST = 2
"""Pages drawn of one paper: a form of six pages is mostly empty lines."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The fonds, and whose file is which volume."""

    fonds: UUID
    volumes: Sequence[tuple[Person, Volume]]


def keep_archive(office: Office) -> Kept:
    """All of it."""
    archivist = office.actor("archivist")
    terms = catalogue_queries.settings()
    catalogue.save_settings(
        archivist,
        version=1,
        values={**_values(terms), "kinds": ["cadre", "staff"], "authority": AUTHORITY},
    )
    fonds = catalogue.open_fonds(archivist, code="CY", name="澄远集团")
    volumes = [
        (person, _volume(office, archivist, fonds.pk, person, whole=place < WHOLE))
        for place, person in enumerate(_people(office))
    ]
    return Kept(fonds.pk, volumes)


def _values(terms: object) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(terms)
    return found


def _people(office: Office) -> list[Person]:
    """First those whose accounts exist, the archivist left out; then a few who have left, and
    others, heads last: theirs are cadre files, of which the accounts have enough."""
    known = [person for login, person in office.owners.items() if login not in _WITHOUT]
    numbers = {person.number for person in office.owners.values()}
    others = [p for p in office.made.people if p.number not in numbers and not p.newcomer]
    left = [person for person in others if person.departed][:2]
    staying = sorted((p for p in others if not p.departed), key=lambda person: person.head)
    return [*known, *left, *staying][:VOLUMES]


_WITHOUT = frozenset({"archivist", "newcomer"})


def _volume(
    office: Office, archivist: Actor, fonds: UUID, person: Person, *, whole: bool
) -> Volume:
    cadre = person.head
    volume = catalogue.open_volume(
        archivist,
        subject=office.subject(person),
        fonds=fonds,
        kind=FileKind.CADRE if cadre else FileKind.STAFF,
    )
    filed = [
        (
            catalogue.file_material(
                archivist, volume=volume.pk, body=paper.body, secrecy=paper.secrecy
            ).id,
            paper,
        )
        for paper in papers_of(person, cadre=cadre)
    ]
    _number(archivist, volume.pk)
    for material, paper in filed if whole else filed[:SOME]:
        _scan(archivist, material, paper, person)
    volume.refresh_from_db()
    return volume


def _number(archivist: Actor, volume: UUID) -> None:
    looked = catalogue_queries.look(archivist, volume)
    catalogue.renumber(archivist, volume=volume, fingerprint=arranged(looked).fingerprint)


def _scan(archivist: Actor, material: UUID, paper: Paper, person: Person) -> None:
    scans.add_pages(archivist, material=material, files=_pages(paper, person))


def _pages(paper: Paper, person: Person) -> Iterable[tuple[str, bytes]]:
    for number in range(1, min(paper.body.pages, PAGES_MOST) + 1):
        yield f"{number:03d}.jpg", page(paper, number, person.number)
