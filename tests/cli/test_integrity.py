"""``dangan audit verify`` and ``dangan keys rotate``."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.cli.conftest import Dangan

from dangan.audit import verifier
from dangan.operations.postgres import socket_dir


def _tamper(home: Path, statement: str) -> int:
    host = str(socket_dir(home / "pg"))
    with psycopg.connect(host=host, user="postgres", dbname="postgres") as database:
        return database.execute(statement).rowcount


def test_an_untouched_log_and_its_data_pass(demo: Dangan, demo_home: Path) -> None:
    passed = demo("audit", "verify", "--data", "--checkpoints", demo_home / "checkpoints.txt")
    assert passed.code == 0
    assert "核验通过" in passed.said


def test_the_log_and_a_proof_are_checked_without_the_system(
    demo: Dangan, demo_home: Path, tmp_path: Path
) -> None:
    log, proof = tmp_path / "log.jsonl", tmp_path / "proof.json"
    key = str(demo_home / "checkpoints.vkey")
    assert demo("audit", "verify").code == 0
    kept = tmp_path / "kept.txt"
    kept.write_text((demo_home / "checkpoints.txt").read_text())
    assert demo("audit", "export", log).code == 0
    assert verifier.main([str(log), "--checkpoints", str(kept), "--public-key", key]) == 0
    assert demo("audit", "prove", "1", proof).code == 0
    assert verifier.main([str(proof), "--public-key", key]) == 0
    absent = demo("audit", "prove", "999999999", proof)
    assert absent.code == 1
    assert "不存在" in absent.said


def test_rotation_leaves_everything_readable(demo: Dangan) -> None:
    rotated = demo("keys", "rotate")
    assert rotated.code == 0
    assert "重新包裹" in rotated.said
    assert demo("people", "show", "CY000012").code == 0
    assert demo("audit", "verify", "--data").code == 0
    refused = demo("keys", "rotate", "--as", "hr")
    assert refused.code == 1


def test_a_flipped_byte_is_found_and_named_and_never_shown(demo: Dangan, demo_home: Path) -> None:
    subject = demo("people", "search", "CY000050", "--json").document[0]["subject"]
    flip = (
        "UPDATE dossiers_record SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)"
        f" WHERE subject_id = '{subject}' AND info_set = 'contact' AND current"
    )
    assert _tamper(demo_home, flip) == 1
    found = demo("audit", "verify", "--data", "--json")
    assert found.code == 1
    assert not found.document["ok"]
    assert any(subject in str(problem["where"]) for problem in found.document["problems"])
    shown = demo("people", "show", subject)
    assert shown.code != 0
    assert "Traceback" not in shown.complained
    assert _tamper(demo_home, flip) == 1
    assert demo("audit", "verify", "--data").code == 0
