"""Which field of the dictionary a column is, and which information set a sheet holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dangan.dictionary.rules import Dictionary, Field, InfoSet
from dangan.exchange.rules.headings import Column, Heading, Merged, Rows, find_heading, folded
from dangan.exchange.rules.mapping import PERSON, SKIP, ColumnMapping, SheetMapping

NAME = "identity.name"
NUMBER = "identity.employee_number"
ID_NUMBER = "identity.id_number"
KEYS = (NUMBER, ID_NUMBER)

_FIRST_SETS = ("identity", "contact", "post")
_ITEM = re.compile(r"^([A-Z]\d{2,5}[A-Z]?)(.*)$")
_HARMLESS = ("员工", "职工", "人员", "本人", "个人", "现", "所在", "所属", "目前", "当前", "填写")
_HARMLESS_END = ("信息", "情况", "必填", "名称", "填写", "全称")
_IGNORED = frozenset({"序号", "编号", "序", "no", "行号", "备注", "说明", "签名", "签字", "照片"})
_PERSON_SHEETS = ("基本信息", "人员信息", "员工信息", "花名册", "人员名单", "员工名册", "职工名册")
_SAMPLE = 60
_HARDLY = 0.2

EXACT, BY_ITEM, TRIMMED, BY_CONTENT = 1.0, 0.95, 0.8, 0.5
"""How sure a guess is: the very heading, the item number, the heading less a harmless word,
only what stands in the column."""


class HeadingIndex:
    """Headings and item numbers of a dictionary. Build once, ask often."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self._texts: dict[str, list[str]] = {}
        self._items: dict[str, list[str]] = {}
        for item in dictionary.fields:
            if item.type == "image":
                continue
            for text in (item.label, item.label_en, *item.aliases, item.path):
                self._texts.setdefault(folded(text), []).append(item.path)
            for number in (item.gb_item, item.siis_item):
                if number:
                    self._items.setdefault(number.upper(), []).append(item.path)

    def paths(self, heading: str) -> Sequence[tuple[str, float]]:
        """Fields that ``heading`` may mean, each with how sure, the surest first."""
        text = folded(heading)
        found = [(path, EXACT) for path in self._texts.get(text, ())]
        if found or text in _IGNORED:
            return found
        match = _ITEM.match(text.upper())
        if match:
            number, label = match.groups()
            found = [(path, BY_ITEM) for path in self._items.get(number, ())]
            found += [(path, EXACT) for path in self._texts.get(folded(label), ()) if label]
        if not found:
            found = [(path, TRIMMED) for path in self._texts.get(_trimmed(text), ())]
        return found

    def knows(self, heading: str) -> float:
        """How sure ``heading`` is a heading at all."""
        if folded(heading) in _IGNORED:
            return _HARDLY
        return max((sure for _, sure in self.paths(heading)), default=0.0)


def _trimmed(text: str) -> str:
    for word in _HARMLESS:
        if text.startswith(word) and len(text) > len(word) + 1:
            text = text.removeprefix(word)
    for word in _HARMLESS_END:
        if text.endswith(word) and len(text) > len(word) + 1:
            text = text.removesuffix(word)
    return text


def guess_sheet(name: str, rows: Rows, merged: Merged, index: HeadingIndex) -> SheetMapping | None:
    """How a sheet is best read; None when no row looks like headings."""
    heading = find_heading(rows, merged, index.knows)
    if heading is None:
        return None
    sample = [cells for number, cells in rows if number > heading.row][:_SAMPLE]
    return read_as(name, heading, sample, index)


def read_as(
    name: str,
    heading: Heading,
    sample: Sequence[Sequence[object]],
    index: HeadingIndex,
    home: str | None = None,
) -> SheetMapping:
    """The mapping of a sheet to ``home`` (a set's key or :data:`PERSON`); None: the best home."""
    homes = [home] if home is not None else _homes(heading, index)
    readings = [_reading(each, heading, sample, index) for each in homes]
    best = max(
        range(len(homes)),
        key=lambda at: readings[at].score + _name_bonus(name, homes[at], index.dictionary),
    )
    reading = readings[best]
    return SheetMapping(name, homes[best], heading.row, reading.columns)


@dataclass(frozen=True, slots=True)
class _Reading:
    columns: tuple[ColumnMapping, ...]
    score: float


def _homes(heading: Heading, index: HeadingIndex) -> list[str]:
    """PERSON first (it wins ties), then every repeating set that a column speaks for."""
    homes = [PERSON]
    for info_set in index.dictionary.sets.values():
        if not info_set.multiple or info_set.key in _FIRST_SETS:
            continue
        spoken = any(
            path.startswith(info_set.key + ".")
            for column in heading.columns
            for path, _ in index.paths(column.heading)
        )
        if spoken:
            homes.append(info_set.key)
    return homes


