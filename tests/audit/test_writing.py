"""Writing events: all of a request at once, in the change's own transaction, or no answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.audit.conftest import Person, by_hand, log, sql

import dangan
from dangan.audit.actions import AuditUnavailable, flush, recording
from dangan.audit.catalogue import actions
from dangan.audit.queries import detail_of
from dangan.audit.rules import Event, Trail, parse_entry, split_mac
from dangan.vault.actions import destroy_key, make_keys
from dangan.vault.queries import entry_mac, key_of

pytestmark = pytest.mark.django_db(transaction=True)


def actions_of(trail: Trail) -> list[tuple[str, str]]:
    """What the log holds of this request: (action, outcome) in order."""
    return sql(
        "SELECT action, outcome FROM audit_event WHERE request = %s ORDER BY id", trail.request
    )


def entry_of(trail: Trail) -> bytes:
    ((entry,),) = sql("SELECT entry FROM audit_event WHERE request = %s", trail.request)
    return bytes(entry)


class TestFlush:
    def test_the_entry_says_everything(self) -> None:
        (subject,) = make_keys([uuid4()])
        trail = Trail(uuid4(), uuid4(), "account", "10.8.2.47")
        trail.add(
            Event(
                "field.reveal",
                subject=subject,
                object="identity",
                reason="核对学位证书",
                detail={"field": "id_number"},
                facts={"fields": 1},
            )
        )
        flush(trail)
        entry = parse_entry(entry_of(trail))
        assert (entry.actor, entry.kind, entry.address) == (trail.actor, "account", "10.8.2.47")
        assert (entry.action, entry.outcome, entry.object) == ("field.reveal", "done", "identity")
        assert (entry.subject, entry.request, entry.facts) == (
            subject,
            trail.request,
            {"fields": 1},
        )
        assert detail_of(key_of(subject), entry) == {"field": "id_number"}
        assert trail.pending == []

    def test_reason_and_detail_are_not_in_clear(self) -> None:
        (subject,) = make_keys([uuid4()])
        trail = Trail(uuid4())
        trail.add(Event("field.reveal", subject=subject, reason="核对", detail={"x": "沈知微"}))
        flush(trail)
        stored = json.dumps(json.loads(entry_of(trail)), ensure_ascii=False)
        assert "核对" not in stored
        assert "沈知微" not in stored

    def test_every_entry_carries_the_installations_mac(self) -> None:
        trail = log(1)
        parts = split_mac(entry_of(trail))
        assert parts is not None
        assert entry_mac(parts[0]) == parts[1]

    def test_equal_events_have_unequal_entries(self) -> None:
        trail = Trail(uuid4())
        for _ in range(5):
            trail.add(Event("roster.view"))
        flush(trail)
        entries = sql("SELECT entry FROM audit_event WHERE request = %s", trail.request)
        assert len(set(entries)) == 5

    def test_a_request_is_one_statement_however_much_it_did(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for count in (1, 200):
            trail = Trail(uuid4())
            for _ in range(count):
                trail.add(Event("dossier.read", facts={"n": 1}))
            with django_assert_num_queries(1):
                flush(trail)
            assert len(actions_of(trail)) == count

    def test_sealing_costs_one_statement_more(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        trail = Trail(uuid4())
        for subject in make_keys(uuid4() for _ in range(10)):
            trail.add(Event("field.reveal", subject=subject, reason="核对", detail={"x": 1}))
        with django_assert_num_queries(2):
            flush(trail)

    def test_nothing_noted_costs_nothing(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            flush(Trail(uuid4()))

    def test_a_destroyed_persons_detail_is_left_out(self, person: Person) -> None:
        (subject,) = make_keys([uuid4()])
        destroy_key(person, subject=subject)
        person.trail.pending.clear()
        person.trail.add(Event("dossier.read", subject=subject, detail={"x": 1}, outcome="refused"))
        flush(person.trail)
        assert parse_entry(entry_of(person.trail)).detail is None

    def test_when_the_log_cannot_be_written_the_events_stay_pending(self) -> None:
        trail = Trail(uuid4())
        trail.add(Event("dossier.read"))
        sql("ALTER TABLE audit_event RENAME TO audit_event_away")
        try:
            with pytest.raises(AuditUnavailable):
                flush(trail)
        finally:
            sql("ALTER TABLE audit_event_away RENAME TO audit_event")
        assert len(trail.pending) == 1
        flush(trail)
        assert actions_of(trail) == [("dossier.read", "done")]


class TestRecording:
    def test_the_event_commits_with_the_change(self, person: Person) -> None:
        with recording(person):
            person.trail.add(Event("record.write"))
            assert actions_of(person.trail) == []
        assert actions_of(person.trail) == [("record.write", "done")]

    def test_what_failed_was_not_done(self, person: Person) -> None:
        def fail() -> None:
            with recording(person):
                person.trail.add(Event("record.write"))
                person.trail.add(Event("record.write", outcome="refused"))
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert actions_of(person.trail) == [("record.write", "refused")]
        assert person.trail.pending == []

    def test_reads_noted_before_a_failure_are_kept(self, person: Person) -> None:
        person.trail.add(Event("dossier.read"))

        def fail() -> None:
            with recording(person):
                person.trail.add(Event("record.write"))
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        flush(person.trail)
        assert actions_of(person.trail) == [("dossier.read", "done")]

    def test_the_change_does_not_happen_without_its_event(self, person: Person) -> None:
        name = uuid4()
        sql("CREATE TABLE change_of_test (name uuid)")
        sql("ALTER TABLE audit_event RENAME TO audit_event_away")
        try:
            with pytest.raises(AuditUnavailable), recording(person):
                sql("INSERT INTO change_of_test VALUES (%s)", name)
                person.trail.add(Event("record.write"))
            assert sql("SELECT * FROM change_of_test") == []
        finally:
            sql("ALTER TABLE audit_event_away RENAME TO audit_event")
            sql("DROP TABLE change_of_test")

    def test_inside_another_it_shares_its_fate(self, person: Person) -> None:
        def fail() -> None:
            with recording(person):
                with recording(person):
                    person.trail.add(Event("record.write"))
                    person.trail.add(Event("record.delete", outcome="refused"))
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert actions_of(person.trail) == [("record.delete", "refused")]

    def test_a_commit_that_fails_takes_its_event_along(self, person: Person) -> None:
        sql("CREATE TABLE change_of_test (name int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        try:
            with pytest.raises(IntegrityError), recording(person):
                sql("INSERT INTO change_of_test VALUES (1), (1)")
                person.trail.add(Event("record.write"))
        finally:
            sql("DROP TABLE change_of_test")
        assert actions_of(person.trail) == []
        assert person.trail.pending == []


class TestOnlyGrows:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_event SET action = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "DELETE FROM audit_leaf",
            "UPDATE audit_tile SET root = root",
            "DELETE FROM audit_checkpoint",
            "SET session_replication_role = replica; DELETE FROM audit_event",
        ],
    )
    def test_even_the_owner_is_refused(self, statement: str) -> None:
        log(1)
        try:
            with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
                sql(statement)
        finally:
            sql("SET session_replication_role = DEFAULT")

    def test_the_triggers_are_back_after_work_by_hand(self) -> None:
        with by_hand("audit_event"):
            pass
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_event")


def test_every_action_written_in_the_program_has_a_name() -> None:
    """An action without a label would show its key to the auditor."""
    call = re.compile(
        r'\b(?:Event|note)\(\s*(?:action=)?"([a-z]+\.[a-z_]+)"|\baction="([a-z]+\.[a-z_]+)"'
    )
    written = {
        one or other
        for file in Path(dangan.__file__).parent.rglob("*.py")
        for one, other in call.findall(file.read_text("utf-8"))
    }
    assert "dossier.read" in written
    assert written - set(actions()) == set()


def test_uuid_of_nobody() -> None:
    assert Trail(uuid4()).actor == UUID(int=0)
