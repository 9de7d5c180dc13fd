"""Somebody with the database's own password edits the log by hand. Each way is found and named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.audit.conftest import TABLES, by_hand, log, sql

from dangan.audit import checking, tree
from dangan.audit.checking import register_data_check
from dangan.audit.queries import export_log, verify
from dangan.audit.rules import Verifier
from dangan.audit.rules.checking import Problem, Report
from dangan.audit.sequencer import sequence_once
from dangan.audit.verifier import main, verify_export

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("full_log")]


def event_at(leaf: int) -> int:
    ((event,),) = sql("SELECT event FROM audit_leaf WHERE number = %s", leaf)
    return int(event)


def problems(report: Report) -> list[tuple[str, dict[str, object]]]:
    return [(problem.kind, problem.params) for problem in report.problems]


def kinds(report: Report) -> set[str]:
    return {problem.kind for problem in report.problems}


def test_an_untouched_log_is_whole(full_log: Path) -> None:
    report = verify(checkpoints=full_log, data=True)
    assert report.ok
    assert (report.events, report.leaves, report.waiting) == (600, 600, 0)
    assert (report.checkpoints, report.exported) == (3, 3)
    assert json.loads(json.dumps(report.as_json()))["ok"] is True


class TestFlip:
    @pytest.mark.parametrize("leaf", [0, 255, 256, 500, 599])
    def test_a_changed_entry(self, full_log: Path, leaf: int) -> None:
        event = event_at(leaf)
        with by_hand("audit_event"):
            sql(
                "UPDATE audit_event SET entry = set_byte(entry, 80, get_byte(entry, 80) # 1)"
                " WHERE id = %s",
                event,
            )
        assert problems(verify(checkpoints=full_log)) == [("altered", {"event": event})]

    def test_columns_that_hide_events_from_searching(self) -> None:
        changes = [
            ("UPDATE audit_event SET actor = gen_random_uuid() WHERE id = %s", "actor"),
            ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = %s", "at"),
            ("UPDATE audit_event SET subject = gen_random_uuid() WHERE id = %s", "subject"),
            ("UPDATE audit_event SET action = 'roster.view' WHERE id = %s", "action"),
            ("UPDATE audit_event SET outcome = 'refused' WHERE id = %s", "outcome"),
            ("UPDATE audit_event SET address = '10.0.0.1' WHERE id = %s", "address"),
            ("UPDATE audit_event SET object = 'contact' WHERE id = %s", "object"),
            ("UPDATE audit_event SET request = gen_random_uuid() WHERE id = %s", "request"),
            ("UPDATE audit_event SET kind = 'system' WHERE id = %s", "kind"),
        ]
        with by_hand("audit_event"):
            for leaf, (change, _) in enumerate(changes, 120):
                sql(change, event_at(leaf))
        assert problems(verify()) == [
            ("columns", {"event": event_at(leaf), "columns": column})
            for leaf, (_, column) in enumerate(changes, 120)
        ]

    def test_entry_and_leaf_together(self, full_log: Path) -> None:
        """The leaf agrees with the changed entry; the tile and the signature do not."""
        event = event_at(300)
        with by_hand("audit_event", "audit_leaf"):
            sql(
                "UPDATE audit_event SET entry = set_byte(entry, 80, get_byte(entry, 80) # 1)"
                " WHERE id = %s",
                event,
            )
            sql(
                "UPDATE audit_leaf SET hash = sha256('\\x00'::bytea || (SELECT entry FROM"
                " audit_event WHERE id = event)) WHERE event = %s",
                event,
            )
        found = verify(checkpoints=full_log)
        assert ("tile", {"level": 0, "number": 1}) in problems(found)
        assert ("root", {"source": "数据库", "size": 400, "good": 200}) in problems(found)
        assert ("root", {"source": "外部副本", "size": 400, "good": 200}) in problems(found)
        assert "forged" in kinds(found)

    def test_a_tile(self) -> None:
        with by_hand("audit_tile"):
            sql("UPDATE audit_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)")
        assert problems(verify()) == [
            ("tile", {"level": 0, "number": 0}),
            ("tile", {"level": 0, "number": 1}),
        ]

    def test_a_checkpoint(self) -> None:
        with by_hand("audit_checkpoint"):
            sql("UPDATE audit_checkpoint SET root = sha256('x') WHERE size = 400")
            sql("UPDATE audit_checkpoint SET note = replace(note, '200', '201') WHERE size = 200")
        assert problems(verify()) == [
            ("signature", {"source": "数据库", "size": 201}),
            ("signature", {"source": "数据库", "size": 400}),
        ]


class TestDelete:
    @pytest.mark.parametrize("leaf", [0, 300, 599])
    def test_an_event(self, full_log: Path, leaf: int) -> None:
        event = event_at(leaf)
        with by_hand("audit_event"):
            sql("DELETE FROM audit_event WHERE id = %s", event)
        assert problems(verify(checkpoints=full_log)) == [
            ("missing", {"event": event, "leaf": leaf})
        ]

    def test_an_event_with_its_leaf(self, full_log: Path) -> None:
        event = event_at(300)
        with by_hand("audit_event", "audit_leaf"):
            sql("DELETE FROM audit_event WHERE id = %s", event)
            sql("DELETE FROM audit_leaf WHERE event = %s", event)
        found = verify(checkpoints=full_log)
        assert ("gap", {"leaf": 300}) in problems(found)

    def test_an_event_with_its_leaf_and_the_gap_closed(self, full_log: Path) -> None:
        event = event_at(300)
        with by_hand("audit_event", "audit_leaf"):
            sql("DELETE FROM audit_event WHERE id = %s", event)
            sql("DELETE FROM audit_leaf WHERE event = %s", event)
            sql("UPDATE audit_leaf SET number = -number WHERE number > 300")
            sql("UPDATE audit_leaf SET number = -number - 1 WHERE number < 0")
        found = verify(checkpoints=full_log)
        assert ("gap", {"leaf": 599}) in problems(found)
        assert ("root", {"source": "外部副本", "size": 400, "good": 200}) in problems(found)


class TestInsert:
    def test_an_event_slipped_in_behind(self) -> None:
        """Back-dated between others: it is in the table and not in the tree."""
        with by_hand("audit_event"):
            ((event,),) = sql(
                "INSERT INTO audit_event (era, xid, at, request, actor, kind, address, action,"
                " outcome, object, entry) SELECT era, xid, at, request, actor, kind, address,"
                " action, outcome, object, entry FROM audit_event WHERE id = %s RETURNING id",
                event_at(100),
            )
        assert problems(verify()) == [("inserted", {"event": event})]

    def test_an_event_the_program_never_wrote(self) -> None:
        """It goes into the tree like any other, but its keyed digest cannot be made up."""
        ((event,),) = sql(
            "INSERT INTO audit_event (era, at, request, actor, kind, address, action, outcome,"
            " object, entry) SELECT era, at, request, actor, kind, address, action, outcome,"
            " object, convert_to(replace(convert_from(entry, 'UTF8'), '\"uid\":\"',"
            " '\"uid\":\"00'), 'UTF8') FROM audit_event WHERE id = %s RETURNING id",
            event_at(100),
        )
        assert sequence_once() == 1
        assert problems(verify()) == [("forged", {"event": event})]

    def test_a_copy_of_a_true_event(self) -> None:
        """Its digest is right, but no two entries are ever alike."""
        sql(
            "INSERT INTO audit_event (era, at, request, actor, kind, address, action, outcome,"
            " object, entry) SELECT era, at, request, actor, kind, address, action, outcome,"
            " object, entry FROM audit_event WHERE id = %s",
            event_at(100),
        )
        assert sequence_once() == 1
        assert problems(verify()) == [("copied", {"event": event_at(600), "first": event_at(100)})]

    def test_an_event_that_is_kept_out_of_the_tree(self) -> None:
        log(1)
        with by_hand("audit_event"):
            sql(
                "UPDATE audit_event SET at = now() - interval '2 hours',"
                " xid = '4611686018427387904'"
                " WHERE id = (SELECT max(id) FROM audit_event)"
            )
        assert kinds(verify()) == {"late"}


class TestReorder:
    def test_two_leaves(self, full_log: Path) -> None:
        one, other = event_at(100), event_at(101)
        with by_hand("audit_leaf"):
            sql("UPDATE audit_leaf SET event = -event WHERE number IN (100, 101)")
            sql("UPDATE audit_leaf SET event = %s WHERE event = -%s", one, other)
            sql("UPDATE audit_leaf SET event = %s WHERE event = -%s", other, one)
        found = verify(checkpoints=full_log)
        assert problems(found) == [
            ("altered", {"event": other}),
            ("altered", {"event": one}),
            ("order", {"event": one, "leaf": 101}),
        ]

    def test_two_entries(self) -> None:
        one, other = event_at(100), event_at(101)
        with by_hand("audit_event"):
            sql(
                "UPDATE audit_event a SET entry = b.entry FROM audit_event b"
                " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
                one,
                other,
                other,
                one,
            )
        assert problems(verify()) == [("altered", {"event": one}), ("altered", {"event": other})]

    def test_the_commit_order(self) -> None:
        event = event_at(100)
        with by_hand("audit_event"):
            sql("UPDATE audit_event SET xid = '3' WHERE id = %s", event)
        assert problems(verify()) == [("order", {"event": event, "leaf": 100})]


class TestTruncate:
    def cut_off(self) -> None:
        """Everything after leaf 399, as if it had never been."""
        with by_hand():
            sql(
                "DELETE FROM audit_event"
                " WHERE id IN (SELECT event FROM audit_leaf WHERE number >= 400)"
            )
            sql("DELETE FROM audit_leaf WHERE number >= 400")
            sql("DELETE FROM audit_tile WHERE (number + 1) * 256 > 400")
            sql("DELETE FROM audit_checkpoint WHERE size > 400")

    def test_shows_against_the_copy_kept_elsewhere(self, full_log: Path) -> None:
        self.cut_off()
        assert verify().ok, "from inside alone nobody can tell"
        found = verify(checkpoints=full_log)
        assert problems(found) == [
            ("truncated", {"source": "外部副本", "size": 600, "leaves": 400})
        ]

    def test_shows_although_the_log_grew_again(self, full_log: Path) -> None:
        self.cut_off()
        log(300)
        assert sequence_once() == 300
        assert ("root", {"source": "外部副本", "size": 600, "good": 400}) in problems(
            verify(checkpoints=full_log)
        )

    def test_leaves_without_a_checkpoint(self) -> None:
        with by_hand("audit_checkpoint"):
            sql("DELETE FROM audit_checkpoint WHERE size > 400")
        assert {"unsigned", "tile"} <= kinds(verify())

    def test_the_whole_log(self, full_log: Path) -> None:
        with by_hand():
            for table in TABLES:
                sql(f"TRUNCATE {table}")
        assert verify().ok
        assert kinds(verify(checkpoints=full_log)) == {"truncated"}


class TestRebuild:
    """The worst: the attacker holds the root secret as well and signs a new history."""

    def rebuild(self) -> None:
        with by_hand():
            sql("DELETE FROM audit_event WHERE id = %s", event_at(100))
            for table in ("audit_leaf", "audit_tile", "audit_checkpoint"):
                sql(f"TRUNCATE {table}")
        sequence_once()

    def test_shows_against_the_copy_kept_elsewhere(self, full_log: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept.txt"
        kept.write_text(full_log.read_text())
        self.rebuild()
        assert verify().ok, "from inside alone nobody can tell"
        found = problems(verify(checkpoints=kept))
        assert found[0] == ("root", {"source": "外部副本", "size": 200, "good": 0})
        assert found[1] == ("truncated", {"source": "外部副本", "size": 600, "leaves": 599})

    def test_with_a_key_of_their_own(self, full_log: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept.txt"
        kept.write_text(full_log.read_text())
        try:
            sql("UPDATE keystore.named_secret SET name = 'away' WHERE name = 'log-signature'")
            self.rebuild()
            assert kinds(verify(checkpoints=kept)) == {"signature"}
        finally:
            sql("DELETE FROM keystore.named_secret WHERE name = 'log-signature'")
            sql("UPDATE keystore.named_secret SET name = 'log-signature' WHERE name = 'away'")


class TestKeptCheckpoints:
    @pytest.mark.parametrize(
        ("damage", "kind"),
        [
            (lambda text: text.replace("\n200\n", "\n201\n"), "signature"),
            (lambda text: "x" + text, "signature"),
            (lambda text: text[: len(text) // 2], "signature"),
            (lambda text: text[:30], "note"),
            (lambda _: "not a note at all\n", "note"),
        ],
    )
    def test_a_damaged_copy_is_reported(
        self, full_log: Path, tmp_path: Path, damage: Callable[[str], str], kind: str
    ) -> None:
        kept = tmp_path / "kept.txt"
        kept.write_text(damage(full_log.read_text()))
        assert kind in kinds(verify(checkpoints=kept))


class TestExport:
    """The same log in a file, checked without Django and database."""

    @pytest.fixture
    def exported(self, tmp_path: Path) -> Path:
        file = tmp_path / "log.jsonl"
        assert export_log(file) == 600
        return file

    def check(self, file: Path, kept: Path | None = None) -> Report:
        lines = file.read_text().splitlines()
        notes = kept.read_text().splitlines(keepends=True) if kept else []
        return verify_export(lines, public_key=tree.signer().public, checkpoints=notes)

    def test_is_whole(self, exported: Path, full_log: Path) -> None:
        report = self.check(exported, full_log)
        assert report.ok, report.problems
        assert (report.leaves, report.checkpoints, report.exported) == (600, 3, 3)

    def edit(self, file: Path, change: Callable[[list[dict]], object]) -> None:  # type: ignore[type-arg]  # JSON
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        change(lines)
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (lambda lines: lines[50].update(entry=lines[51]["entry"]), "root"),
            (lambda lines: lines.pop(50), "gap"),
            (lambda lines: lines.insert(50, lines[51]), "order"),
            (lambda lines: lines.insert(50, lines.pop(51)), "gap"),
            (lambda lines: lines.__delitem__(slice(400, None)), "truncated"),
            (
                lambda lines: [one.update(hashes="AAAA") for one in lines if one["type"] == "tile"],
                "tile",
            ),
            (
                lambda lines: lines[1].update(note=lines[1]["note"].replace("200", "201")),
                "signature",
            ),
            (lambda lines: lines[50].update(entry="e30="), "unreadable"),
        ],
    )
    def test_every_change_shows(
        self,
        exported: Path,
        change: Callable[[list[dict]], object],
        kind: str,  # type: ignore[type-arg]  # JSON
    ) -> None:
        self.edit(exported, change)
        assert kind in kinds(self.check(exported))

    def test_from_the_command_line(
        self, exported: Path, full_log: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        key_file = str(full_log.with_suffix(".vkey"))
        arguments = [str(exported), "--checkpoints", str(full_log), "--public-key", key_file]
        assert main(arguments) == 0
        assert "日志完整" in capsys.readouterr().out
        assert main([*arguments, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["leaves"] == 600
        self.edit(exported, lambda lines: lines.pop(50))
        assert main(arguments) == 1
        assert "缺少第 46 号叶子" in capsys.readouterr().out

    def test_a_file_of_another_kind_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "x"
        for text in ("", "hello", "[]", '{"format": "other"}'):
            file.write_text(text)
            assert main([str(file)]) == 2
        assert "文件无法读取" in capsys.readouterr().err

    def test_another_logs_key_proves_nothing(self, exported: Path) -> None:
        other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        lines = exported.read_text().splitlines()
        report = verify_export(lines, public_key=Verifier.parse(other))
        assert kinds(report) == {"signature"}


def test_data_checks_of_other_rooms_run_only_when_asked() -> None:
    register_data_check("test", lambda: [Problem("test", {"row": 1}, "第 {row} 行不对")])
    try:
        assert verify().ok
        assert "第 1 行不对" in [str(problem) for problem in verify(data=True).problems]
    finally:
        del checking._data_checks["test"]


def test_every_problem_has_a_sentence_that_names_the_row() -> None:
    problem = Problem("altered", {"event": 7})
    assert str(problem) == "事件 7 的内容与日志树不符，被改动过"


def test_the_verifier_stands_alone() -> None:
    code = (
        "import sys; import dangan.audit.verifier;"
        "sys.exit(' '.join({'django', 'psycopg', 'msgspec'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
