"""Rows of one person brought together, over sheets and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from dangan.dictionary.rules import Dictionary, Json, Message
from dangan.exchange.rules.guessing import ID_NUMBER, KEYS, NAME, NUMBER
from dangan.exchange.rules.mapping import PERSON
from dangan.exchange.rules.reading import Parsed, ReadSheet
from dangan.exchange.rules.report import Finding, Place

Key = tuple[str, str]
"""A unique value: (path, value)."""


@dataclass(slots=True)
class RowDraft:
    """A row of an information set as the file gives it: values by field key.

    ``others`` names the rows of later sheets that single values came from.
    """

    info_set: str
    values: dict[str, Json]
    source: Parsed
    others: dict[str, Parsed] = field(default_factory=dict)

    def parsed(self, field_key: str | None) -> Parsed:
        """The file's row that gave a field."""
        return self.others.get(field_key or "", self.source)

    def place(self, field_key: str | None) -> Place:
        """The cell that gave a field; the row itself when no cell did."""
        return self.parsed(field_key).place(f"{self.info_set}.{field_key}")


@dataclass(slots=True)
class Draft:
    """A person as the file gives them. ``subject`` is set when a stored dossier is meant."""

    source: Parsed
    rows: list[RowDraft] = field(default_factory=list)
    subject: UUID | None = None
    bad: bool = False

    def value(self, path: str) -> Json | None:
        set_key, _, field_key = path.partition(".")
        for row in self.rows:
            if row.info_set == set_key and field_key in row.values:
                return row.values[field_key]
        return None


@dataclass(slots=True)
class Joined:
    """Everybody in the file, and what was wrong with rows that joined nobody."""

    drafts: list[Draft] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def keys_of(sheets: Iterable[ReadSheet]) -> dict[str, set[str]]:
    """Every unique key value in the sheets, by path: what to look up among stored dossiers."""
    found: dict[str, set[str]] = {path: set() for path in KEYS}
    for sheet in sheets:
        for row in sheet.rows:
            for path in KEYS:
                value = row.values.get(path)
                if value is not None:
                    found[path].add(str(value))
    return found


def join(sheets: Sequence[ReadSheet], owners: Mapping[Key, UUID], dictionary: Dictionary) -> Joined:
    """People of all sheets. ``owners`` are the stored dossiers that hold a key.

    A sheet with a name column says who there is; the others add to people known by then,
    in the file or stored.
    """
    joiner = _Joiner(owners, dictionary)
    naming = [s for s in sheets if s.mapping.home == PERSON and s.mapping.column_of(NAME)]
    adding = [s for s in sheets if s.mapping.home == PERSON and not s.mapping.column_of(NAME)]
    for sheet in naming:
        joiner.take_people(sheet)
    for sheet in [*adding, *(s for s in sheets if s.mapping.home != PERSON)]:
        joiner.take_additions(sheet)
    return joiner.joined


