"""An import's reading half: from files to plans. Nothing is written here.

1. read the workbooks; 2. map their columns (given, or guessed); 3. parse every cell;
4. look up who is known by number; 5. bring the rows of one person together;
6. compare with what is stored: plans, and everything wrong by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary.rules import BadValue, Dictionary, Message
from dangan.dictionary.values import ParseContext
from dangan.dossiers import queries as dossiers
from dangan.dossiers.rules import SubjectPlan
from dangan.exchange.rules.guessing import ID_NUMBER, KEYS, NAME, NUMBER, HeadingIndex, guess_sheet
from dangan.exchange.rules.joining import Joined, join, keys_of, left_behind
from dangan.exchange.rules.mapping import PERSON, SKIP, SheetMapping
from dangan.exchange.rules.people import Known, named, refuse_loops, resolve, unresolved
from dangan.exchange.rules.planning import Planner, Stored
from dangan.exchange.rules.reading import ReadSheet, SheetReader
from dangan.exchange.rules.report import Finding, ImportReport, Place, SheetCount
from dangan.exchange.workbook import Sheet, Unusable, Workbook, read_workbook
from dangan.organization.rules import Tree, UnitProblem
from dangan.roster import queries as roster
from dangan.roster.rules import AnyOf, RosterQuery

Progress = Callable[[str, int, int], None]
"""(stage, done, total); stages are the keys of :data:`STAGES`. May raise to stop."""

STAGES = {"read": "读取文件", "parse": "核对单元格", "plan": "比对档案", "write": "写入档案"}

GUIDE_SHEET = "填写说明"
"""The template's own page of advice; left out without a word."""

_BATCH = 2000
_NAMED_AT_MOST = 20_000


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded or named file."""

    name: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Prepared:
    """What an import would write, and its report so far (counts as if written)."""

    report: ImportReport
    plans: list[SubjectPlan]


def no_progress(stage: str, done: int, total: int) -> None:
    """For callers who do not watch."""


def open_files(files: Sequence[File]) -> list[Workbook]:
    """The files as workbooks; raises :class:`Unusable`, naming the file if there are several."""
    books = []
    for file in files:
        try:
            books.append(read_workbook(file.data, file.name))
        except Unusable as error:
            if len(files) == 1:
                raise
            raise Unusable("文件“{file}”：{why}", file=file.name, why=error.message) from error
    return books


def sheets_of(books: Sequence[Workbook]) -> list[Sheet]:
    """Every visible sheet; with several files each is named 文件／表."""
    if len(books) == 1:
        return list(books[0].sheets)
    return [
        Sheet(f"{book.name}／{sheet.name}", sheet.rows, sheet.merged, sheet.formulas)
        for book in books
        for sheet in book.sheets
    ]


def heading_index(dictionary: Dictionary) -> HeadingIndex:
    """The dictionary's headings, kept for the dictionary last asked for."""
    return _IndexCache.of(dictionary)


class _IndexCache:
    """The last dictionary's index; dictionaries are told apart by identity, not by content."""

    _last: tuple[Dictionary, HeadingIndex] | None = None

    @classmethod
    def of(cls, dictionary: Dictionary) -> HeadingIndex:
        if cls._last is None or cls._last[0] is not dictionary:
            cls._last = (dictionary, HeadingIndex(dictionary))
        return cls._last[1]


def guess(sheets: Sequence[Sheet], dictionary: Dictionary) -> list[SheetMapping]:
    """A mapping for every sheet in which headings were found."""
    index = heading_index(dictionary)
    found = [guess_sheet(sheet.name, sheet.rows, sheet.merged, index) for sheet in sheets]
    return [mapping for mapping in found if mapping is not None and mapping.mapped()]


def require_usable(mappings: Sequence[SheetMapping]) -> None:
    """Raises :class:`Unusable` when no sheet says whom its rows are about."""
    used = [mapping for mapping in mappings if mapping.home != SKIP and mapping.mapped()]
    known = (NAME, *KEYS)
    if not any(mapping.column_of(path) for mapping in used for path in known):
        raise Unusable(
            "没有找到标题行：至少要有姓名、员工编号或身份证号中的一列。请核对标题，或从模板开始填写。"
        )


