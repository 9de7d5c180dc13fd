"""Searching the log, who looked at a dossier, proving one event."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.audit.conftest import Person, by_hand, log, sql

from dangan.audit import actions
from dangan.audit.actions import flush
from dangan.audit.catalogue import actions as catalogue
from dangan.audit.catalogue import label_of
from dangan.audit.queries import (
    EventQuery,
    LoggedEvent,
    entries,
    event,
    export,
    looked_at,
    proof,
    proves,
    search,
    standing,
)
from dangan.audit.rules import Event, Trail
from dangan.audit.rules.merkle import BadProof
from dangan.audit.sequencer import sequence_once
from dangan.audit.verifier import main, verify_proof
from dangan.vault.actions import destroy_key, make_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def auditor() -> Person:
    return Person(permissions=frozenset({"audit.search", "audit.export"}))


@pytest.fixture
def story(empty_log: Path) -> UUID:
    """Two people work on one dossier; gives the dossier's subject."""
    (subject,) = make_keys([uuid4()])
    specialist = Trail(uuid4(), UUID(int=7), "account", "10.8.2.47")
    specialist.add(Event("dossier.read", subject=subject, object="education", facts={"fields": 6}))
    specialist.add(
        Event(
            "field.reveal",
            subject=subject,
            object="identity.id_number",
            reason="核对学位证书",
            detail={"shown": "x"},
        )
    )
    flush(specialist)
    seller = Trail(uuid4(), UUID(int=8), "account", "10.8.9.88")
    seller.add(Event("dossier.read", subject=subject, object="pay", outcome="refused"))
    flush(seller)
    flush_one("roster.view")
    return subject


def flush_one(action: str) -> None:
    trail = Trail(uuid4(), UUID(int=7), "account", "10.8.2.47")
    trail.add(Event(action))
    flush(trail)


def found(auditor: Person, **narrowed: object) -> list[str]:
    page = search(auditor, EventQuery(**narrowed))  # type: ignore[arg-type]  # each test names its own
    return [f"{one.action} {one.outcome}" for one in page.events]


