"""The roster page as its templates draw it: columns, rows, conditions, tree and tabs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor, Showing, scope
from dangan.dictionary.rules import Code, CodeTable, Dictionary
from dangan.organization.rules import Tree
from dangan.roster import forms
from dangan.roster.forms import ACTIVE_STATES, LEFT_STATES, Ask, Kind
from dangan.roster.rules import (
    DERIVED,
    NAME,
    STATE,
    AnyOf,
    Between,
    Contains,
    Empty,
    RosterPage,
    RosterQuery,
    RosterRow,
)
from dangan.roster.wording import Wording

MANY_CODES = 60
"""A table with more codes offers only its top level; below it counts too."""
TREE_OPEN_DEPTH = 1
ON_PROBATION = "2"
STATUS_MARKS = {
    "1": "ok",
    ON_PROBATION: "run",
    "3": "run",
    "4": "run",
    "5": "off",
    "6": "off",
    "7": "off",
    "8": "off",
    "9": "draft",
}
"""The mark of each code of the employment status table."""

WIDTHS = {
    "date": 96,
    "partial_date": 96,
    "open_date": 96,
    "code": 96,
    "integer": 76,
    "decimal": 88,
    "money": 100,
    "boolean": 60,
    "unit": 112,
    "subject": 96,
    "phone": 104,
    "id_number": 168,
    "email": 180,
    "text": 108,
    "long_text": 200,
}
NARROW = {
    NAME: 122,
    "identity.sex": 56,
    "identity.employee_number": 76,
    STATE: 96,
    "post.status": 92,
    "derived.age": 60,
    "derived.seniority": 60,
    "derived.service": 60,
}


@dataclass(frozen=True, slots=True)
class Column:
    path: str
    label: str
    width: int
    order: str  # "", "ascending" or "descending"
    number: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell in words. ``showing`` as the rights say; ``text`` is empty for no value."""

    column: Column
    showing: str
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One person; ``cells`` are those after the name."""

    subject: UUID
    name: str
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A chip over the list and what its popover offers."""

    path: str
    label: str
    kind: str
    summary: str
    options: tuple[Option, ...] = ()
    low: str = ""
    high: str = ""
    text: str = ""
    has: str = ""
    opened: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.summary)


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the column chooser; ``right`` is plain, masked or hidden."""

    path: str
    label: str
    chosen: bool
    right: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class Twig:
    """A unit in the tree with everyone in its branch whom the asker may list."""

    id: UUID
    name: str
    count: int | None
    chosen: bool
    unfolded: bool
    children: tuple[Twig, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    name: str
    count: int
    current: bool
    own: bool


BUILTIN_TABS = {
    "active": gettext_lazy("全部在职"),
    "probation": gettext_lazy("试用期"),
    "joined": gettext_lazy("本年入职"),
    "left": gettext_lazy("已离职"),
    "all": gettext_lazy("全部人员"),
}


def builtin(key: str, today: date) -> Ask | None:
    """The state behind a tab that everybody has."""
    if key == "active":
        query = RosterQuery(states=ACTIVE_STATES)
    elif key == "probation":
        filters = {"post.status": AnyOf(frozenset({ON_PROBATION}))}
        query = RosterQuery(states=ACTIVE_STATES, filters=filters)
    elif key == "joined":
        start = Between(f"{today.year}-01-01", None)
        query = RosterQuery(
            states=ACTIVE_STATES,
            filters={"post.joined": start},
            sort="post.joined",
            descending=True,
        )
    elif key == "left":
        query = RosterQuery(states=LEFT_STATES)
    elif key == "all":
        query = RosterQuery()
    else:
        return None
    return Ask(query, view=key)


def columns_of(query: RosterQuery, words: Wording) -> tuple[Column, ...]:
    """The columns in their order, with the sorted one marked."""
    return tuple(_column(path, query, words) for path in query.columns)


def lines_of(page: RosterPage, columns: Sequence[Column], words: Wording) -> list[Line]:
    return [_line(row, columns, words) for row in page.rows]


def conditions_of(
    ask: Ask,
    words: Wording,
    readable: frozenset[str],
    always: Sequence[str] = forms.SHOWN_CONDITIONS,
) -> list[Condition]:
    """Chips: those always shown, those set, those just opened; only what the asker can read."""
    states = () if ask.query.states in {None, ACTIVE_STATES} else (STATE,)
    asked = (*states, *always, *ask.query.filters, *ask.opened)
    paths = [path for path in dict.fromkeys(asked) if path in readable]
    found = [_condition(path, ask, words) for path in paths]
    return [item for item in found if item is not None]


def addable_of(ask: Ask, words: Wording, readable: frozenset[str]) -> list[Option]:
    """What ＋条件 offers: readable columns that have no chip yet."""
    shown = {*forms.SHOWN_CONDITIONS, *ask.query.filters, *ask.opened}
    paths = (*forms.known_columns(words.dictionary), *(p for p, d in DERIVED.items() if d.bands))
    return [
        Option(path, words.label(path), chosen=False)
        for path in paths
        if path not in shown and path in readable and forms.kind_of(path, words.dictionary)
    ]


def rights_of(actor: Actor, dictionary: Dictionary) -> dict[str, Showing]:
    """The best showing that the asker has anywhere, by path."""
    found: dict[str, Showing] = {STATE: Showing.PLAIN}
    for path in (*forms.known_columns(dictionary), *DERIVED):
        field = forms.field_of(path, dictionary)
        if field is None:
            continue
        reach = scope(actor, "read", field.set_key, field.key, field.field_class)
        if reach.plain:
            found[path] = Showing.PLAIN
        elif reach.masked:
            found[path] = Showing.MASKED if path not in DERIVED else Showing.HIDDEN
        else:
            found[path] = Showing.HIDDEN
    return found


def readable_of(rights: Mapping[str, Showing]) -> frozenset[str]:
    """Paths on which a condition or an order can tell anything at all."""
    return frozenset(path for path, showing in rights.items() if showing is Showing.PLAIN)


def choices_of(query: RosterQuery, words: Wording, rights: Mapping[str, Showing]) -> list[Choice]:
    """The column chooser: chosen ones in their order, then the others."""
    known = forms.known_columns(words.dictionary)
    others = [path for path in known if path not in query.columns]
    return [
        Choice(
            path,
            words.label(path),
            chosen=path in query.columns,
            right=str(rights.get(path, Showing.HIDDEN)),
            fixed=path == NAME,
        )
        for path in (*query.columns, *others)
    ]


def tree_of(tree: Tree, counts: Mapping[UUID, int] | None, chosen: UUID | None) -> list[Twig]:
    """The units with people the asker may list; the branch of the chosen one is unfolded."""
    totals = _totals(tree, counts) if counts is not None else None
    return _Twigs(tree, totals, chosen).below(None, 0)


def advice(ask: Ask, words: Wording, left: Sequence[int]) -> tuple[str, str, int] | None:
    """For an empty list: (path, sentence, people) of the condition to drop.

    ``left`` holds the counts without each of ``forms.conditions(ask)``. The best is the one that
    leaves most people; none when dropping any single one still finds nobody.
    """
    paths = forms.conditions(ask)
    path, count = max(zip(paths, left, strict=True), key=lambda pair: pair[1], default=("", 0))
    if not count:
        return None
    return path, _sentence(path, ask, words), count


def _sentence(path: str, ask: Ask, words: Wording) -> str:
    if path == "q":
        return ask.query.text
    condition = _condition(path, ask, words)
    if condition is None:
        return words.label(path)
    return _("{label}：{value}").format(label=condition.label, value=condition.summary)


def _column(path: str, query: RosterQuery, words: Wording) -> Column:
    field = forms.field_of(path, words.dictionary)
    kind = field.type if field else "text"
    order = ("descending" if query.descending else "ascending") if path == query.sort else ""
    number = path in DERIVED or kind in {"integer", "decimal", "money"}
    width = NARROW.get(path) or WIDTHS.get(kind, 120)
    if words.language.startswith("en"):
        width = width * 4 // 3
    return Column(path, words.label(path), width, order, number)


def _line(row: RosterRow, columns: Sequence[Column], words: Wording) -> Line:
    name, *cells = (_shown(row, column, words) for column in columns)
    return Line(row.subject, name.text, tuple(cells))


def _shown(row: RosterRow, column: Column, words: Wording) -> Shown:
    if column.path == STATE:
        return Shown(column, "plain", words.value(STATE, row.state), row.state)
    cell = row.cells[column.path]
    if cell.showing is Showing.PLAIN:
        mark = STATUS_MARKS.get(str(cell.value), "") if column.path == "post.status" else ""
        return Shown(column, "plain", words.value(column.path, cell.value), mark)
    text = "" if cell.value is None else str(cell.value)
    return Shown(column, str(cell.showing), text)


def _condition(path: str, ask: Ask, words: Wording) -> Condition | None:
    kind = forms.kind_of(path, words.dictionary)
    if kind is None:
        return None
    label, item = words.label(path), ask.query.filters.get(path)
    opened = path in ask.opened
    if isinstance(item, Empty):
        summary = _("为空") if item.empty else _("不为空")
        has = "0" if item.empty else "1"
        options = _options(path, frozenset(), words) if kind is Kind.CODES else ()
        return Condition(path, label, str(kind), summary, options, has=has, opened=opened)
    if kind in {Kind.CODES, Kind.STATES}:
        values = item.values if isinstance(item, AnyOf) else frozenset()
        if kind is Kind.STATES:
            values = ask.query.states or frozenset()
        options = _options(path, values, words)
        return Condition(path, label, str(kind), _chosen(options), options, opened=opened)
    if isinstance(item, Between):
        low, high = str(item.low or ""), str(item.high or "")
        return Condition(path, label, str(kind), _between(low, high), low=low, high=high)
    text = item.text if isinstance(item, Contains) else ""
    return Condition(path, label, str(kind), text, text=text, opened=opened)


def _options(path: str, chosen: frozenset[str], words: Wording) -> tuple[Option, ...]:
    values: Iterable[str]
    if path == STATE:
        values = forms.ALL_STATES
    elif path in DERIVED:
        values = [band.key for band in DERIVED[path].bands]
    else:
        field = words.dictionary.field(path)
        if field.type == "boolean":
            return tuple(
                Option(value, words.value(path, value == "true"), value in chosen)
                for value in ("true", "false")
            )
        values = [code.code for code in _offered(words.dictionary.table_of(field), chosen)]
    return tuple(Option(value, words.value(path, value), value in chosen) for value in values)


def _offered(table: CodeTable, chosen: frozenset[str]) -> list[Code]:
    if len(table.choices) <= MANY_CODES:
        return list(table.choices)
    return [code for code in table.choices if not code.parent or code.code in chosen]


def _chosen(options: Sequence[Option]) -> str:
    labels = [option.label for option in options if option.chosen]
    if len(labels) > 3:
        return _("{first}等 {count} 项").format(first=_("、").join(labels[:2]), count=len(labels))
    return _("、").join(labels)


def _between(low: str, high: str) -> str:
    if low and high:
        return _("{low} 至 {high}").format(low=low, high=high)
    return _("{low} 起").format(low=low) if low else _("至 {high}").format(high=high)


def _totals(tree: Tree, counts: Mapping[UUID, int]) -> dict[UUID, int]:
    totals: dict[UUID, int] = {}
    for unit, count in counts.items():
        for above in tree.path_of(unit):
            totals[above] = totals.get(above, 0) + count
    return totals


class _Twigs:
    def __init__(self, tree: Tree, totals: Mapping[UUID, int] | None, chosen: UUID | None) -> None:
        self._tree, self._totals, self._chosen = tree, totals, chosen
        self._way = frozenset(tree.path_of(chosen))

    def below(self, parent: UUID | None, depth: int) -> list[Twig]:
        """The units under ``parent`` that have people in their branch."""
        found = []
        for node in self._tree.children(parent):
            count = None if self._totals is None else self._totals.get(node.id, 0)
            if count == 0:
                continue
            children = tuple(self.below(node.id, depth + 1))
            unfolded = depth < TREE_OPEN_DEPTH or node.id in self._way
            chosen = node.id == self._chosen
            found.append(Twig(node.id, node.name, count, chosen, unfolded, children))
        return found
