"""Who is whose relative, as far as the dossiers say. Pure.

A family row says a title, a name and perhaps a date of birth and a telephone. It names somebody
when the names are the same and nothing known contradicts it: a name alone keeps a reader away
until somebody has looked and cleared the two (:mod:`dangan.materials.avoidance.actions`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Relation:
    """Why somebody keeps away from a file: it is their own, or a family member's."""

    kind: Literal["own", "relative"]
    relation: str = ""
    """The code of the title in the family record; never shown to anybody but the two."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a dossier says of its person, as far as it serves to know them again."""

    subject: UUID
    names: frozenset[str]
    """The name and former names, as :func:`bare` writes them."""
    born: str = ""
    """``1991-06-12``, ``1991-06``, ``1991`` or empty."""
    id_number: str = ""
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a family record: ``owner`` names ``name`` as theirs."""

    owner: UUID
    row: UUID
    version: int
    relation: str
    name: str
    born: str = ""
    id_number: str = ""
    phone: str = ""


UNRELATED = frozenset({"99"})
"""Codes of ``family_relation`` that say 非亲属."""
EMERGENCY_KIN = frozenset({"1", "2", "3", "4", "5", "9", ""})
"""Codes of ``emergency_relation`` that may mean a relative; not 朋友, 同事."""


@dataclass(frozen=True, slots=True)
class Match:
    """A family row that may name the other person. ``sure``: more than the name agrees."""

    member: Member
    other: UUID
    sure: bool


def bare(name: str) -> str:
    """A name without what writing adds: width, case, spaces, dots between parts."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def digits(text: str) -> str:
    """A telephone or ID number without what writing adds; a leading +86 is dropped."""
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())
    return kept[2:] if len(kept) == 13 and kept.startswith("86") else kept


def names_the_same(member: Member, person: Person) -> Match | None:
    """Whether the row may mean the person; None when it cannot.

    Same name needed. An ID number known on both sides decides alone. Else a birth year or month
    known on both sides must be equal, unless the telephone is the person's own: people mistype
    dates of their relatives more readily than they hold a stranger's telephone.
    """
    if not bare(member.name) or bare(member.name) not in person.names:
        return None
    if member.id_number and person.id_number:
        same = digits(member.id_number) == digits(person.id_number)
        return Match(member, person.subject, sure=True) if same else None
    reachable = bool(member.phone) and digits(member.phone) in person.phones
    agree = _months_agree(member.born, person.born or _born_by(person.id_number))
    if agree is False and not reachable:
        return None
    return Match(member, person.subject, sure=reachable or bool(agree))


def _months_agree(one: str, other: str) -> bool | None:
    """Whether year and month agree as far as both are known; None when nothing is known."""
    if not one or not other:
        return None
    known = min(len(one), len(other), len("1991-06"))
    return one[:known] == other[:known]


def _born_by(id_number: str) -> str:
    plain = digits(id_number)
    return f"{plain[6:10]}-{plain[10:12]}" if len(plain) == 18 else ""


def matches(
    one: Person, other: Person, family: Mapping[UUID, Collection[Member]]
) -> Iterator[Match]:
    """Every row of either dossier that may name the other person."""
    for owner, named in ((one, other), (other, one)):
        for member in family.get(owner.subject, ()):
            found = names_the_same(member, named)
            if found is not None:
                yield found


def nearest(found: Iterable[Match], cleared: Collection[tuple[UUID, int, UUID]]) -> Match | None:
    """The surest match that nobody has cleared. ``cleared`` names rows in the version that was
    looked at: a row that changed since stands again."""
    left = [
        match
        for match in found
        if (match.member.row, match.member.version, match.other) not in cleared
    ]
    return max(left, key=lambda match: match.sure, default=None)
