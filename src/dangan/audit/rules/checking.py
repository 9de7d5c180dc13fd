"""What a check of the log finds, and the part of it that needs no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dangan.audit.rules.merkle import Edge
from dangan.audit.rules.notes import BadNote, Checkpoint, Verifier

TEXTS = MappingProxyType(
    {
        "altered": "事件 {event} 的内容与日志树不符，被改动过",
        "missing": "事件 {event} 不在日志表中，已被删除（叶子 {leaf}）",
        "inserted": "事件 {event} 不在日志树中，是事后补入的",
        "copied": "事件 {event} 是事件 {first} 的副本，不是由本系统写入的",
        "forged": "事件 {event} 不是由本系统写入的，校验码不符",
        "unreadable": "事件 {event} 的内容不是日志条目",
        "columns": "事件 {event} 的检索列与封存内容不一致：{columns}",
        "order": "事件 {event} 在日志树中的次序与提交次序不符（叶子 {leaf}）",
        "gap": "日志树缺少第 {leaf} 号叶子",
        "unsigned": "日志树有 {leaves} 片叶子，最近的检查点只签到 {size}",
        "tile": "日志树的数据块 {level}/{number} 与叶子不符",
        "note": "{source}中的一个检查点无法读取：{reason}",
        "signature": "{source}中的检查点 {size} 没有本日志的有效签名",
        "root": "{source}中的检查点从 {size} 起与现有日志不符，第 {good} 至 {size} 条之间被改写过",
        "truncated": "{source}中的检查点证明曾有 {size} 条，现有日志只有 {leaves} 条，尾部被截去",
        "lost": "{source}中的检查点证明恢复前曾有 {size} 条，恢复只找回 {good} 条，其余已丢失",
        "late": "事件 {event} 提交后超过 {minutes} 分钟仍未进入日志树",
    }
)
"""What is wrong, by kind; each sentence names the row."""

DATABASE = "数据库"
EXPORTED = "外部副本"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``kind`` is for programmes, the sentence for people."""

    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""

    @property
    def text(self) -> str:
        return self.sentence or TEXTS[self.kind]

    def __str__(self) -> str:
        return self.text.format(**self.params)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check saw. ``waiting`` events are committed and not yet in the tree."""

    events: int
    leaves: int
    waiting: int
    checkpoints: int
    exported: int
    root: bytes
    data: bool
    problems: tuple[Problem, ...]
    took_ms: int

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """For ``--json`` and for keeping."""
        return {
            "ok": self.ok,
            "events": self.events,
            "leaves": self.leaves,
            "waiting": self.waiting,
            "checkpoints": self.checkpoints,
            "exported": self.exported,
            "root": self.root.hex(),
            "data": self.data,
            "took_ms": self.took_ms,
            "problems": [
                {"kind": problem.kind, "where": problem.params, "text": str(problem)}
                for problem in self.problems
            ],
        }


class TreeCheck:
    """Builds the tree anew from leaf hashes and compares it with signed checkpoints and tiles."""

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self._report = report
        self._edge = Edge()
        self._expected: list[tuple[int, bytes, str]] = []
        self._next = 0
        self._good: dict[str, int] = {}
        self._broken: set[str] = set()

    @property
    def size(self) -> int:
        return self._edge.size

    def root(self) -> bytes:
        """The root over all leaves fed so far."""
        return self._edge.root()

    def expect(self, checkpoints: Iterable[tuple[int, bytes]], source: str) -> None:
        """Compare the root at these sizes; to be called before the first leaf."""
        self._expected.extend((size, root, source) for size, root in checkpoints)
        self._expected.sort(key=lambda item: item[0])

    def feed(self, hashes: Sequence[bytes]) -> list[tuple[int, int, bytes, bytes]]:
        """Add leaves; returns the tiles they finish, to be compared with the stored ones."""
        finished, taken = [], 0
        while taken < len(hashes):
            upto = len(hashes)
            if self._next < len(self._expected):
                upto = min(upto, taken + self._expected[self._next][0] - self._edge.size)
            finished += self._edge.append(hashes[taken:upto])
            taken = upto
            self._compare()
        return finished

    def finish(self) -> None:
        """After the last leaf: checkpoints of longer trees show what was cut off."""
        self._compare()
        for size, _, source in self._expected[self._next :]:
            self._report(
                Problem("truncated", {"source": source, "size": size, "leaves": self._edge.size})
            )
        self._next = len(self._expected)

    def _compare(self) -> None:
        root = None
        while self._next < len(self._expected) and self._expected[self._next][0] == self.size:
            size, expected, source = self._expected[self._next]
            root = root or self._edge.root()
            self._next += 1
            if root == expected:
                self._good[source] = size
            elif source not in self._broken:
                # Every later one is wrong as well; the first says where to look.
                self._broken.add(source)
                good = self._good.get(source, 0)
                self._report(Problem("root", {"source": source, "size": size, "good": good}))


def open_notes(
    notes: Iterable[str], key: Verifier, *, source: str, report: Callable[[Problem], None]
) -> list[Checkpoint]:
    """The checkpoints in these notes that the log's key signed; the others are reported."""
    found = []
    for note in notes:
        try:
            found.append(key.open(note))
        except BadNote as error:
            report(_bad(note, source, str(error)))
    return found


def _bad(note: str, source: str, reason: str) -> Problem:
    try:
        size = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n").size
    except BadNote:
        return Problem("note", {"source": source, "reason": reason})
    return Problem("signature", {"source": source, "size": size})
