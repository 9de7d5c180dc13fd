"""The figures of the statistics page, from counts that the roster has already cut to one's rights.

Nothing here sees a person: only groups, and of those with fewer than three people not even the
number (``SMALLEST_CELL``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dangan.dictionary.rules import CodeTable, Dictionary
from dangan.organization.rules import Tree
from dangan.roster.counting import Counts
from dangan.roster.engine.counting import suppressed
from dangan.roster.forms import Ask
from dangan.roster.rules import (
    AGE_BANDS,
    JSON,
    SENIORITY_BANDS,
    SMALLEST_CELL,
    AnyOf,
    Group,
    GroupQuery,
    Measure,
)

SEX = "identity.sex"
EDUCATION = "identity.highest_education"
AGE_BAND = "derived.age_band"
SENIORITY_BAND = "derived.seniority_band"
UNIT = "post.unit"
AGE = "derived.age"
SENIORITY = "derived.seniority"

MALE, FEMALE = "1", "2"
EDUCATION_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("doctor", frozenset({"11", "12", "13"})),
    ("master", frozenset({"10", "14", "15", "16", "17", "18", "19"})),
    ("bachelor", frozenset({"20"})),
    ("college", frozenset({"30"})),
    ("secondary", frozenset({"40", "60"})),
    ("basic", frozenset({"70", "80", "90"})),
)
"""Codes of 参照 GB/T 4658; a code not named goes with its parent."""
POSTGRADUATE = ("doctor", "master")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how many people, and the conditions that find them in the roster."""

    key: str
    count: int | None
    ask: Ask


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    unit: UUID
    name: str
    count: int | None
    women: float | None
    age: float | None
    seniority: float | None
    postgraduates: float | None
    ask: Ask


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of one page. Shares are between 0 and 1; None where there is nothing to say."""

    people: int
    women: int | None
    mean_age: float | None
    mean_seniority: float | None
    postgraduates: int | None
    median_seniority: int | None
    ages: dict[str, list[Bar]]  # by sex code
    education: list[Bar]
    seniority: list[Bar]
    departments: list[DepartmentRow]


def statistics(counts: Counts, ask: Ask, dictionary: Dictionary, tree: Tree) -> Statistics:
    """Counts everybody whom ``ask`` finds for its actor. Permission statistics.view."""
    top = _top(ask, tree)
    depth = len(tree.path_of(top))
    families = _families(dictionary.table_of(dictionary.field(EDUCATION)))
    postgraduate = {code for code, key in families.items() if key in POSTGRADUATE}
    found = counts.groups(
        [
            _group(ask, SEX, suppress=0),
            _group(ask, SEX),
            _group(ask, AGE_BAND, SEX),
            _group(ask, AGE_BAND, measures=(AGE,)),
            _group(ask, EDUCATION, suppress=0),
            _group(ask, SENIORITY_BAND, measures=(SENIORITY,)),
            _group(ask, SENIORITY, suppress=0),
            _group(ask, UNIT, measures=(AGE, SENIORITY), unit_depth=depth),
            _group(within(ask, SEX, {FEMALE}), UNIT, unit_depth=depth),
            _group(within(ask, EDUCATION, postgraduate), UNIT, unit_depth=depth),
        ]
    )
    everybody, by_sex, by_both, by_age, by_education, by_seniority, by_year, *by_unit = found
    educated = _educated(by_education, families)
    return Statistics(
        people=sum(group.count or 0 for group in everybody),
        women=_count_of(by_sex, FEMALE),
        mean_age=_mean(by_age, AGE),
        mean_seniority=_mean(by_seniority, SENIORITY),
        postgraduates=_large_enough(sum(educated[key] for key in POSTGRADUATE)),
        median_seniority=_median(by_year),
        ages={sex: _ages(ask, by_both, sex) for sex in (MALE, FEMALE)},
        education=_education(ask, educated, families),
        seniority=_bands(ask, by_seniority),
        departments=_departments(ask, tree, top, by_unit),
    )


def _top(ask: Ask, tree: Tree) -> UUID | None:
    """The unit whose parts the department table compares: the first that has several."""
    top = ask.query.unit
    while len(below := tree.children(top)) == 1:
        top = below[0].id
    return top


def _group(
    ask: Ask,
    *by: str,
    measures: Sequence[str] = (),
    unit_depth: int | None = None,
    suppress: int = SMALLEST_CELL,
) -> GroupQuery:
    query = ask.query
    return GroupQuery(
        by=by,
        unit=query.unit,
        subtree=query.subtree,
        filters=query.filters,
        states=query.states,
        measures=tuple(Measure(path) for path in measures),
        unit_depth=unit_depth,
        suppress=suppress,
    )


def narrowed(ask: Ask, conditions: Mapping[str, Iterable[str]]) -> Ask:
    """The question for the people behind a bar."""
    more = {path: AnyOf(frozenset(values)) for path, values in conditions.items()}
    return replace(ask, query=replace(ask.query, filters={**ask.query.filters, **more}))


def within(ask: Ask, path: str, values: Iterable[str]) -> Ask:
    """As :func:`narrowed`, but never wider than what ``ask`` already demands of the path."""
    given = ask.query.filters.get(path)
    wanted = frozenset(values)
    return narrowed(ask, {path: wanted & given.values if isinstance(given, AnyOf) else wanted})


def _ages(ask: Ask, groups: Sequence[Group], sex: str) -> list[Bar]:
    counts = {g.values[0]: g.count for g in groups if g.values[1] == sex}
    return [
        Bar(
            band.key,
            counts.get(band.key, 0),
            narrowed(ask, {AGE_BAND: [band.key], SEX: [sex]}),
        )
        for band in AGE_BANDS
    ]


def _bands(ask: Ask, groups: Sequence[Group]) -> list[Bar]:
    counts = {g.values[0]: g.count for g in groups}
    return [
        Bar(band.key, counts.get(band.key, 0), narrowed(ask, {SENIORITY_BAND: [band.key]}))
        for band in SENIORITY_BANDS
    ]


def _families(table: CodeTable) -> dict[str, str]:
    """Education group by code."""
    found = {}
    for code in table.codes:
        way = list(table.ancestors(code.code))
        names = [key for step in way for key, codes in EDUCATION_GROUPS if step in codes]
        if names:
            found[code.code] = names[0]
    return found


def _educated(groups: Sequence[Group], families: Mapping[str, str]) -> dict[str, int]:
    """People in each education group."""
    counts = {key: 0 for key, _ in EDUCATION_GROUPS}
    for group in groups:
        key = families.get(str(group.values[0]))
        if key is not None:
            counts[key] += group.count or 0
    return counts


def _education(ask: Ask, educated: Mapping[str, int], families: Mapping[str, str]) -> list[Bar]:
    hidden = suppressed({(key,): n for key, n in educated.items() if n}, SMALLEST_CELL)
    return [
        Bar(
            key,
            None if (key,) in hidden else count,
            narrowed(ask, {EDUCATION: [code for code, of in families.items() if of == key]}),
        )
        for key, count in educated.items()
    ]


def _departments(
    ask: Ask,
    tree: Tree,
    top: UUID | None,
    by_unit: Sequence[Sequence[Group]],
) -> list[DepartmentRow]:
    """The units one level below ``top``, largest first."""
    sizes, *parts = by_unit
    totals = {group.values[0]: group for group in sizes}
    women, graduates = (_shares(part, totals) for part in parts)
    rows = [
        DepartmentRow(
            unit.id,
            unit.name,
            total.count,
            women.get(str(unit.id)),
            total.means.get(AGE) if total.count is not None else None,
            total.means.get(SENIORITY) if total.count is not None else None,
            graduates.get(str(unit.id)),
            replace(ask, query=replace(ask.query, unit=unit.id, subtree=True)),
        )
        for unit in tree.children(top)
        if (total := totals.get(str(unit.id))) is not None
    ]
    return sorted(rows, key=lambda row: (-(row.count or 0), row.name))


def _shares(parts: Sequence[Group], totals: Mapping[JSON, Group]) -> dict[str, float]:
    """Share of each unit's people who are in ``parts``; none where a part is suppressed."""
    counts = {group.values[0]: group.count for group in parts}
    return {
        str(unit): count / total.count
        for unit, total in totals.items()
        if total.count and (count := counts.get(unit, 0)) is not None
    }


def _count_of(groups: Sequence[Group], value: str) -> int | None:
    return next((group.count for group in groups if group.values[0] == value), 0)


def _large_enough(count: int) -> int | None:
    return count if count == 0 or count >= SMALLEST_CELL else None


def _mean(groups: Sequence[Group], path: str) -> float | None:
    """The mean over all people who have a value, from the means of their bands."""
    parts = [
        (group.count, mean)
        for group in groups
        if group.count and (mean := group.means.get(path)) is not None
    ]
    people = sum(count for count, _ in parts)
    return sum(count * mean for count, mean in parts) / people if people else None


def _median(groups: Sequence[Group]) -> int | None:
    """The median of whole years over those who have one."""
    years = sorted(
        (int(group.values[0]), group.count or 0)
        for group in groups
        if isinstance(group.values[0], int)
    )
    half, seen = sum(count for _, count in years) / 2, 0
    for year, count in years:
        seen += count
        if seen >= half and half:
            return year
    return None
