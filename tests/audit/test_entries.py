"""What the log hashes, byte by byte, and the part of a check that needs no database.

An auditor's own program must read an entry in ten years: the bytes below are the format.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dangan.audit.rules import (
    Checkpoint,
    Edge,
    Event,
    Trail,
    leaf_hash,
    node_hash,
    public_key_of,
    root_of,
)
from dangan.audit.rules.checking import Problem, Report, TreeCheck, open_notes
from dangan.audit.rules.events import (
    NOBODY,
    Entry,
    encode_entry,
    parse_entry,
    split_mac,
    with_mac,
)

U = [UUID(int=number) for number in range(1, 5)]
ENTRY = Entry(
    uid=U[0],
    at=datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=8))),
    request=U[1],
    actor=U[2],
    kind="account",
    address="10.0.0.7",
    action="dossier.read",
    outcome="done",
    subject=U[3],
    object="contact",
    facts={"fields": 3, "单位": "x"},
    reason=b"\x01\x02",
    detail=b"",
)
BYTES = (
    '{"v":1,"uid":"00000000-0000-0000-0000-000000000001",'
    '"at":"2026-11-22T04:00:00.000005+00:00",'
    '"request":"00000000-0000-0000-0000-000000000002",'
    '"actor":"00000000-0000-0000-0000-000000000003","kind":"account","address":"10.0.0.7",'
    '"action":"dossier.read","outcome":"done","subject":"00000000-0000-0000-0000-000000000004",'
    '"object":"contact","facts":{"fields":3,"单位":"x"},"reason":"AQI=","detail":""}'
).encode()
MAC = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "dangan/log/5f0c"
LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def test_leaves_and_nodes_are_hashed_as_rfc_6962_says() -> None:
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert leaf_hash(BYTES) == hashlib.sha256(b"\x00" + BYTES).digest()
    assert node_hash(MAC, BYTES[:32]) == hashlib.sha256(b"\x01" + MAC + BYTES[:32]).digest()


def test_an_entry_is_these_bytes_and_comes_back_from_them() -> None:
    assert encode_entry(ENTRY) == BYTES
    assert parse_entry(BYTES) == replace(ENTRY, at=ENTRY.at.astimezone(UTC))


def test_what_is_not_there_is_null() -> None:
    bare = replace(ENTRY, subject=None, reason=None, detail=None, facts={})
    stored = encode_entry(bare)
    assert stored.endswith(b'"facts":{},"reason":null,"detail":null}')
    assert b'"subject":null,' in stored
    found = parse_entry(stored)
    assert (found.subject, found.reason, found.detail) == (None, None, None)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        BYTES.replace(b'"uid":"0', b'"uid":"x'),
        BYTES.replace(b'"at":"2026', b'"at":"year'),
        BYTES.replace(b'"at":"2026-11-22T04:00:00.000005+00:00"', b'"at":7'),
        BYTES.replace(b'"AQI="', b'"not base64!"'),
        BYTES.replace(b'"AQI="', b'"A*Q*I="'),
        BYTES.replace(b',"detail":""', b""),
        b"\xff" + BYTES,
    ],
)
def test_what_never_was_an_entry_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError):
        parse_entry(stored)


def test_an_entry_carries_its_digest_as_last_member() -> None:
    stored = with_mac(BYTES, MAC)
    assert stored == BYTES[:-1] + b',"mac":"' + base64.b64encode(MAC) + b'"}'
    assert split_mac(stored) == (BYTES, MAC)
    # The shortest that has the form, and everything shorter.
    least = with_mac(b"{}", MAC)
    assert split_mac(least) == (b"{}", MAC)
    for length in range(len(least)):
        assert split_mac(least[:length]) is None
    assert split_mac(least[1:]) == (b"}", MAC)
    assert split_mac(least[2:]) is None


@pytest.mark.parametrize(
    "stored",
    [
        BYTES,
        with_mac(BYTES, MAC)[:-1] + b"]",
        with_mac(BYTES, MAC)[:-2] + b"x}",
        with_mac(BYTES, MAC).replace(b',"mac":"', b',"MAC":"'),
        with_mac(BYTES, MAC[:-3]),
        with_mac(BYTES, MAC).replace(b"AAEC", b"A*EC"),
        with_mac(BYTES, MAC).replace(b"AAECAwQF", b"********"),
    ],
)
def test_what_has_no_digest_of_that_form_has_none(stored: bytes) -> None:
    assert split_mac(stored) is None


def test_a_trail_gives_its_events_once_and_in_order() -> None:
    trail = Trail(U[0])
    assert (trail.actor, trail.kind, trail.address) == (NOBODY, "anonymous", "")
    trail.add(Event("a.b", subject=U[1]))
    trail.note("keys.rotate", outcome="failed", subject=U[2], facts={"count": 2})
    trail.note("keys.open")
    first, second, third = trail.take()
    assert (first.action, first.outcome, first.subject) == ("a.b", "done", U[1])
    assert (second.outcome, second.subject, dict(second.facts)) == ("failed", U[2], {"count": 2})
    assert (third.outcome, third.subject, dict(third.facts)) == ("done", None, {})
    assert trail.take() == []


def check(
    hashes: list[bytes], *expected: tuple[int, bytes, str], pieces: int = 7
) -> tuple[TreeCheck, list[Problem]]:
    """The tree of these leaves, fed in pieces, against these checkpoints."""
    found: list[Problem] = []
    tree = TreeCheck(found.append)
    for size, root, source in expected:
        tree.expect([(size, root)], source)
    for start in range(0, len(hashes), pieces):
        tree.feed(hashes[start : start + pieces])
    tree.finish()
    return tree, found


def told(problems: list[Problem]) -> list[tuple[str, dict[str, object]]]:
    return [(problem.kind, problem.params) for problem in problems]


def test_checkpoints_of_every_size_agree_with_the_tree_however_leaves_come() -> None:
    for pieces in (1, 7, 40):
        expected = [(size, root_of(LEAVES[:size]), "db") for size in range(len(LEAVES), -1, -1)]
        tree, found = check(LEAVES, *expected, pieces=pieces)
        assert found == []
        assert (tree.size, tree.root()) == (40, root_of(LEAVES))


def test_the_first_checkpoint_that_disagrees_is_told_once_a_source() -> None:
    wrong = bytes(32)
    _tree, found = check(
        LEAVES,
        (10, root_of(LEAVES[:10]), "db"),
        (20, wrong, "db"),
        (30, wrong, "db"),
        (5, wrong, "copy"),
        (10, root_of(LEAVES[:10]), "copy"),
    )
    assert told(found) == [
        ("root", {"source": "copy", "size": 5, "good": 0}),
        ("root", {"source": "db", "size": 20, "good": 10}),
    ]


def test_checkpoints_of_longer_trees_tell_what_was_cut_off() -> None:
    tree, found = check(LEAVES[:8], (8, root_of(LEAVES[:8]), "db"), (9, b"", "db"), (40, b"", "x"))
    assert told(found) == [
        ("truncated", {"source": "db", "size": 9, "leaves": 8}),
        ("truncated", {"source": "x", "size": 40, "leaves": 8}),
    ]
    tree.finish()
    assert len(found) == 2


def test_an_empty_log_agrees_with_the_checkpoint_of_nothing_only() -> None:
    assert check([], (0, root_of([]), "db"))[1] == []
    wrong = check([], (0, bytes(32), "db"))[1]
    assert told(wrong) == [("root", {"source": "db", "size": 0, "good": 0})]


def test_a_tree_that_is_full_gives_the_tile_to_compare() -> None:
    found: list[Problem] = []
    tree = TreeCheck(found.append)
    hashes = [leaf_hash(number.to_bytes(2, "big")) for number in range(300)]
    tree.expect([(100, root_of(hashes[:100])), (257, root_of(hashes[:257]))], "db")
    cuts = [(0, 90), (90, 260), (260, 300)]
    finished = [tile for start, end in cuts for tile in tree.feed(hashes[start:end])]
    assert [(level, number) for level, number, *_rest in finished] == [(0, 0)]
    assert b"".join(hashes[:256]) in finished[0]
    assert found == []


def test_tiles_of_tiles_are_numbered_and_a_copy_grows_by_itself() -> None:
    hashes = [leaf_hash(number.to_bytes(3, "big")) for number in range(2 * 65536 + 5)]
    edge = Edge()
    finished = edge.append(hashes[:65540])
    before = (edge.size, edge.root())
    grown = edge.copy()
    finished += grown.append(hashes[65540:])
    assert (edge.size, edge.root()) == before
    assert (grown.size, grown.root()) == (len(hashes), root_of(hashes))
    numbers = [(level, number) for level, number, _hashes, _root in finished]
    lowest = [(0, number) for number in range(512)]
    assert numbers == [*lowest[:256], (1, 0), *lowest[256:], (1, 1)]
    roots = [root for level, _number, _hashes, root in finished if level == 0]
    assert [stored for level, _n, stored, _r in finished if level == 1] == [
        b"".join(roots[:256]),
        b"".join(roots[256:]),
    ]
    assert finished[-1][3] == root_of(hashes[65536:131072])


def test_notes_by_another_key_or_damaged_are_told_apart() -> None:
    checkpoint = Checkpoint(ORIGIN, 12, hashlib.sha256(b"x").digest())
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    good = checkpoint.sign(KEY)
    found: list[Problem] = []
    opened = open_notes(
        [good, checkpoint.sign(other), "rubbish", good],
        public_key_of(ORIGIN, KEY),
        source="外部副本",
        report=found.append,
    )
    assert opened == [checkpoint, checkpoint]
    assert told(found) == [
        ("signature", {"source": "外部副本", "size": 12}),
        ("note", {"source": "外部副本", "reason": "not a signed note"}),
    ]


def test_a_report_is_read_by_programmes_under_these_names() -> None:
    problem = Problem("gap", {"leaf": 7})
    own = Problem("own", {"name": "甲"}, sentence="{name}不见了")
    report = Report(9, 8, 1, 2, 3, b"\x01\xff", True, (problem, own), 15)
    assert report.as_json() == {
        "ok": False,
        "events": 9,
        "leaves": 8,
        "waiting": 1,
        "checkpoints": 2,
        "exported": 3,
        "root": "01ff",
        "data": True,
        "took_ms": 15,
        "problems": [
            {"kind": "gap", "where": {"leaf": 7}, "text": "日志树缺少第 7 号叶子"},
            {"kind": "own", "where": {"name": "甲"}, "text": "甲不见了"},
        ],
    }
    assert replace(report, problems=()).as_json()["ok"] is True