class Importer:
    """One import of one actor, up to its plans."""

    def __init__(
        self,
        actor: Actor,
        dictionary: Dictionary,
        tree: Tree,
        today: date,
        progress: Progress = no_progress,
    ) -> None:
        self._actor = actor
        self._dictionary = dictionary
        self._tree = tree
        self._today = today
        self._progress = progress
        self._identities: dict[int, UUID] = {}
        self._editable: dict[tuple[UUID | None, str], frozenset[str]] = {}

    def prepare(
        self, sheets: Sequence[Sheet], mappings: Sequence[SheetMapping] | None = None
    ) -> Prepared:
        """Checks everything; raises :class:`Unusable` when there is nothing to check."""
        if mappings is None:
            mappings = guess(sheets, self._dictionary)
        require_usable(mappings)
        report = ImportReport()
        read = self._read(sheets, mappings, report)
        owners = self._owners(read)
        joined = join(read, owners, self._dictionary)
        report.errors += joined.errors
        report.warnings += joined.warnings
        stored = self._stored(joined)
        report.errors += self._link(joined, stored)
        plans = self._plan(joined, stored, report)
        report.errors += left_behind(joined.drafts)
        self._count(report, read, joined, plans)
        _in_order(report, sheets)
        return Prepared(report, [plan for plan in plans.values() if plan is not None])

    def _read(
        self, sheets: Sequence[Sheet], mappings: Sequence[SheetMapping], report: ImportReport
    ) -> list[ReadSheet]:
        by_name = {mapping.sheet: mapping for mapping in mappings}
        total = sum(len(sheet.rows) for sheet in sheets)
        read, done = [], 0
        for sheet in sheets:
            mapping = by_name.get(sheet.name)
            if mapping is None or mapping.home == SKIP:
                self._left_out(sheet, report)
                done += len(sheet.rows)
                continue
            _require_key(mapping)
            reader = SheetReader(
                mapping,
                self._dictionary,
                ParseContext(self._today, self._unit, unresolved),
                merged=sheet.merged,
                formulas=sheet.formulas,
            )
            result = reader.read(sheet.rows, partial(self._parsed, done, total))
            done += len(sheet.rows)
            self._progress("parse", done, total)
            report.errors += result.errors
            report.warnings += result.warnings
            report.sheets[sheet.name] = SheetCount(len(result.rows))
            read.append(result)
        return read

    def _parsed(self, before: int, total: int, count: int) -> None:
        self._progress("parse", before + count, total)

    def _left_out(self, sheet: Sheet, report: ImportReport) -> None:
        if len(sheet.rows) > 1 and not sheet.name.endswith(GUIDE_SHEET):
            message = Message(
                "没有导入这张工作表：没有找到能对应到信息集的标题行，或已选择不导入。"
            )
            report.warnings.append(Finding(Place(sheet.name, sheet.rows[0][0], ""), message))

    def _unit(self, text: str) -> str:
        try:
            return str(self._tree.find(text).id)
        except UnitProblem as error:
            raise BadValue(error.message) from None

    def _owners(self, read: Sequence[ReadSheet]) -> dict[tuple[str, str], UUID]:
        return {
            (path, value): subject
            for path, values in keys_of(read).items()
            for value, subject in dossiers.find_all_by_unique(path, values).items()
        }

    def _stored(self, joined: Joined) -> dict[UUID, Stored]:
        subjects = [draft.subject for draft in joined.drafts if draft.subject is not None]
        stored: dict[UUID, Stored] = {}
        for start in range(0, len(subjects), _BATCH):
            part = subjects[start : start + _BATCH]
            stored.update(dossiers.rows_for_planning(self._actor, part))
            self._progress("plan", len(stored), len(subjects))
        return stored

    def _link(self, joined: Joined, stored: Mapping[UUID, Stored]) -> list[Finding]:
        """Turns names of other people into their identifiers."""
        self._identities = {id(draft): draft.subject or uuid4() for draft in joined.drafts}
        texts = named(joined.drafts, self._dictionary)
        if not texts:
            return []
        known = Known(
            {
                value: subject
                for path in KEYS
                for value, subject in dossiers.find_all_by_unique(path, texts).items()
            },
            self._people_named(texts),
        )
        findings = resolve(joined.drafts, known, self._identities, self._dictionary)
        return findings + refuse_loops(
            joined.drafts, self._identities, self._supervisors(joined, stored)
        )

    def _people_named(self, texts: set[str]) -> dict[str, list[UUID]]:
        """Stored people within reach whose name is one of ``texts``."""
        query = RosterQuery(
            filters={NAME: AnyOf(frozenset(texts))}, columns=(NAME,), limit=_NAMED_AT_MOST
        )
        found: dict[str, list[UUID]] = {}
        for row in roster.page(self._actor, query).rows:
            name = row.cells[NAME].value
            if isinstance(name, str):
                found.setdefault("".join(name.split()), []).append(row.subject)
        return found

    def _supervisors(self, joined: Joined, stored: Mapping[UUID, Stored]) -> dict[UUID, UUID]:
        """Who reports to whom among the people whom the file's supervisors lead up to."""
        links: dict[UUID, UUID] = {}
        known = dict(stored)
        wanted = {
            UUID(str(row.values["supervisor"]))
            for draft in joined.drafts
            for row in draft.rows
            if row.info_set == "post" and "supervisor" in row.values
        }
        seen: set[UUID] = set()
        while wanted:
            seen |= wanted
            missing = wanted - known.keys()
            if missing:
                known.update(dossiers.rows_for_planning(self._actor, missing))
            above = set()
            for person in wanted:
                for row in known.get(person, {}).get("post", ()):
                    value = row.values.get("supervisor")
                    if value:
                        links[person] = UUID(str(value))
                        above.add(links[person])
            wanted = above - seen
        return links

    def _plan(
        self, joined: Joined, stored: Mapping[UUID, Stored], report: ImportReport
    ) -> dict[int, SubjectPlan | None]:
        planner = Planner(self._dictionary, self._today, self._may_edit)
        plans: dict[int, SubjectPlan | None] = {}
        total = len(joined.drafts)
        for count, draft in enumerate(joined.drafts, 1):
            before = stored.get(draft.subject) if draft.subject else None
            plans[id(draft)] = planner.plan(draft, before, self._identities[id(draft)])
            if count % _BATCH == 0 or count == total:
                self._progress("plan", count, total)
        report.errors += planner.errors
        report.warnings += planner.warnings
        return plans

    def _may_edit(self, subject: UUID | None, unit: UUID | None, info_set: str) -> frozenset[str]:
        own = subject is not None and subject == self._actor.subject
        key = (unit, info_set)
        if not own and key in self._editable:
            return self._editable[key]
        showings = field_showings(
            self._actor,
            subject or UUID(int=0),
            self._tree.path_of(unit),
            self._dictionary.sets[info_set],
            "edit",
        )
        allowed = frozenset(k for k, showing in showings.items() if showing is Showing.PLAIN)
        if not own:
            self._editable[key] = allowed
        return allowed

    def _count(
        self,
        report: ImportReport,
        read: Sequence[ReadSheet],
        joined: Joined,
        plans: Mapping[int, SubjectPlan | None],
    ) -> None:
        report.seen = len(joined.drafts)
        taken: set[int] = set()
        for draft in joined.drafts:
            if draft.bad:
                report.skipped += 1
                continue
            taken.add(id(draft.source))
            taken |= {id(row.source) for row in draft.rows}
            taken |= {id(row) for d in draft.rows for row in d.others.values()}
            if plans[id(draft)] is None:
                report.unchanged += 1
            elif draft.subject is None:
                report.imported += 1
            else:
                report.updated += 1
        for sheet in read:
            report.sheets[sheet.mapping.sheet].imported = sum(
                1 for row in sheet.rows if not row.bad and id(row) in taken
            )


def _require_key(mapping: SheetMapping) -> None:
    if mapping.home != PERSON and not any(mapping.column_of(path) for path in (NUMBER, ID_NUMBER)):
        raise Unusable(
            "工作表“{sheet}”缺少员工编号或身份证号这一列，无法知道每一行是谁的。请补上后再导入。",
            sheet=mapping.sheet,
        )


def _in_order(report: ImportReport, sheets: Sequence[Sheet]) -> None:
    """Findings as they stand in the file."""
    order = {sheet.name: position for position, sheet in enumerate(sheets)}

    def key(finding: Finding) -> tuple[int, int]:
        return order.get(finding.place.sheet, len(order)), finding.place.row

    report.errors.sort(key=key)
    report.warnings.sort(key=key)