class _Joiner:
    def __init__(self, owners: Mapping[Key, UUID], dictionary: Dictionary) -> None:
        self.joined = Joined()
        self._owners = owners
        self._dictionary = dictionary
        self._by_key: dict[Key, Draft] = {}
        self._by_subject: dict[UUID, Draft] = {}

    def take_people(self, sheet: ReadSheet) -> None:
        """A row a person: a new one, or more about one from an earlier sheet."""
        seen: dict[Key, int] = {}
        for row in sheet.rows:
            keys = _keys(row)
            if self._repeats(row, keys, seen):
                self.joined.drafts.append(Draft(row, _by_set(row), bad=True))
                continue
            draft = next((self._by_key[key] for key in keys if key in self._by_key), None)
            if draft is None:
                draft = self._new(row, keys)
            else:
                self._merge(draft, row)
            if NAME not in row.values and not row.bad:
                self._refuse(row, NAME, Message("请填写姓名。"))
            draft.bad = draft.bad or row.bad

    def take_additions(self, sheet: ReadSheet) -> None:
        """Rows about people known by their number."""
        for row in sheet.rows:
            draft = self._whose(row)
            if draft is None:
                continue
            if not self._same_name(draft, row):
                continue
            if sheet.mapping.home == PERSON:
                self._merge(draft, row)
            elif not row.bad:
                draft.rows += [d for d in _by_set(row) if d.info_set == sheet.mapping.home]

    def _repeats(self, row: Parsed, keys: Sequence[Key], seen: dict[Key, int]) -> bool:
        """Of two rows with one number the later is bad."""
        for key in keys:
            earlier = seen.get(key)
            if earlier is not None:
                label = self._dictionary.field(key[0]).label
                self._refuse(
                    row,
                    key[0],
                    Message("{label}与第 {number} 行重复。", label=label, number=earlier),
                )
                return True
        for key in keys:
            seen[key] = row.number
        return False

    def _new(self, row: Parsed, keys: Sequence[Key]) -> Draft:
        draft = Draft(row, _by_set(row))
        owners = {path: self._owners[path, value] for path, value in keys if
                  (path, value) in self._owners}  # fmt: skip
        draft.subject = owners.get(ID_NUMBER) or owners.get(NUMBER)
        if len(set(owners.values())) > 1:
            self._refuse(
                row, NUMBER, Message("身份证号和员工编号在系统里分属两个人，请核对后只改错的一个。")
            )
        elif draft.subject and draft.subject in self._by_subject:
            earlier = self._by_subject[draft.subject].source
            self._refuse(
                row,
                _key_path(row),
                Message(
                    "与“{sheet}”第 {number} 行是同一份档案。",
                    sheet=earlier.sheet,
                    number=earlier.number,
                ),
            )
        self._remember(draft, keys)
        return draft

    def _remember(self, draft: Draft, keys: Iterable[Key]) -> None:
        self.joined.drafts.append(draft)
        for key in keys:
            self._by_key.setdefault(key, draft)
        if draft.subject:
            self._by_subject.setdefault(draft.subject, draft)

    def _merge(self, draft: Draft, row: Parsed) -> None:
        for more in _by_set(row):
            known = next((r for r in draft.rows if r.info_set == more.info_set), None)
            if known is None:
                draft.rows.append(more)
                continue
            for field_key, value in more.values.items():
                if field_key not in known.values:
                    known.values[field_key] = value
                    known.others[field_key] = row
                elif known.values[field_key] != value:
                    place = known.place(field_key)
                    self._refuse(
                        row,
                        f"{more.info_set}.{field_key}",
                        Message(
                            "与“{sheet}”第 {number} 行填写的不同，请改成一致。",
                            sheet=place.sheet,
                            number=place.row,
                        ),
                    )
        draft.bad = draft.bad or row.bad

    def _whose(self, row: Parsed) -> Draft | None:
        keys = _keys(row)
        found = [self._by_key[key] for key in keys if key in self._by_key]
        if found:
            if any(draft is not found[0] for draft in found):
                self._refuse(row, keys[0][0], Message("员工编号和身份证号指的不是同一个人。"))
                return None
            return found[0]
        for key in keys:
            if key in self._owners:
                return self._stored(self._owners[key], row, keys)
        if not row.bad:
            self._refuse(row, _key_path(row), self._nobody(keys))
        return None

    def _stored(self, subject: UUID, row: Parsed, keys: Sequence[Key]) -> Draft:
        draft = self._by_subject.get(subject)
        if draft is None:
            draft = Draft(row, [], subject)
            self._remember(draft, keys)
        return draft

    def _nobody(self, keys: Sequence[Key]) -> Message:
        if not keys:
            return Message("请填写员工编号或身份证号，用来对应到人。")
        path, value = keys[0]
        return Message(
            "没有{label}为“{value}”的人：文件里和系统里都没有。请核对，或先导入这个人的基本信息。",
            label=self._dictionary.field(path).label,
            value=value,
        )

    def _same_name(self, draft: Draft, row: Parsed) -> bool:
        given, known = row.values.get(NAME), draft.value(NAME)
        if given is None or known is None or given == known:
            return True
        self._refuse(
            row,
            NAME,
            Message(
                "这个编号的人在“{sheet}”里不叫这个名字，请核对编号。", sheet=draft.source.sheet
            ),
        )
        return False

    def _refuse(self, row: Parsed, path: str, message: Message) -> None:
        row.bad = True
        place = row.place(path)
        if not place.column:
            place = Place(row.sheet, row.number, self._dictionary.field(path).label)
        self.joined.errors.append(Finding(place, message))


def left_behind(drafts: Iterable[Draft]) -> list[Finding]:
    """Rows of other sheets that stay out because their person does; marks them bad."""
    findings = []
    for draft in drafts:
        if not draft.bad:
            continue
        for row in {id(r.source): r.source for r in draft.rows}.values():
            if row is draft.source or row.bad:
                continue
            row.bad = True
            message = Message(
                "这个人在“{sheet}”第 {number} 行有误，没有导入；改正后本行会一起导入。",
                sheet=draft.source.sheet,
                number=draft.source.number,
            )
            findings.append(Finding(row.place(_key_path(row)), message))
    return findings


def _keys(row: Parsed) -> list[Key]:
    return [(path, str(row.values[path])) for path in KEYS if path in row.values]


def _key_path(row: Parsed) -> str:
    """The key column of a row's sheet, filled ones first."""
    filled = next((path for path in KEYS if path in row.values), None)
    return filled or next((path for path in KEYS if path in row.columns), KEYS[0])


def _by_set(row: Parsed) -> list[RowDraft]:
    """A row's values as rows of information sets."""
    sets: dict[str, dict[str, Json]] = {}
    for path, value in row.values.items():
        set_key, field_key = _parts(path)
        known = sets.get(set_key)
        if known is None:
            sets[set_key] = {field_key: value}
        else:
            known[field_key] = value
    return [RowDraft(set_key, values, row) for set_key, values in sets.items()]


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, str]:
    set_key, _, field_key = path.partition(".")
    return set_key, field_key