def _reading(
    home: str, heading: Heading, sample: Sequence[Sequence[object]], index: HeadingIndex
) -> _Reading:
    """Columns in order of certainty, each field given once."""
    offers = [
        (sure + _preference(path, home, column, index.dictionary), sure, column, path)
        for column in heading.columns
        for path, sure in index.paths(column.heading)
        if home == PERSON or path.startswith(home + ".") or path in (*KEYS, NAME)
    ]
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for _, sure, column, path in sorted(offers, key=lambda offer: (-offer[0], offer[2].index)):
        if column.index not in taken and path not in used:
            taken[column.index] = (path, sure)
            used.add(path)
    for column in heading.columns:
        if column.index not in taken and folded(column.heading) not in _IGNORED:
            path = _by_content(column, sample, home)
            if path and path not in used and path in {f.path for f in index.dictionary.fields}:
                taken[column.index] = (path, BY_CONTENT)
                used.add(path)
    columns = tuple(
        ColumnMapping(column.index, column.heading, *taken.get(column.index, (SKIP, 0.0)))
        for column in heading.columns
    )
    return _Reading(columns, _score(home, columns, index.dictionary))


def _score(home: str, columns: Sequence[ColumnMapping], dictionary: Dictionary) -> float:
    """How well a home explains the columns. A column of a repeating set is possible in a sheet
    with a row a person, but speaks for a sheet of that set."""
    score = sum(column.confidence for column in columns)
    if home == PERSON:
        repeating = sum(
            column.confidence
            for column in columns
            if column.path
            and (set_key := column.path.partition(".")[0]) not in _FIRST_SETS
            and dictionary.sets[set_key].multiple
        )
        return score - 0.4 * repeating
    own = sum(1 for column in columns if column.path.startswith(home + "."))
    keyed = any(column.path in KEYS for column in columns)
    return score if own and keyed else 0.0


def _preference(path: str, home: str, column: Column, dictionary: Dictionary) -> float:
    """Between fields of one heading: the sheet's own set, the group's set, the first sets."""
    set_key = path.partition(".")[0]
    if home != PERSON:
        return 0.3 if set_key == home else 0.0
    info_set = dictionary.sets[set_key]
    if column.group and _speaks_of(column.group, info_set):
        return 0.4
    if set_key in _FIRST_SETS:
        return 0.3 - 0.05 * _FIRST_SETS.index(set_key)
    return 0.0 if info_set.multiple else 0.1


def _speaks_of(text: str, info_set: InfoSet) -> bool:
    words = {folded(word) for word in (info_set.label, info_set.label_en, *info_set.aliases)}
    given = folded(text)
    return given in words or any(len(word) > 1 and word in given for word in words)


def _name_bonus(name: str, home: str, dictionary: Dictionary) -> float:
    if home == PERSON:
        return 0.6 if any(word in name for word in _PERSON_SHEETS) else 0.1
    return 2.0 if _speaks_of(name, dictionary.sets[home]) else 0.0


_CONTENT: Mapping[str, re.Pattern[str]] = {
    ID_NUMBER: re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dX]$"),
    "contact.mobile": re.compile(r"(?:\+?86)?1[3-9]\d{9}$"),
    "contact.email": re.compile(r"[^@]+@[^@]+\.[A-Z]{2,}$"),
    "identity.sex": re.compile(r"[男女]性?$"),
    "identity.ethnicity": re.compile(r"(?:汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满)族$"),
}


def _by_content(column: Column, sample: Sequence[Sequence[object]], home: str) -> str:
    """The field whose values these look like: nine in ten must fit. A sheet of one set
    takes only the ID number this way, to know whose row it is."""
    texts = [
        "".join(unicodedata.normalize("NFKC", cell).split()).upper().replace("-", "")
        for cells in sample
        if column.index < len(cells) and isinstance(cell := cells[column.index], str)
    ]
    texts = [text for text in texts if text]
    if len(texts) < 2:
        return ""
    for path, pattern in _CONTENT.items():
        if home != PERSON and path != ID_NUMBER:
            continue
        if sum(1 for text in texts if pattern.match(text)) >= 0.9 * len(texts):
            return path
    return ""


def choices(home: str, dictionary: Dictionary) -> list[tuple[InfoSet, list[Field]]]:
    """What a column of such a sheet may be, for the page's selects."""
    offered = []
    for info_set in dictionary.sets.values():
        fields = [
            item
            for item in info_set.fields
            if item.type != "image"
            and (home in (PERSON, info_set.key) or item.path in (*KEYS, NAME))
        ]
        if fields:
            offered.append((info_set, fields))
    return offered
