"""The sequencer: commit order, nothing twice, nothing lost, nothing signed over damage."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.audit.conftest import by_hand, log, sql

from dangan.audit import sequencer, tree
from dangan.audit.exporters import FileExporter, SyslogExporter
from dangan.audit.queries import verify
from dangan.audit.rules import Checkpoint, Edge, Verifier
from dangan.audit.rules.notes import split_notes
from dangan.audit.sequencer import LogDamaged, Sequencer, run_sequencer, sequence_once

pytestmark = pytest.mark.django_db(transaction=True)


def notes_in(file: Path) -> list[Checkpoint]:
    key = Verifier.parse(file.with_suffix(".vkey").read_text())
    return [key.open(note) for note in split_notes(file.read_text().splitlines(keepends=True))]


def test_events_become_leaves_under_a_signed_checkpoint(empty_log: Path) -> None:
    log(300)
    assert sequence_once() == 300
    assert sequence_once() == 0
    (checkpoint,) = notes_in(empty_log)
    stored = tree.latest()
    assert stored is not None
    assert (checkpoint.size, checkpoint.root) == (stored.size, stored.root)
    assert checkpoint.size == 300
    assert sql("SELECT level, number FROM audit_tile") == [(0, 0)]
    assert verify(checkpoints=empty_log).ok


def test_each_step_goes_on_where_the_last_one_stopped(empty_log: Path) -> None:
    worker = Sequencer()
    for count in (1, 254, 1, 1, 300):
        log(count)
        assert worker.step() == count
    assert [checkpoint.size for checkpoint in notes_in(empty_log)] == [1, 255, 256, 257, 557]
    assert verify(checkpoints=empty_log).ok


def test_a_new_sequencer_goes_on_where_a_dead_one_stopped(empty_log: Path) -> None:
    for count in (255, 1, 300):
        log(count)
        assert Sequencer().step() == count
    assert verify(checkpoints=empty_log).ok
    assert len(notes_in(empty_log)) == 3


def test_order_is_commit_order_and_waits_for_the_oldest_transaction(empty_log: Path) -> None:
    """The long transaction began first and commits last; nothing may overtake it in the tree."""
    began, commit = threading.Event(), threading.Event()

    def long_transaction() -> None:
        try:
            with transaction.atomic():
                log(2, action="import.run")
                began.set()
                commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=long_transaction)
    thread.start()
    assert began.wait(10)
    log(3, action="dossier.read")
    assert sequence_once() == 0
    assert verify().waiting == 3
    commit.set()
    thread.join()
    assert sequence_once() == 5
    order = sql(
        "SELECT e.action FROM audit_leaf l JOIN audit_event e ON e.id = l.event ORDER BY l.number"
    )
    assert [action for (action,) in order] == ["import.run"] * 2 + ["dossier.read"] * 3


def test_a_rolled_back_event_leaves_no_gap(empty_log: Path) -> None:
    def fail() -> None:
        with transaction.atomic():
            log(5)
            raise LookupError

    log(1)
    with pytest.raises(LookupError):
        fail()
    log(1)
    assert sequence_once() == 2
    assert verify().ok


def test_two_sequencers_never_write_at_once(empty_log: Path) -> None:
    log(50)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                assert sequencer._lock()
                inside.set()
                leave.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    assert sequence_once() == 0
    leave.set()
    thread.join()
    assert sequence_once() == 50


def test_many_writers_and_two_sequencers_lose_and_double_nothing(empty_log: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        try:
            for _ in range(25):
                log(4)
        finally:
            connection.close()

    sequencers = [
        threading.Thread(target=run_sequencer, args=(stop,), kwargs={"pause": 0.01})
        for _ in range(2)
    ]
    writers = [threading.Thread(target=write) for _ in range(4)]
    for thread in (*sequencers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sequencers:
        thread.join()
    sequence_once()
    report = verify(checkpoints=empty_log)
    assert report.ok, report.problems
    assert report.leaves == report.events == 400


def test_nothing_is_signed_over_a_damaged_tree(full_log: Path) -> None:
    with by_hand("audit_leaf"):
        sql("UPDATE audit_leaf SET hash = sha256('x') WHERE number = 599")
    log(1)
    with pytest.raises(LogDamaged):
        sequence_once()
    assert len(notes_in(full_log)) == 3


def test_a_restored_database_in_a_new_cluster_goes_on(empty_log: Path) -> None:
    """A logical restore keeps transaction numbers that the new cluster has not reached yet."""
    log(3)
    sequence_once()
    log(2)  # committed, not yet in the tree when the dump was taken
    with by_hand("audit_event", "audit_checkpoint", "audit_era"):
        sql("UPDATE audit_event SET xid = (xid::text::bigint + 1000000000)::text::xid8")
        sql("UPDATE audit_checkpoint SET xid = (xid::text::bigint + 1000000000)::text::xid8")
        sql("UPDATE audit_era SET cluster = 1")
    log(4)  # written before the sequencer noticed: still under the old era
    assert sequence_once() == 6
    log(1)
    assert sequence_once() == 1
    assert sql("SELECT era, count(*) FROM audit_event GROUP BY era ORDER BY era")[1][1] == 1
    report = verify(checkpoints=empty_log)
    assert report.ok, report.problems
    assert report.leaves == report.events == 10


def test_a_server_that_cannot_read_its_identifier_is_no_obstacle(
    empty_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "_cluster", lambda: None)
    log(3)
    assert sequence_once() == 3
    assert sql("SELECT count(DISTINCT era) FROM audit_event") == [(1,)]
    assert verify(checkpoints=empty_log).ok


class TestExporters:
    def test_a_torn_note_is_replaced(self, tmp_path: Path) -> None:
        file = tmp_path / "kept" / "checkpoints.txt"
        signer = tree.signer()
        place = FileExporter(file, signer.public)
        first, second = signer.sign(1, bytes(32)), signer.sign(2, bytes(32))
        place.export(first)
        with file.open("a") as torn:
            torn.write(second[: len(second) // 2])
        place.export(second)
        place.export(second)
        assert [checkpoint.size for checkpoint in notes_in(file)] == [1, 2]

    def test_a_file_of_nothing_but_a_torn_note_starts_anew(self, tmp_path: Path) -> None:
        file = tmp_path / "checkpoints.txt"
        signer = tree.signer()
        note = signer.sign(1, bytes(32))
        file.write_text(note[:30])
        FileExporter(file, signer.public).export(note)
        assert [checkpoint.size for checkpoint in notes_in(file)] == [1]

    def test_syslog_gets_the_note_as_one_line(self, tmp_path: Path) -> None:
        path = str(tmp_path / "log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
            server.bind(path)
            server.settimeout(5)
            SyslogExporter(path).export(tree.signer().sign(7, bytes(32)))
            line = server.recv(4096).decode()
        assert line.startswith("<38>dangan: dangan/log/")
        assert " | 7 | AAAA" in line
        assert "\n" not in line

    def test_syslog_over_the_network(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 0))
            server.settimeout(5)
            SyslogExporter(f"127.0.0.1:{server.getsockname()[1]}").export("a\n1\n\nb\n")
            assert server.recv(4096) == b"<38>dangan: a | 1 | b"

    @pytest.mark.usefixtures("empty_log")
    def test_a_place_that_is_down_gets_everything_later(self) -> None:
        class Flaky:
            def __init__(self) -> None:
                self.up, self.got = False, list[str]()

            def export(self, note: str) -> None:
                if not self.up:
                    raise OSError
                self.got.append(note)

        place = Flaky()
        worker = Sequencer([place])
        for _ in range(3):
            log(1)
            assert worker.step() == 1
        place.up = True
        worker.step()
        assert [tree.signer().public.open(note).size for note in place.got] == [1, 2, 3]


def test_the_key_and_name_stay() -> None:
    assert tree.signer().public == tree.signer().public
    assert tree.signer().origin.startswith("dangan/log/")


def test_an_empty_log_has_nothing_to_sign(empty_log: Path) -> None:
    assert sequence_once() == 0
    assert tree.latest() is None
    assert not empty_log.exists()
    assert Edge().root() == verify().root
