"""Entries come back as they were put, sealed on the way, and leave when removed."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection, transaction
from tests.roster.people import TODAY, actor, everything, line, person, subject, unit
from tests.roster.stored import store

from dangan.access.rules import Refused
from dangan.dictionary.queries import current
from dangan.dictionary.rules import FieldClass
from dangan.roster import actions, loading, looking, memory, queries
from dangan.roster.models import Entry, Layout
from dangan.roster.rules import AnyOf, GroupQuery, Measure, RosterQuery, UnknownPath

pytestmark = pytest.mark.django_db

WANG = person(1, "王小明", 1, identity__employee_number="E1", identity__sex="1")
LI = person(2, "李娜", 2, identity__employee_number="E2", identity__sex="2")
COLUMNS = ("identity.name", "identity.employee_number", "post.unit")


def names_on_page(**asked: object) -> list[str]:
    found = queries.page(everything(), RosterQuery(columns=COLUMNS, **asked))  # type: ignore[arg-type]  # as asked
    return [str(row.cells["identity.name"].value) for row in found.rows]


@pytest.fixture
def quiet() -> Iterator[None]:
    logging.getLogger("dangan.roster.loading").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("dangan.roster.loading").setLevel(logging.NOTSET)


def test_people_come_back_sorted_with_their_cells() -> None:
    store(WANG, LI)
    page = queries.page(everything(), RosterQuery(columns=COLUMNS))
    assert page.total == 2
    assert [row.subject for row in page.rows] == [LI.subject, WANG.subject]
    assert page.rows[0].cells["post.unit"].value == str(unit(2))
    assert page.rows[0].unit == unit(2)


def test_putting_again_replaces() -> None:
    store(WANG, LI)
    store(person(1, "汪小明", 1))
    assert names_on_page() == ["李娜", "汪小明"]
    assert names_on_page(text="王小明") == []
    assert Entry.objects.count() == 2


def test_of_two_entries_of_one_person_the_later_counts() -> None:
    store(WANG, person(1, "汪小明", 1))
    assert names_on_page() == ["汪小明"]


def test_a_removed_person_is_gone_from_everything() -> None:
    store(WANG, LI)
    assert names_on_page() == ["李娜", "王小明"]
    assert actions.remove([WANG.subject]) == 1
    assert actions.remove([WANG.subject]) == 0
    assert names_on_page() == ["李娜"]
    assert queries.search(everything(), "王小明") == []
    assert queries.names([WANG.subject, LI.subject]) == {LI.subject: "李娜"}
    assert Entry.objects.get(pk=WANG.subject).sealed is None


def test_nothing_of_a_person_lies_in_clear() -> None:
    store(WANG)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text || encode(e.sealed, 'escape') FROM roster_entry e")
        (row,) = cursor.fetchone()
    for value in ("王小明", "wang", "E1"):
        assert value not in row
        assert value.encode().hex() not in row


def test_one_layout_serves_many_writes() -> None:
    store(WANG)
    store(LI)
    assert Layout.objects.count() == 1


def test_texts_with_line_breaks_and_backslashes_survive() -> None:
    odd = "甲\\乙\n丙\x1f丁\r\\n"
    store(person(3, "怪字", 1, post__position=odd))
    page = queries.page(everything(), RosterQuery(columns=("post.position",)))
    assert page.rows[0].cells["post.position"].value == odd


def test_an_entry_moved_to_another_unit_by_hand_is_never_shown(quiet: None) -> None:
    store(WANG, LI)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE roster_entry SET unit = %s WHERE subject = %s", [unit(2), WANG.subject]
        )
    assert names_on_page() == ["李娜"]


def test_two_bodies_swapped_by_hand_are_never_shown(quiet: None) -> None:
    store(WANG, LI, person(3, "赵云", 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE roster_entry e SET sealed = o.sealed FROM roster_entry o"
            " WHERE (e.subject, o.subject) IN ((%s, %s), (%s, %s))",
            [WANG.subject, LI.subject, LI.subject, WANG.subject],
        )
    assert names_on_page() == ["赵云"]


def test_whose_key_is_gone_is_gone(quiet: None) -> None:
    store(WANG, LI)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keystore.data_key WHERE subject = %s", [WANG.subject])
        cursor.execute(
            "UPDATE roster_entry SET xid = pg_current_xact_id() WHERE subject = %s", [WANG.subject]
        )
    assert names_on_page() == ["李娜"]


def test_a_rolled_back_write_is_never_remembered() -> None:
    store(LI)
    assert names_on_page() == ["李娜"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store(WANG)
        assert names_on_page() == ["李娜", "王小明"]
        raise ZeroDivisionError
    assert names_on_page() == ["李娜"]


def test_the_page_is_for_those_who_may_see_it() -> None:
    nobody = actor(permissions=frozenset())
    with pytest.raises(Refused):
        queries.page(nobody, RosterQuery())
    with pytest.raises(Refused):
        queries.search(nobody, "王")
    with pytest.raises(Refused):
        queries.subjects(nobody, RosterQuery())
    with pytest.raises(Refused):
        queries.group(nobody, GroupQuery(by=("identity.sex",)))


def test_an_unknown_path_is_named() -> None:
    for query in (
        RosterQuery(sort="identity.shoe_size"),
        RosterQuery(columns=("identity.shoe_size",)),
        RosterQuery(filters={"identity.shoe_size": AnyOf(frozenset({"1"}))}),
    ):
        with pytest.raises(UnknownPath) as caught:
            queries.page(everything(), query)
        assert caught.value.path == "identity.shoe_size"


def test_every_look_leaves_an_event() -> None:
    store(WANG, LI)
    asker = everything()
    queries.page(asker, RosterQuery(columns=COLUMNS))
    queries.search(asker, "wang")
    queries.group(asker, GroupQuery(by=("identity.sex",)))
    looked, searched, counted = asker.trail.take()
    assert (looked.action, looked.facts["total"]) == ("roster.view", 2)
    assert looked.detail is not None
    assert set(looked.detail["subjects"]) == {str(WANG.subject), str(LI.subject)}
    assert (searched.action, searched.facts) == ("search.run", {"hits": 1})
    assert searched.detail is not None
    assert searched.detail["text"] == "wang"
    assert (counted.action, counted.facts["groups"]) == ("statistics.view", 2)
    assert "wang" not in str(searched.facts)


def test_an_id_number_is_found_through_the_database() -> None:
    store(WANG, LI)
    asked: list[tuple[str, str]] = []

    def lookup(path: str, value: str) -> UUID | None:
        asked.append((path, value))
        return LI.subject if value == "11010119900307742X" else None

    before = list(looking.lookups)
    queries.register_exact_lookup(lookup)
    try:
        (hit,) = queries.search(everything(), "110101 19900307 742x")
        assert (hit.subject, hit.score, hit.matched) == (LI.subject, 3, "identity.id_number")
        assert names_on_page(text="11010119900307742X") == ["李娜"]
        assert queries.search(everything(), "110101199003077438") == []
        sees_public_only = actor((None, line(plain=FieldClass.PUBLIC)))
        assert queries.search(sees_public_only, "11010119900307742X") == []
    finally:
        looking.lookups[:] = before
    assert asked[0] == ("identity.id_number", "11010119900307742X")


def test_means_are_of_full_years() -> None:
    born: dict[str, str] = {"identity__birth_date": "1990-11-22"}
    store(
        person(1, "甲", 1, identity__sex="1", **born),
        person(2, "乙", 1, identity__sex="1", identity__birth_date="1980-11-21"),
        person(3, "丙", 1, identity__sex="2"),
    )
    query = GroupQuery(by=("identity.sex",), measures=(Measure("derived.age"),), today=TODAY)
    men, women = queries.group(everything(), query)
    assert (men.values, men.count, men.means) == (("1",), 2, {"derived.age": 40.5})
    assert women.means == {"derived.age": None}


def test_small_groups_are_suppressed_in_pairs() -> None:
    store(*(person(n, f"人{n}", 1, identity__ethnicity="01") for n in range(5)))
    store(*(person(n, f"人{n}", 1, identity__ethnicity="02") for n in range(10, 14)))
    store(person(20, "单个", 1, identity__ethnicity="03"))
    query = GroupQuery(by=("identity.ethnicity",), suppress=3)
    assert [group.count for group in queries.group(everything(), query)] == [5, None, None]


def test_the_process_can_leave_no_core_dump() -> None:
    queries.page(everything(), RosterQuery())
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_restored_entries_from_another_cluster_are_adopted() -> None:
    store(WANG)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE roster_entry SET xid = '9000000000000'::xid8")
    assert names_on_page() == ["王小明"]
    assert actions.adopt() == 1
    assert actions.adopt() == 0
    assert names_on_page() == ["王小明"]


def test_nobody_is_named_who_is_not_there() -> None:
    assert queries.names([subject(77)]) == {}
    assert queries.ready()


def test_many_chunks_load_with_layouts_and_keys_made_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store(*(person(n, f"人{n}", 1, identity__employee_number=f"E{n}") for n in range(10)))
    monkeypatch.setattr(loading, "_CHUNK", 3)
    people = loading.load(loading.kinds_of(current()), loading.Share())
    assert len(people) == 10
    half = loading.load(loading.kinds_of(current()), loading.Share(1, 2))
    assert set(half.subjects()) == {
        subject(n) for n in range(10) if loading.Share(1, 2).holds(subject(n))
    }


def test_a_failed_load_says_so_and_the_next_question_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh = memory.Roster()

    def fail(*_: object) -> None:
        raise OSError("no database")

    with monkeypatch.context() as broken, pytest.raises(memory.RosterUnavailable):
        broken.setattr(loading, "load", fail)
        fresh.view(current())
    assert not fresh.ready
    assert fresh.view(current()).parts
    assert fresh.ready