class TestSearch:
    @pytest.mark.usefixtures("story")
    def test_finds_everything_newest_first(self, auditor: Person) -> None:
        assert found(auditor) == [
            "roster.view done",
            "dossier.read refused",
            "field.reveal done",
            "dossier.read done",
        ]

    def test_every_filter_narrows(self, auditor: Person, story: UUID) -> None:
        reveal, refused = ["field.reveal done"], ["dossier.read refused"]
        assert found(auditor, subject=story, actions=frozenset({"field.reveal"})) == reveal
        assert found(auditor, actor=UUID(int=8)) == refused
        assert found(auditor, outcome="refused") == refused
        assert found(auditor, address="10.8.9.88") == refused
        assert found(auditor, object="identity.id_number") == reveal
        assert found(auditor, until=timezone.now() - timedelta(hours=1)) == []
        assert found(auditor, since=timezone.now() + timedelta(hours=1)) == []
        assert len(found(auditor, since=timezone.now() - timedelta(hours=1))) == 4
        assert found(auditor, subject=uuid4()) == []

    @pytest.mark.usefixtures("story")
    def test_reasons_open_and_details_do_not(self, auditor: Person) -> None:
        (reveal,) = search(auditor, EventQuery(actions=frozenset({"field.reveal"}))).events
        assert reveal.reason == "核对学位证书"
        assert reveal.sealed_detail
        assert "shown" not in repr(reveal)

    def test_needs_the_right_and_notes_the_refusal(self, person: Person) -> None:
        with pytest.raises(PermissionDenied):
            search(person, EventQuery())
        assert [(one.action, one.outcome) for one in person.trail.pending] == [
            ("audit.search", "refused")
        ]

    def test_is_itself_logged_with_what_was_asked(self, auditor: Person, story: UUID) -> None:
        search(auditor, EventQuery(subject=story, outcome="refused"))
        (noted,) = auditor.trail.pending
        assert (noted.action, noted.subject) == ("audit.search", story)
        assert noted.facts == {"outcome": "refused", "n": 1}

    @pytest.mark.usefixtures("full_log")
    def test_pages_neither_skip_nor_repeat(self, auditor: Person) -> None:
        seen: list[LoggedEvent] = []
        query = EventQuery(limit=70)
        while True:
            page = search(auditor, query)
            seen += page.events
            if page.more is None:
                break
            query = EventQuery(limit=70, before=page.more)
        assert len(seen) == len({one.id for one in seen}) == page.total == 600
        assert [one.id for one in seen] == sorted((one.id for one in seen), reverse=True)
        assert len(auditor.trail.pending) == 1, "turning the page is not another search"

    @pytest.mark.usefixtures("full_log")
    def test_costs_the_same_for_many_rows(
        self, auditor: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for limit in (1, 200):
            with django_assert_num_queries(1):
                search(auditor, EventQuery(limit=limit))

    @pytest.mark.usefixtures("story")
    def test_a_reason_that_was_altered_reads_as_none(self, auditor: Person) -> None:
        with by_hand("audit_event"):
            sql(
                "UPDATE audit_event SET entry = convert_to(regexp_replace(convert_from(entry,"
                " 'UTF8'), '\"reason\":\"....', '\"reason\":\"AQAB'), 'UTF8')"
                " WHERE action = 'field.reveal'"
            )
        (reveal,) = search(auditor, EventQuery(actions=frozenset({"field.reveal"}))).events
        assert reveal.reason in {"", "核对学位证书"}


class TestExport:
    @pytest.mark.usefixtures("full_log")
    def test_gives_every_page(self, auditor: Person) -> None:
        assert len(list(export(auditor, EventQuery(limit=1)))) == 600
        assert [one.action for one in auditor.trail.pending] == ["audit.export"]

    def test_needs_a_right_of_its_own(self) -> None:
        searcher = Person(permissions=frozenset({"audit.search"}))
        with pytest.raises(PermissionDenied):
            export(searcher, EventQuery())


class TestWhoLooked:
    def test_looks_and_changes_but_no_refusals(self, story: UUID) -> None:
        assert [one.action for one in looked_at(story)] == ["field.reveal", "dossier.read"]
        assert [one.action for one in looked_at(story, limit=1)] == ["field.reveal"]

    def test_nobody_looked(self) -> None:
        assert looked_at(uuid4()) == []


class TestProof:
    @pytest.mark.usefixtures("full_log")
    def test_holds_and_fails_with_any_change(self, tmp_path: Path) -> None:
        ((number,),) = sql("SELECT event FROM audit_leaf WHERE number = 300")
        given = proof(number)
        assert given is not None
        assert proves(given)
        document = json.loads(json.dumps(given.as_json()))
        assert verify_proof(document)["action"] == "dossier.read"
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(document))
        assert main([str(file), "--public-key", given.public_key]) == 0
        for key, wrong in (("leaf", 301), ("entry", "e30="), ("hashes", document["hashes"][1:])):
            with pytest.raises(BadProof):
                verify_proof(document | {key: wrong})
            file.write_text(json.dumps(document | {key: wrong}))
            assert main([str(file)]) == 1

    @pytest.mark.usefixtures("full_log")
    def test_every_event_of_the_log_can_be_proved(self) -> None:
        for (number,) in sql("SELECT event FROM audit_leaf WHERE mod(number, 37) = 0"):
            given = proof(number)
            assert given is not None
            assert proves(given)

    def test_outlives_the_persons_key(self, story: UUID, person: Person) -> None:
        sequence_once()
        ((number,),) = sql("SELECT id FROM audit_event WHERE action = 'field.reveal'")
        destroy_key(person, subject=story)
        given = proof(number)
        assert given is not None
        assert proves(given)

    @pytest.mark.usefixtures("empty_log")
    def test_a_waiting_event_has_none_yet(self) -> None:
        log(1)
        ((number,),) = sql("SELECT id FROM audit_event")
        assert proof(number) is None
        sequence_once()
        assert proof(number) is not None
        assert proof(10**9) is None

    @pytest.mark.usefixtures("full_log")
    def test_reads_few_rows(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        ((number,),) = sql("SELECT event FROM audit_leaf WHERE number = 300")
        proof(number)  # the public key is read once a process
        with django_assert_num_queries(5):
            proof(number)


class TestStanding:
    @pytest.mark.usefixtures("empty_log")
    def test_of_an_empty_log(self) -> None:
        assert standing().size == 0
        assert standing().checked_at is None

    def test_says_what_was_signed_and_when_it_was_checked(
        self, full_log: Path, person: Person
    ) -> None:
        log(2)
        actions.check(person, checkpoints=full_log)
        now = standing()
        assert (now.size, now.waiting, now.signature_valid) == (600, 3, True)
        assert now.checked["ok"] is True
        assert now.checked_at is not None
        assert found(
            Person(permissions=frozenset({"audit.search"})), actions=frozenset({"audit.verify"})
        ) == ["audit.verify done"]

    @pytest.mark.usefixtures("full_log")
    def test_a_checkpoint_that_was_not_signed_here(self) -> None:
        with by_hand("audit_checkpoint"):
            sql("UPDATE audit_checkpoint SET root = sha256('x')")
        assert standing().signature_valid is False


def test_one_event_by_its_number(auditor: Person, story: UUID) -> None:
    ((number,),) = sql("SELECT id FROM audit_event WHERE action = 'field.reveal'")
    one = event(auditor, number)
    assert one is not None
    assert one.reason == "核对学位证书"
    assert event(auditor, 10**9) is None
    with pytest.raises(PermissionDenied):
        event(Person(), number)


def test_entries_of_some_actions_in_order(full_log: Path) -> None:
    flush_one("record.write")
    assert [entry.action for _, entry in entries({"record.write"})] == ["record.write"]
    numbers = [number for number, _ in entries({"dossier.read"}, chunk=100)]
    assert len(numbers) == 600
    assert numbers == sorted(numbers)


def test_the_catalogue_names_every_action_in_both_languages() -> None:
    assert label_of("field.reveal") == "解除掩码"
    assert label_of("field.reveal", language="en") == "revealed"
    assert label_of("no.such") == "no.such"
    assert all(one.label and one.label_en for one in catalogue().values())
