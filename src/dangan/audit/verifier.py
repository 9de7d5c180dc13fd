"""Checks an exported log, or the proof of one event, without Django and without the database.

::

    python -m dangan.audit.verifier EXPORT [--checkpoints FILE] [--public-key KEY-OR-FILE] [--json]

Needs only ``cryptography``. ``EXPORT`` is what ``dangan audit export`` wrote, or a proof that the
log page gave. ``FILE`` is the copy of the checkpoints kept elsewhere, as old as the export: a later
checkpoint proves events that the export does not have. Exit codes: 0 everything is as it was
signed, 1 something is not, 2 the file cannot be read. Without ``--public-key`` the key inside the
file is used, which shows damage but not forgery.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from dangan.audit.rules.checking import (
    EXPORTED,
    Problem,
    Report,
    TreeCheck,
    open_notes,
)
from dangan.audit.rules.events import parse_entry
from dangan.audit.rules.merkle import BadProof, leaf_hash, verify_inclusion
from dangan.audit.rules.notes import BadNote, Verifier, split_notes

LOG_FORMAT = "dangan-log-1"
PROOF_FORMAT = "dangan-proof-1"
INSIDE = "导出文件"
GAP_MOST = 1_000_000
"""Leaves that may be missing in one place and still be named one by one."""


class UnreadableExport(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The file is neither an exported log nor a proof."""


def verify_export(
    lines: Iterable[str], *, public_key: Verifier | None = None, checkpoints: Iterable[str] = ()
) -> Report:
    """Check an exported log, given line by line, against its own and against kept checkpoints."""
    started = time.monotonic()
    problems: list[Problem] = []
    found = _parsed(lines)
    head = next(found, {})
    if head.get("format") != LOG_FORMAT:
        raise UnreadableExport("not an exported log")
    key = public_key or Verifier.parse(head["public_key"])
    check = _ExportCheck(key, problems.append)
    check.keep(checkpoints)
    for line in found:
        check.take(line)
    check.finish()
    return Report(
        events=check.tree.size,
        leaves=check.tree.size,
        waiting=0,
        checkpoints=check.inside,
        exported=check.kept,
        root=check.tree.root(),
        data=False,
        problems=tuple(problems),
        took_ms=round((time.monotonic() - started) * 1000),
    )


def verify_proof(proof: dict[str, Any], *, public_key: Verifier | None = None) -> dict[str, Any]:
    """Check the proof of one event; returns the event's entry.

    Raises :class:`~dangan.audit.rules.merkle.BadProof` or
    :class:`~dangan.audit.rules.notes.BadNote` when it does not hold.
    """
    if proof.get("format") != PROOF_FORMAT:
        raise UnreadableExport("not a proof")
    key = public_key or Verifier.parse(proof["public_key"])
    checkpoint = key.open(proof["checkpoint"])
    entry = base64.b64decode(proof["entry"], validate=True)
    verify_inclusion(
        leaf_hash(entry),
        index=proof["leaf"],
        size=checkpoint.size,
        proof=[base64.b64decode(hash_, validate=True) for hash_ in proof["hashes"]],
        root=checkpoint.root,
    )
    parse_entry(entry)
    found: dict[str, Any] = json.loads(entry)
    return found


