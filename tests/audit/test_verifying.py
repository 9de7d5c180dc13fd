"""The auditor's own command, on logs and proofs that need no database."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dangan.audit import verifier
from dangan.audit.rules import (
    Checkpoint,
    Edge,
    inclusion_proof,
    leaf_hash,
    public_key_of,
    root_of,
)
from dangan.audit.rules.checking import Report
from dangan.audit.rules.events import Entry, encode_entry
from dangan.audit.verifier import UnreadableExport, main, verify_export, verify_proof

ORIGIN = "dangan/log/5f0c"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(ORIGIN, KEY)
OTHER = public_key_of(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
ENTRIES = [
    encode_entry(
        Entry(
            uid=UUID(int=number),
            at=datetime(2026, 11, 22, 4, tzinfo=UTC),
            request=UUID(int=1),
            actor=UUID(int=2),
            kind="account",
            address="",
            action="dossier.read",
            outcome="done",
            subject=None,
            object="contact",
            facts={},
            reason=None,
            detail=None,
        )
    )
    for number in range(300)
]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
Line = dict[str, Any]


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def note(size: int) -> str:
    return Checkpoint(ORIGIN, size, root_of(HASHES[:size])).sign(KEY)


def event(leaf: int, entry: bytes | None = None) -> Line:
    return {
        "type": "event",
        "leaf": leaf,
        "event": 1000 + leaf,
        "entry": text(entry or ENTRIES[leaf]),
    }


def exported(size: int = 300, signed: Iterable[int] = (100, 300)) -> list[Line]:
    """As ``dangan audit export`` writes them: the key, checkpoints, events with finished tiles."""
    lines: list[Line] = [{"type": "log", "format": "dangan-log-1", "public_key": str(PUBLIC)}]
    lines += [{"type": "checkpoint", "note": note(size)} for size in signed]
    edge = Edge()
    for leaf in range(size):
        lines.append(event(leaf))
        lines += [
            {"type": "tile", "level": level, "number": number, "hashes": text(hashes)}
            for level, number, hashes, _root in edge.append([HASHES[leaf]])
        ]
    return lines


def check(lines: Iterable[Line], **more: Any) -> Report:
    return verify_export((json.dumps(line) for line in lines), **more)


def told(report: Report) -> list[tuple[str, dict[str, object]]]:
    return [(problem.kind, problem.params) for problem in report.problems]


def test_a_whole_log_is_told_in_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.5])
    monkeypatch.setattr(verifier, "time", SimpleNamespace(monotonic=clock.__next__))
    kept = "".join(f"{note(size)}\n" for size in (1, 256, 300)).splitlines(keepends=True)
    assert check(exported(), checkpoints=kept) == Report(
        events=300,
        leaves=300,
        waiting=0,
        checkpoints=2,
        exported=3,
        root=root_of(HASHES),
        data=False,
        problems=(),
        took_ms=2500,
    )


def test_whose_key_is_used() -> None:
    assert check(exported(), public_key=PUBLIC).ok
    assert told(check(exported(), public_key=OTHER)) == [
        ("signature", {"source": "导出文件", "size": 100}),
        ("signature", {"source": "导出文件", "size": 300}),
    ]


def test_the_first_event_may_be_signed_alone() -> None:
    assert check(exported(1, signed=(1,))).ok
    assert check(exported(0, signed=())).leaves == 0


def without(leaf: int) -> Callable[[list[Line]], None]:
    return lambda lines: lines.remove(event(leaf))


ROOT = ("root", {"source": "导出文件", "size": 300, "good": 100})


@pytest.mark.parametrize(
    ("size", "change", "problems"),
    [
        # Left out: each missing leaf is named, and what follows is no other tree for it.
        (290, lambda lines: lines.remove(event(257)), [("gap", {"leaf": 257})]),
        (255, lambda lines: lines.remove(event(0)), [("gap", {"leaf": 0})]),
        (
            250,
            lambda lines: (lines.remove(event(7)), lines.remove(event(8))),
            [("gap", {"leaf": 7}), ("gap", {"leaf": 8})],
        ),
        # Twice, or late: the order is named, the leaf counts once.
        (
            250,
            lambda lines: lines.insert(20, event(3)),
            [("order", {"event": 1003, "leaf": 3})],
        ),
        # A changed entry, a tile of it; and an entry that is none.
        (
            256,
            lambda lines: lines.__setitem__(lines.index(event(9)), event(9, ENTRIES[8])),
            [("tile", {"level": 0, "number": 0})],
        ),
        (
            250,
            lambda lines: lines.__setitem__(lines.index(event(9)), event(9, b"{}")),
            [("unreadable", {"event": 1009})],
        ),
        # A tile left out, told twice, or of another place.
        (256, lambda lines: lines.pop(), [("tile", {"level": 0, "number": 0})]),
        (
            256,
            lambda lines: lines.append(lines[-1]),
            [("tile", {"level": 0, "number": 0})],
        ),
        (
            256,
            lambda lines: lines[-1].update(number=1),
            [("tile", {"level": 0, "number": 1}), ("tile", {"level": 0, "number": 0})],
        ),
    ],
)
def test_what_is_wrong_is_named(
    size: int, change: Callable[[list[Line]], Any], problems: list[tuple[str, Any]]
) -> None:
    lines = exported(size, signed=())
    change(lines)
    report = check(lines)
    assert (told(report), report.leaves, report.ok) == (problems, size, False)


def test_what_was_signed_is_compared() -> None:
    lines = exported()
    lines[lines.index(event(299))] = event(299, ENTRIES[0])
    assert told(check(lines)) == [ROOT]
    kept = note(300).splitlines(keepends=True)
    assert told(check(exported(299, signed=()), checkpoints=kept)) == [
        ("truncated", {"source": "外部副本", "size": 300, "leaves": 299})
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "not an exported log"),
        ([{"format": "dangan-log-2", "public_key": str(PUBLIC)}], "not an exported log"),
        ([*exported(1, signed=()), {"type": "tale"}], "unknown line 'tale'"),
        ([*exported(1, signed=()), ["event"]], "line 3 is not an object"),
        # So far ahead that naming what lies between would never end.
        ([*exported(1, signed=()), {**event(1), "leaf": 10**18}], f"leaf {10**18} follows leaf 0"),
    ],
)
def test_what_is_no_log_is_refused(lines: list[Any], sentence: str) -> None:
    with pytest.raises(UnreadableExport, match=sentence):
        check(lines)
    with pytest.raises(UnreadableExport, match="line 1 is not JSON"):
        verify_export(["rubbish"])


def proof(leaf: int = 42, **changed: Any) -> Line:
    def tiles(level: int, number: int, width: int) -> list[bytes]:
        hashes = HASHES if level == 0 else [root_of(HASHES[:256])]
        return hashes[number * 256 : number * 256 + width]

    return {
        "format": "dangan-proof-1",
        "event": 1000 + leaf,
        "leaf": leaf,
        "entry": text(ENTRIES[leaf]),
        "hashes": [text(hash_) for hash_ in inclusion_proof(leaf, 300, tiles)],
        "checkpoint": note(300),
        "public_key": str(PUBLIC),
        **changed,
    }


def test_a_proof_gives_the_event_it_proves() -> None:
    assert verify_proof(proof()) == json.loads(ENTRIES[42])
    assert verify_proof(proof(), public_key=PUBLIC)["action"] == "dossier.read"
    with pytest.raises(ValueError, match="did not sign"):
        verify_proof(proof(), public_key=OTHER)
    with pytest.raises(ValueError, match="another root"):
        verify_proof(proof(leaf=42, entry=text(ENTRIES[43])))
    with pytest.raises(UnreadableExport, match="not a proof"):
        verify_proof(proof(format="dangan-proof-2"))
    with pytest.raises(ValueError):
        verify_proof(proof(entry=f"*{text(ENTRIES[42])}"))
    with pytest.raises(ValueError):
        verify_proof(proof(hashes=[f"*{one}" for one in proof()["hashes"]]))


def test_what_is_proved_must_be_an_event() -> None:
    """Whoever has the signing key may sign anything: it is not an event for that."""
    signed = Checkpoint(ORIGIN, 1, leaf_hash(b"{}")).sign(KEY)
    with pytest.raises(ValueError, match="not a log entry"):
        verify_proof(proof(leaf=0, entry=text(b"{}"), hashes=[], checkpoint=signed))


class TestCommand:
    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        return self.written(tmp_path / "log.jsonl", exported())

    def written(self, file: Path, lines: list[Any]) -> Path:
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        return file

    def test_a_log(self, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([str(log)]) == 0
        said = f"事件 300 条，检查点 2 个，外部副本 0 个\n树根 {root_of(HASHES).hex()}\n"
        assert capsys.readouterr().out == f"{said}日志完整，与签名一致\n"
        self.written(log, [line for line in exported() if line != event(299)])
        assert main([str(log)]) == 1
        out = capsys.readouterr().out
        assert out.endswith("条，尾部被截去\n发现 1 处不符\n")
        assert "\n  导出文件中的检查点证明曾有 300 条" in out

    def test_as_json(self, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.written(log, [line for line in exported() if line != event(299)])
        assert main([str(log), "--json"]) == 1
        out = capsys.readouterr().out
        assert out.startswith('{\n "ok": false,') and out.endswith("\n}\n")
        assert "导出文件中的检查点" in out, "in characters, not in numbers of them"

    def test_checkpoints_kept_elsewhere(
        self, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept = tmp_path / "kept.txt"
        kept.write_text(f"{note(7)}\n{note(300)}\n", encoding="utf-8")
        assert main([str(log), "--checkpoints", str(kept)]) == 0
        assert "外部副本 2 个" in capsys.readouterr().out
        kept.write_bytes(b"\xff\n" + note(7).encode())
        assert main([str(log), "--checkpoints", str(kept)]) == 1
        assert "外部副本中的" in capsys.readouterr().out

    def test_the_key_is_given_as_text_or_in_a_file(self, log: Path, tmp_path: Path) -> None:
        file = tmp_path / "log.vkey"
        file.write_text(f"{PUBLIC}\n", encoding="utf-8")
        for key, code in ((str(PUBLIC), 0), (str(file), 0), (str(OTHER), 1), ("rubbish", 2)):
            assert main([str(log), "--public-key", key]) == code

    @pytest.mark.parametrize("indent", [None, 2])
    def test_a_proof(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], indent: int | None
    ) -> None:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof(), indent=indent), encoding="utf-8")
        assert main([str(file)]) == 0
        assert capsys.readouterr().out == (
            "证明成立：事件 1042 在日志第 42 位\n"
            "  2026-11-22T04:00:00.000000+00:00 dossier.read done\n"
        )
        assert main([str(file), "--json"]) == 0
        found = {"ok": True, "entry": json.loads(ENTRIES[42])}
        assert capsys.readouterr().out == json.dumps(found) + "\n"
        assert main([str(file), "--public-key", str(OTHER)]) == 1
        assert capsys.readouterr().out.startswith("证明不成立：")
        file.write_text(json.dumps(proof(leaf=42, hashes=[]), indent=indent), encoding="utf-8")
        assert main([str(file), "--json"]) == 1
        assert capsys.readouterr().out == (
            '{"ok": false, "reason": "the proof has the wrong length"}\n'
        )

    def test_a_proven_event_is_told_in_characters(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        entry = ENTRIES[0].replace(b'"facts":{}', '"facts":{"单位":"甲"}'.encode())
        signed = Checkpoint(ORIGIN, 1, leaf_hash(entry)).sign(KEY)
        made = proof(leaf=0, entry=text(entry), hashes=[], checkpoint=signed)
        assert main([str(self.written(tmp_path / "proof.json", [made])), "--json"]) == 0
        assert '{"单位": "甲"}' in capsys.readouterr().out

    @pytest.mark.parametrize(
        "lines",
        [
            [],
            [["dangan-proof-1"]],
            [{**proof(), "leaf": "zero"}],
            [proof(public_key=5)],
            [{"format": "dangan-proof-1"}],
            [{"format": "dangan-log-1", "public_key": None}],
            [*exported(1, signed=()), {"type": "event", "leaf": "one", "event": 1, "entry": ""}],
            [*exported(1, signed=()), {"type": "checkpoint", "note": 7}],
        ],
    )
    def test_what_has_another_form_cannot_be_read(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[Any]
    ) -> None:
        assert main([str(self.written(tmp_path / "x", lines))]) == 2
        assert capsys.readouterr().err.startswith("文件无法读取：")
        assert main([str(tmp_path / "nowhere")]) == 2

    def test_what_it_takes_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["--help"])
        out = capsys.readouterr().out
        assert out.startswith("usage: dangan.audit.verifier [-h] ")
