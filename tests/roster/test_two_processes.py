"""Two processes that each hold half of the people answer, merged, as one that holds them all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from tests.roster.people import Person, actor, everything, line, person, subject, unit
from tests.roster.serving import serve
from tests.roster.stored import store

from dangan.access.rules import Actor
from dangan.dictionary.rules import FieldClass
from dangan.roster import queries, shares
from dangan.roster.loading import Share
from dangan.roster.rules import AnyOf, Between, GroupQuery, Measure, RosterQuery

SURNAMES, GIVEN = "王李张刘陈单曾尉", "伟娜敏静强磊军洋勇艳"


def crowd() -> list[Person]:
    return [
        person(
            number,
            SURNAMES[number % 8] + GIVEN[number % 10] + GIVEN[number % 7],
            number % 5,
            identity__employee_number=f"E{number:04}",
            identity__sex=str(1 + number % 2),
            identity__birth_date=f"{1960 + number % 40}-0{1 + number % 9}-15",
            contact__mobile=f"138000{number:05}",
        )
        for number in range(400)
    ]


PAGES = [
    RosterQuery(columns=("identity.name", "contact.mobile")),
    RosterQuery(sort="identity.birth_date", descending=True, offset=120, limit=30),
    RosterQuery(text="wang", sort="identity.employee_number", offset=5, limit=7),
    RosterQuery(
        filters={
            "identity.sex": AnyOf(frozenset({"2"})),
            "derived.age": Between(30, 50),
        },
        sort="derived.age",
        limit=400,
    ),
    RosterQuery(offset=395, limit=50),
    RosterQuery(offset=1000),
]
COUNTS = [
    GroupQuery(by=("identity.sex",), measures=(Measure("derived.age"),)),
    GroupQuery(by=("post.unit", "derived.age_band"), suppress=3),
]
TEXTS = ["王", "w", "E01", "00399", "伟", "没有这个人"]


@contextmanager
def processes(count: int) -> Iterator[list[shares.Ask]]:
    """Start processes that hold one share each; yields ways to ask them."""
    context = multiprocessing.get_context("spawn")
    pipes, running = [], []
    database = str(connection.settings_dict["NAME"])
    for index in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, index, count, database))
        process.start()
        theirs.close()
        assert ours.recv()
        pipes.append(ours)
        running.append(process)

    def asking(pipe: Any) -> shares.Ask:
        def ask(actor: Actor, question: shares.Question) -> shares.Answer:
            pipe.send((actor, question))
            answer: shares.Answer = pipe.recv()
            return answer

        return ask

    try:
        yield [asking(pipe) for pipe in pipes]
    finally:
        for pipe, process in zip(pipes, running, strict=True):
            pipe.send(None)
            process.join(timeout=20)


def askers() -> list[Actor]:
    sees_sales_and_self = actor(
        (unit(1), line(plain=FieldClass.PUBLIC, masked=FieldClass.SENSITIVE, reach="subtree")),
        (None, line(plain=FieldClass.SECRET, reach="own")),
        own=subject(3),
    )
    return [everything(), sees_sales_and_self]


@pytest.mark.django_db(transaction=True)
def test_two_halves_answer_as_one() -> None:
    people = crowd()
    store(*people)
    with processes(2) as asks:
        for asker in askers():
            compare(asker, asks)
        store(person(3, "新名字", 1), person(1000, "新来的", 2))
        for asker in askers():
            compare(asker, asks)


def compare(asker: Actor, asks: list[shares.Ask]) -> None:
    for query in PAGES:
        alone = queries.page(asker, query)
        assert replace(shares.page(asker, query, asks), took_ms=0) == replace(alone, took_ms=0)
    for counted in COUNTS:
        assert shares.group(asker, counted, asks) == queries.group(asker, counted)
    for text in TEXTS:
        assert shares.search(asker, text, 8, asks) == queries.search(asker, text, 8)


def test_every_person_belongs_to_exactly_one_share() -> None:
    for of in (1, 2, 3, 7, 256):
        shares_of = [Share(index, of) for index in range(of)]
        for number in range(300):
            assert [share.holds(subject(number)) for share in shares_of].count(True) == 1


def test_there_is_no_third_half() -> None:
    for index, of in ((2, 2), (-1, 2), (0, 0), (0, 257)):
        with pytest.raises(ValueError, match="no share"):
            Share(index, of)