class _ExportCheck:
    """Takes an export's lines in their order: checkpoints, then events with finished tiles."""

    def __init__(self, key: Verifier, report: Callable[[Problem], None]) -> None:
        self.tree = TreeCheck(report)
        self.inside = self.kept = 0
        self._key = key
        self._report = report
        self._hashes: list[bytes] = []
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._next = 0

    def keep(self, notes: Iterable[str]) -> None:
        """Compare with checkpoints that were kept elsewhere."""
        opened = open_notes(split_notes(notes), self._key, source=EXPORTED, report=self._report)
        self.kept = len(opened)
        self.tree.expect([(one.size, one.root) for one in opened], EXPORTED)

    def take(self, line: dict[str, Any]) -> None:
        kind = line.get("type")
        if kind == "event":
            self._event(line["leaf"], line["event"], base64.b64decode(line["entry"]))
        elif kind == "tile":
            self._tile(line["level"], line["number"], base64.b64decode(line["hashes"]))
        elif kind == "checkpoint":
            opened = open_notes([line["note"]], self._key, source=INSIDE, report=self._report)
            self.inside += len(opened)
            self.tree.expect([(one.size, one.root) for one in opened], INSIDE)
        else:
            raise UnreadableExport(f"unknown line {kind!r}")

    def finish(self) -> None:
        self._feed()
        self.tree.finish()
        for level, number in self._tiles:
            self._report(Problem("tile", {"level": level, "number": number}))

    def _event(self, leaf: int, event: int, entry: bytes) -> None:
        if leaf - self._next > GAP_MOST:
            raise UnreadableExport(f"leaf {leaf} follows leaf {self._next - 1}")
        while self._next < leaf:
            self._report(Problem("gap", {"leaf": self._next}))
            self._hashes.append(b"")
            self._next += 1
        if leaf < self._next:
            self._report(Problem("order", {"event": event, "leaf": leaf}))
            return
        self._next += 1
        try:
            parse_entry(entry)
        except ValueError:
            self._report(Problem("unreadable", {"event": event}))
        self._hashes.append(leaf_hash(entry))

    def _tile(self, level: int, number: int, hashes: bytes) -> None:
        self._feed()
        if self._tiles.pop((level, number), None) != hashes:
            self._report(Problem("tile", {"level": level, "number": number}))

    def _feed(self) -> None:
        for level, number, hashes, _ in self.tree.feed(self._hashes):
            self._tiles[level, number] = hashes
        self._hashes = []


def _parsed(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(line)
        except ValueError:
            raise UnreadableExport(f"line {number} is not JSON") from None
        if not isinstance(found, dict):
            raise UnreadableExport(f"line {number} is not an object")
        yield found


def _key(text: str | None) -> Verifier | None:
    if text is None:
        return None
    return Verifier.parse(Path(text).read_text("utf-8") if Path(text).exists() else text)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dangan.audit.verifier", description="离线核验审计日志")
    parser.add_argument("export", type=Path, help="导出的日志，或一条事件的证明")
    parser.add_argument("--checkpoints", type=Path, help="在别处保存的检查点文件")
    parser.add_argument("--public-key", help="日志公钥，或存有公钥的文件")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    options = _arguments(arguments)
    try:
        key = _key(options.public_key)
        with options.export.open(encoding="utf-8") as file:
            first = file.readline()
            file.seek(0)
            if _is_proof(first):
                return _proof_command(json.load(file), key, as_json=options.json)
            return _log_command(file, key, options)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"文件无法读取：{error}\n")
        return 2


def _is_proof(first: str) -> bool:
    """A log has a whole object on each line; a proof may be spread over many."""
    return PROOF_FORMAT in first or first.strip() == "{"


def _log_command(lines: Iterable[str], key: Verifier | None, options: argparse.Namespace) -> int:
    if options.checkpoints:
        with options.checkpoints.open(encoding="utf-8", errors="replace") as kept:
            report = verify_export(lines, public_key=key, checkpoints=kept)
    else:
        report = verify_export(lines, public_key=key)
    if options.json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n")
    else:
        _tell(report)
    return 0 if report.ok else 1


def _tell(report: Report) -> None:
    sys.stdout.write(
        f"事件 {report.leaves:,} 条，检查点 {report.checkpoints:,} 个，"
        f"外部副本 {report.exported:,} 个\n树根 {report.root.hex()}\n"
    )
    for problem in report.problems:
        sys.stdout.write(f"  {problem}\n")
    verdict = "日志完整，与签名一致" if report.ok else f"发现 {len(report.problems)} 处不符"
    sys.stdout.write(f"{verdict}\n")


def _proof_command(proof: dict[str, Any], key: Verifier | None, *, as_json: bool) -> int:
    try:
        entry = verify_proof(proof, public_key=key)
    except (BadProof, BadNote) as error:
        sys.stdout.write(
            json.dumps({"ok": False, "reason": str(error)}) + "\n"
            if as_json
            else f"证明不成立：{error}\n"
        )
        return 1
    if as_json:
        sys.stdout.write(json.dumps({"ok": True, "entry": entry}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(
            f"证明成立：事件 {proof['event']} 在日志第 {proof['leaf']} 位\n"
            f"  {entry['at']} {entry['action']} {entry['outcome']}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
