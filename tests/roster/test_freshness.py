"""A committed change is in the next answer, whatever order transactions begin and commit in."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from uuid import UUID

import pytest
from django.db import connection, transaction
from tests.roster.people import everything, person, subject
from tests.roster.stored import store

from dangan.roster import actions, memory, queries
from dangan.roster.engine.columns import Kind
from dangan.roster.rules import RosterQuery

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = RosterQuery(columns=("identity.name",), limit=100_000)


def shown() -> dict[UUID, str]:
    page = queries.page(everything(), EVERYBODY)
    assert page.total == len(page.rows)
    return {row.subject: str(row.cells["identity.name"].value) for row in page.rows}


def close() -> None:
    """Close the calling thread's connection; `connection` means another one in each thread."""
    connection.close()


def elsewhere(work: Callable[[], None]) -> None:
    """Do something on another connection, and wait for it."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            failed.append(problem)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    if failed:
        raise failed[0]


@pytest.fixture
def other() -> Iterator[ThreadPoolExecutor]:
    """One more connection, whose transaction the test holds open."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(close).result()


def test_a_change_by_another_process_shows_at_once() -> None:
    elsewhere(lambda: store(person(1, "王伟")))
    assert shown() == {subject(1): "王伟"}
    elsewhere(lambda: store(person(1, "王小伟"), person(2, "李娜")))
    assert shown() == {subject(1): "王小伟", subject(2): "李娜"}
    elsewhere(lambda: actions.remove([subject(1)]))  # type: ignore[arg-type]  # the count is not wanted
    assert shown() == {subject(2): "李娜"}


def test_a_transaction_that_began_first_and_ends_last_is_not_missed(
    other: ThreadPoolExecutor,
) -> None:
    store(person(1, "先来"))
    shown()

    def begin() -> None:
        transaction.set_autocommit(False)
        store_in_open_transaction(2, "慢的")

    def end() -> None:
        transaction.commit()
        transaction.set_autocommit(True)

    other.submit(begin).result()
    for number in range(10, 20):  # many younger transactions commit and are seen meanwhile
        elsewhere(lambda number=number: store(person(number, f"快{number}")))  # type: ignore[misc]  # bound now
        assert subject(number) in shown()
        assert subject(2) not in shown()
    other.submit(end).result()
    assert shown()[subject(2)] == "慢的"


def store_in_open_transaction(number: int, name: str) -> None:
    store(person(number, name))


def test_what_a_transaction_wrote_is_its_own_until_it_commits(other: ThreadPoolExecutor) -> None:
    store(person(1, "旧名"))
    shown()

    def write() -> dict[UUID, str]:
        transaction.set_autocommit(False)
        store(person(1, "新名"))
        return shown()

    assert other.submit(write).result() == {subject(1): "新名"}
    assert shown() == {subject(1): "旧名"}

    def undo() -> None:
        transaction.rollback()
        transaction.set_autocommit(True)

    other.submit(undo).result()
    assert shown() == {subject(1): "旧名"}


def test_an_emptied_table_is_noticed() -> None:
    store(person(1, "王伟"))
    assert shown()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE roster_entry")
    assert shown() == {}


def test_changes_keep_coming_while_parts_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SMALL", 8)
    monkeypatch.setattr(memory, "_GROWN", 1_000_000)
    monkeypatch.setattr(memory, "_INLINE", 0)  # always beside the questions, in a thread
    expected: dict[UUID, str] = {}
    chance = random.Random(5)  # noqa: S311 - a test
    for round_number in range(60):
        number = chance.randrange(40)
        if chance.random() < 0.2:
            actions.remove([subject(number)])
            expected.pop(subject(number), None)
        else:
            store(person(number, f"人{round_number}"))
            expected[subject(number)] = f"人{round_number}"
        assert shown() == expected
        time.sleep(0.005)
    assert memory.roster()._compacted_at > 0


def test_who_changes_during_a_merge_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "_GROWN", 1_000_000)
    monkeypatch.setattr(memory, "_INLINE", 0)
    merge, begun, go_on = memory._merged, Event(), Event()

    def held(parts: Sequence[memory.Part], kinds: Mapping[str, Kind]) -> memory.Part:
        begun.set()
        assert go_on.wait(20)
        return merge(parts, kinds)

    store(*(person(number, f"人{number}") for number in range(4)))
    shown()
    monkeypatch.setattr(memory, "_merged", held)
    store(person(9, "引发合并"))
    shown()
    assert begun.wait(20)
    store(person(1, "改名"))
    actions.remove([subject(2)])
    expected = {subject(0): "人0", subject(1): "改名", subject(3): "人3", subject(9): "引发合并"}
    assert shown() == expected
    go_on.set()
    while memory.roster()._compacting:
        time.sleep(0.01)
    assert shown() == expected


def test_rows_of_the_gone_leave_memory_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store(person(1, "王伟"), person(2, "李娜"))
    shown()
    monkeypatch.setattr(memory, "_FORGET_SECONDS", 0.0)
    actions.remove([subject(1)])
    shown()
    view = memory.roster()._view
    assert view is not None
    kept = [text for part in view.parts for text in part.people.column("identity.name").texts()]
    assert kept == ["李娜"]


def test_many_writers_and_readers_agree() -> None:
    """Each reader sees, after a writer's commit, that writer's latest or something later."""
    writers, readers, rounds = 4, 3, 15
    store(*(person(number, "人0") for number in range(writers)))
    shown()
    done: list[int] = [0] * writers
    start = Barrier(writers + readers)

    def write(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - a test
        start.wait()
        for step in range(1, rounds + 1):
            with transaction.atomic():
                store(person(number, f"人{step}"), person(100 + number * 100 + step, "新"))
                time.sleep(chance.random() * 0.02)
            done[number] = step

    def read(_: int) -> None:
        start.wait()
        while min(done) < rounds:
            before = list(done)
            page = shown()
            for number, step in enumerate(before):
                assert int(page[subject(number)][1:]) >= step
                for earlier in range(1, step + 1):
                    assert subject(100 + number * 100 + earlier) in page

    def closing(work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + readers) as pool:
        jobs = [pool.submit(closing, write, number) for number in range(writers)]
        jobs += [pool.submit(closing, read, number) for number in range(readers)]
        for job in jobs:
            job.result(timeout=60)
    assert len(shown()) == writers + writers * rounds
