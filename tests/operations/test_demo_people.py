"""The invented people: the same every time, with lives that join up."""

from __future__ import annotations

import io
import random
from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dangan.access import registry
from dangan.dictionary.loading import builtin
from dangan.dossiers import checks
from dangan.dossiers.checks import Row
from dangan.operations.demo.accounts import DEMO_ACCOUNTS, owners
from dangan.operations.demo.names import bank_account, id_number
from dangan.operations.demo.people import Organisation, offices_for, organisation
from dangan.operations.demo.portraits import HEIGHT, WIDTH, draw

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def made() -> Organisation:
    return organisation(300, 1, TODAY)


def test_one_seed_makes_the_same_people_another_seed_others(made: Organisation) -> None:
    assert organisation(300, 1, TODAY) == made
    assert organisation(300, 2, TODAY) != made


def test_names_and_numbers_do_not_depend_on_the_day(made: Organisation) -> None:
    later = organisation(300, 1, TODAY + timedelta(days=200))
    for now, then in zip(made.people, later.people, strict=True):
        assert now.rows["identity"] == then.rows["identity"] or now.newcomer
        assert now.name == then.name
        assert now.office == then.office


def test_the_organisation_is_as_promised(made: Organisation) -> None:
    kinds = Counter(office.kind for office in made.offices)
    assert (kinds["group"], kinds["company"], kinds["department"]) == (1, 3, 25)
    assert kinds["team"] >= 4
    assert len(made.people) == 300
    assert len({office.path for office in made.offices}) == len(made.offices)


def test_every_unit_has_a_head_and_everyone_a_supervisor_above(made: Organisation) -> None:
    for number, _office in enumerate(made.offices):
        assert made.head_of(number) is not None
    for person in made.people:
        if person.supervisor is None:
            assert made.offices[person.office].kind == "group"
        else:
            assert made.people[person.supervisor].head


def test_every_value_fits_the_dictionary(made: Organisation) -> None:
    dictionary = builtin()
    for person in made.people:
        for key, rows in person.rows.items():
            info_set = dictionary.sets[key]
            for row in rows:
                for name, value in row.items():
                    item = info_set.field(name)
                    if item.type == "code":
                        table = dictionary.table_of(item)
                        assert value in table.by_code, f"{item.path} {value}"
                for item in info_set.fields:
                    if item.required and item.path != "post.unit":
                        assert row.get(item.key), item.path


def test_nothing_impossible_is_in_it_and_some_problems_are(made: Organisation) -> None:
    dictionary = builtin()
    found: Counter[str] = Counter()
    for person in made.people:
        rows = {
            key: [Row(UUID(int=number + 1), values) for number, values in enumerate(known)]
            for key, known in person.rows.items()
        }
        for finding in checks.scan(rows, dictionary, TODAY):
            assert finding.severity != "error", f"{finding.message} {person.number}"
            found[finding.code] += 1
    assert found["work_gap"]
    assert found["work_overlap"]
    assert found["contract_expired"]
    assert sum(found.values()) - found["unit_missing"] < 60


def test_there_are_newcomers_leavers_and_contracts_that_run_out(made: Organisation) -> None:
    assert 2 <= sum(person.newcomer for person in made.people) <= 25
    assert 2 <= sum(person.departed for person in made.people) <= 25
    soon = 0
    for person in made.people:
        end = person.rows["contract"][-1]["end"]
        if end != "9999" and TODAY <= date.fromisoformat(end) <= TODAY + timedelta(days=90):
            soon += 1
    assert 3 <= soon <= 60


@pytest.mark.django_db
def test_accounts_fit_their_people_and_nobody_has_two(made: Organisation) -> None:
    people = owners(made)
    assert len({person.number for person in people.values()}) == len(DEMO_ACCOUNTS)
    assert people["head"].head
    assert people["newcomer"].newcomer
    assert not people["employee"].head
    assert made.offices[people["finance"].office].path.endswith("财务部")
    assert made.offices[people["leader"].office].kind == "group"
    roles = {account.role for account in DEMO_ACCOUNTS}
    automatic = {"", "employee", "head"}
    assert roles | automatic >= {r.key for r in registry.matrix().roles.values() if r.grantable}


@settings(max_examples=20, deadline=None)
@given(st.integers(40, 400), st.integers(0, 10**6))
def test_any_size_and_seed_makes_whole_people(persons: int, seed: int) -> None:
    made = organisation(persons, seed, TODAY)
    numbers = [person.rows["identity"][0]["id_number"] for person in made.people]
    assert len(set(numbers)) == persons
    assert all(person.rows["post"][-1]["joined"] <= TODAY.isoformat() for person in made.people)


def test_a_large_organisation_opens_branches() -> None:
    few, many = offices_for(300), offices_for(100_000)
    assert len(many) > 5 * len(few)
    assert len({office.path for office in many}) == len(many)


def test_numbers_check() -> None:
    assert id_number("110101", "1990-03-07", 0, male=True)[16] in "13579"
    number = id_number("110101", "1990-03-07", 3, male=False)
    weights = [2 ** (17 - place) % 11 for place in range(18)]
    digits = [10 if letter == "X" else int(letter) for letter in number]
    assert sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 1
    account = bank_account(random.Random(1))  # noqa: S311 - a test
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(account))]
    assert sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_portraits_are_pictures_and_differ(made: Organisation) -> None:
    pictures = [draw(person) for person in made.people[:8]]
    assert len(set(pictures)) == 8
    with Image.open(io.BytesIO(pictures[0])) as image:
        assert image.size == (WIDTH, HEIGHT)
