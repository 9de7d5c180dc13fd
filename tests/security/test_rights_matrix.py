"""Every role, field, action, place and form of asking against a table written apart from the code.

The table (data/field_rights.tsv) has one line for each role and set and one column for each class,
without wildcards, exceptions or precedence: another form than access/data/roles.toml, so that a
mistake in one is not repeated in the other. Pages and operations are asked in
test_rights_matrix_pages.py.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from tests.soak.figures import Figure

from dangan.access import registry
from dangan.access.rules import (
    Actor,
    Permit,
    Resource,
    RoleGrant,
    Showing,
    decide,
    field_showings,
    reach,
    scope,
)
from dangan.access.rules.roles import Matrix, matrix_from
from dangan.audit.rules import Trail
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import FieldClass

DATA = Path(__file__).parent / "data"
LETTERS = {
    "read": "R", "export": "X", "print": "P", "reveal": "U",
    "edit": "E", "start": "S", "review": "V", "download": "D",
}  # fmt: skip
GROUP, EAST, LAB, TEAM, SOUTH, SHOP = (UUID(int=100 + number) for number in range(6))
ME, OTHER = UUID(int=1001), UUID(int=1002)
PLACES: dict[str, tuple[UUID, tuple[UUID, ...]]] = {
    "oneself": (ME, (GROUP, EAST, LAB, TEAM)),
    "in the unit": (OTHER, (GROUP, EAST, LAB)),
    "in a unit below": (OTHER, (GROUP, EAST, LAB, TEAM)),
    "in the unit above": (OTHER, (GROUP, EAST)),
    "in another branch": (OTHER, (GROUP, SOUTH, SHOP)),
    "without a post": (OTHER, ()),
}
UNDER_LAB = {"oneself", "in the unit", "in a unit below"}
ROLES = (
    "employee", "head", "hr_specialist", "hr_manager", "administration", "finance", "legal", "it",
    "security_admin", "archivist", "leader", "privacy_officer", "auditor",
)  # fmt: skip
NEEDS_A_UNIT = {"head"}


@cache
def table() -> dict[tuple[str, str], dict[FieldClass, str]]:
    """The letters by role and set (or field), by class."""
    lines = (DATA / "field_rights.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {
        (row["role"], row["what"]): {level: row[level.name.lower()] for level in FieldClass}
        for row in rows
    }


@cache
def matrix() -> Matrix:
    return matrix_from(registry._table("roles.toml"), registry.permissions(), builtin())


@dataclass(frozen=True)
class Asked:
    """A field: one of the dictionary, or one a firm might add to a set, of any class."""

    info_set: str
    key: str
    level: FieldClass
    self_service: str = "none"


@cache
def fields() -> tuple[Asked, ...]:
    real = [
        Asked(item.set_key, item.key, item.field_class, item.self_service)
        for item in builtin().fields
    ]
    added = [Asked(key, "added_later", level) for key in builtin().sets for level in FieldClass]
    return (*real, *added)


def expected(role: str, place: str, anchored: bool, action: str, field: Asked) -> Showing:
    """What the table says."""
    mine = own(action, field) if place == "oneself" else Showing.HIDDEN
    if role == "employee" or mine is Showing.PLAIN or not within(role, place, anchored):
        return mine
    rows = table()
    row = rows.get((role, f"{field.info_set}.{field.key}")) or rows[role, field.info_set]
    letters = row[field.level]
    if LETTERS[action] in letters:
        return Showing.PLAIN
    masks = action in {"read", "export", "print"} and LETTERS[action].lower() in letters
    return Showing.MASKED if masks else Showing.HIDDEN


def own(action: str, field: Asked) -> Showing:
    """Of the own dossier: what self-service opens is read, printed, taken away; some is changed."""
    allowed = {"none": "", "view": "RPD", "edit": "RPDS"}[field.self_service]
    return Showing.PLAIN if LETTERS[action] in allowed else Showing.HIDDEN


def within(role: str, place: str, anchored: bool) -> bool:
    """Whether the role, held for the laboratory or for the whole firm, reaches there."""
    return place in UNDER_LAB if anchored else role not in NEEDS_A_UNIT


def actor(role: str, anchored: bool, *, employee: bool = True) -> Actor:
    """Somebody of the team with this role; everybody with a dossier is an employee as well."""
    held = (
        [] if role == "employee" else [RoleGrant(matrix().roles[role], LAB if anchored else None)]
    )
    if employee:
        held.append(RoleGrant(matrix().roles["employee"]))
    who = UUID(int=7)
    return Actor(who, "account", role, Trail(who), subject=ME, grants=tuple(held))


def cells(role: str) -> Iterator[tuple[str, bool, str, Asked]]:
    for anchored in (False, True):
        for place in PLACES:
            for action in LETTERS:
                for field in fields():
                    yield place, anchored, action, field


def answer(who: Actor, place: str, action: str, field: Asked) -> Showing:
    subject, path = PLACES[place]
    return decide(
        who, action, Resource(subject, path, field.info_set, field.key, field.level)
    ).showing


def test_the_table_speaks_of_every_role_and_set_and_of_nothing_else() -> None:
    assert set(matrix().roles) == set(ROLES)
    whole = {(role, key) for role in ROLES if role != "employee" for key in builtin().sets}
    assert whole <= table().keys()
    known = {item.path for item in builtin().fields}
    assert {what for role, what in table().keys() - whole} <= known


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_is_what_the_table_says(role: str) -> None:
    people = {anchored: actor(role, anchored) for anchored in (False, True)}
    wrong = [
        (place, anchored, action, field)
        for place, anchored, action, field in cells(role)
        if answer(people[anchored], place, action, field)
        is not expected(role, place, anchored, action, field)
    ]
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_lists_show_what_single_questions_show(role: str) -> None:
    """``scope``, ``field_showings`` and ``reach``: the same answers for many people at once."""
    for anchored in (False, True):
        who = actor(role, anchored)
        for action in LETTERS:
            within_reach = reach(who, action)
            for info_set in builtin().sets.values():
                for place, (subject, path) in PLACES.items():
                    shown = field_showings(who, subject, path, info_set, action)
                    for item in info_set.fields:
                        asked = Asked(item.set_key, item.key, item.field_class, item.self_service)
                        wanted = expected(role, place, anchored, action, asked)
                        assert shown[item.key] is wanted, (place, action, item.path)
                        if wanted is not Showing.HIDDEN:
                            assert within_reach.contains(subject, path)
            lone = Asked("pay", "added_later", FieldClass.PUBLIC)
            everybody = scope(who, action, lone.info_set, lone.key, lone.level)
            for place, (subject, path) in PLACES.items():
                wanted = expected(role, place, anchored, action, lone)
                assert everybody.showing(subject, path) is wanted


@pytest.mark.parametrize("role", ROLES)
def test_a_token_does_of_it_only_what_it_was_made_for(role: str) -> None:
    for kept in ("read", "edit", "reveal"):
        who = replace(actor(role, False), kind="token", scopes=frozenset({f"data.{kept}"}))
        for place in ("oneself", "in another branch"):
            for action in LETTERS:
                for field in fields()[::3]:
                    wanted = expected(role, place, False, action, field)
                    wanted = wanted if action == kept else Showing.HIDDEN
                    assert answer(who, place, action, field) is wanted, (kept, action, field)


def test_an_ended_account_and_nobody_at_all_see_nothing() -> None:
    ended = Actor(UUID(int=7), "account", "", Trail(UUID(int=7)), subject=ME)
    nobody = Actor(UUID(int=8), "anonymous", "", Trail(UUID(int=8)))
    for who in (ended, nobody):
        for place in PLACES:
            for action in LETTERS:
                for field in fields():
                    assert answer(who, place, action, field) is Showing.HIDDEN


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ["reveal", "read"])
def test_a_permit_adds_its_own_field_of_its_own_person(role: str, kind: str) -> None:
    """Leave for one field of a colleague elsewhere: it shows there, and nowhere else."""
    sample = fields()[::7]
    for field in sample:
        permit = Permit(OTHER, field.info_set, frozenset({field.key}), kind)  # type: ignore[arg-type]  # one of the two above
        who = replace(actor(role, True), permits=(permit,))
        for place in ("oneself", "in another branch"):
            for action in LETTERS:
                wanted = expected(role, place, True, action, field)
                if place == "in another branch" and action == kind:
                    wanted = Showing.PLAIN
                elif place == "in another branch" and action == "read":
                    wanted = Showing.MASKED if wanted is Showing.HIDDEN else wanted
                assert answer(who, place, action, field) is wanted, (action, field)
        beside = next(one for one in sample if one.key != field.key)
        same = expected(role, "in another branch", True, "read", beside)
        assert answer(who, "in another branch", "read", beside) is same


@pytest.mark.soak
def test_the_cells_are_counted(figure: Figure) -> None:
    counted = sum(1 for role in ROLES for _cell in cells(role))
    wrong = 0
    for role in ROLES:
        people = {anchored: actor(role, anchored) for anchored in (False, True)}
        for place, anchored, action, field in cells(role):
            found = answer(people[anchored], place, action, field)
            wrong += found is not expected(role, place, anchored, action, field)
    figure(
        "rights matrix: cells of role, place, action and field",
        counted,
        "≥ 50,000",
        counted >= 50_000,
    )
    figure("rights matrix: mismatches of those cells", wrong, "0", wrong == 0)
