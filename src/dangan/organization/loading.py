"""A whole organisation from a list of paths. Pure: rows in, units to make out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dangan.dictionary.rules import Message
from dangan.organization.rules import KIND_WORDS, KINDS, Tree, UnitNode, same, split_path

COLUMNS = ("path", "type")
_HEADINGS = {"path": "path", "路径": "path", "部门": "path", "type": "type", "类型": "type"}
MOST_ROWS = 20_000


class BadUnitFile(Exception):  # noqa: N818 - an answer to the asker
    """The list cannot be loaded; ``problems`` holds every line's number and reason."""

    def __init__(self, problems: Sequence[tuple[int, Message]]) -> None:
        super().__init__("a list of units was refused")
        self.problems = tuple(problems)

    def lines(self) -> list[str]:
        """The problems in Chinese, one a line; line 0 is about the file as a whole."""
        return [f"第 {line} 行：{text}" if line else str(text) for line, text in self.problems]


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit to make: its names from the root, and its kind."""

    path: tuple[str, ...]
    kind: str
    line: int


def read_csv(data: bytes) -> list[tuple[str, str]]:
    """(path, type) rows of a CSV file in UTF-8 or GB 18030; raises :class:`BadUnitFile`."""
    reader = csv.reader(io.StringIO(_decoded(data), newline=""))
    try:
        heading = [_HEADINGS.get(cell.strip().lower(), "") for cell in next(reader, [])]
        if not set(COLUMNS) <= set(heading):
            raise BadUnitFile([(1, Message("第一行要有 path 和 type 两列"))])
        path, kind = heading.index("path"), heading.index("type")
        return [
            (row[path], row[kind]) if len(row) > max(path, kind) else ("".join(row), "")
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        raise BadUnitFile([(0, Message("文件不是 CSV 表格"))]) from None


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadUnitFile([(0, Message("文件编码不是 UTF-8 或 GB 18030"))])


def plan(rows: Iterable[tuple[str, str]], tree: Tree) -> list[PlannedUnit]:
    """The units that are missing, parents first; those that exist already are left as they are.

    Row 1 is the heading, so the first row counts as line 2. Raises :class:`BadUnitFile`
    naming every bad line.
    """
    problems: list[tuple[int, Message]] = []
    there = {_key(tree, node): node.kind for node in tree.nodes.values() if not node.closed}
    listed: dict[tuple[str, ...], PlannedUnit] = {}
    for line, (text, word) in enumerate(rows, start=2):
        if line > MOST_ROWS:
            raise BadUnitFile([(line, Message("最多 {most} 行", most=MOST_ROWS))])
        path, kind = split_path(text), KIND_WORDS.get(word.strip().lower(), "")
        key = tuple(same(name) for name in path)
        problem = _problem(key, kind, word, there, listed)
        if problem is not None:
            problems.append((line, problem))
        else:
            listed[key] = PlannedUnit(path, kind, line)
    problems += [
        (
            item.line,
            Message("上级“{parent}”没有列出，系统里也没有", parent="/".join(item.path[:-1])),
        )
        for key, item in listed.items()
        if len(key) > 1 and key[:-1] not in listed and key[:-1] not in there
    ]
    if problems:
        raise BadUnitFile(sorted(problems, key=lambda problem: problem[0]))
    missing = [item for key, item in listed.items() if key not in there]
    return sorted(missing, key=lambda item: len(item.path))


def _key(tree: Tree, node: UnitNode) -> tuple[str, ...]:
    return tuple(same(tree.nodes[step].name) for step in node.path)


def _problem(
    key: tuple[str, ...],
    kind: str,
    word: str,
    there: dict[tuple[str, ...], str],
    listed: dict[tuple[str, ...], PlannedUnit],
) -> Message | None:
    if not key:
        return Message("路径没有填写")
    if not kind:
        words = "、".join(f"{key}（{labels[0]}）" for key, labels in KINDS.items())
        return Message("类型“{word}”不认识，可以写 {words}", word=word.strip(), words=words)
    if key in listed:
        return Message("与第 {line} 行重复", line=listed[key].line)
    if there.get(key, kind) != kind:
        return Message("系统里已有这个部门，类型是{kind}", kind=KINDS[there[key]][0])
    return None
