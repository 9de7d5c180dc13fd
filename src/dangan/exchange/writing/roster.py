"""A roster view as a workbook, cut to the rights of whoever takes it out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Actor, Scope, Showing, scope
from dangan.dictionary.rules import Dictionary, Field, Json
from dangan.dictionary.values import display, mask
from dangan.dossiers.models import Subject
from dangan.exchange.writing.book import Book, footer
from dangan.organization.rules import Tree
from dangan.roster import queries as roster
from dangan.roster.rules import DERIVED, STATE, Cell, RosterQuery, RosterRow

_PIECE = 2_000
_DEFAULT = (
    "identity.employee_number",
    "identity.name",
    "identity.sex",
    "identity.birth_date",
    "post.unit",
    "post.position",
    "post.joined",
    "identity.highest_education",
    "contact.mobile",
)


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column: ``field`` is the dictionary's (of a derived path, the one it comes from)."""

    path: str
    label: str
    field: Field | None
    scope: Scope | None


def columns_for(
    actor: Actor, paths: Sequence[str], dictionary: Dictionary
) -> tuple[ExportColumn, ...]:
    """The columns of ``paths`` (a usual choice when empty); unknown ones are left out."""
    known = {item.path: item for item in dictionary.roster_fields}
    columns = []
    for path in paths or _DEFAULT:
        if path == STATE:
            columns.append(ExportColumn(path, _("档案状态"), None, None))
            continue
        derived = DERIVED.get(path)
        item = known.get(derived.source if derived else path)
        if item is None:
            continue
        allowed = scope(actor, "export", item.set_key, item.key, item.field_class)
        columns.append(ExportColumn(path, derived.label if derived else item.label, item, allowed))
    return tuple(columns)


def roster_book(
    actor: Actor,
    query: RosterQuery,
    columns: Sequence[ExportColumn],
    *,
    dictionary: Dictionary,
    tree: Tree,
    now: datetime,
    picked: Collection[UUID] | None = None,
) -> tuple[bytes, list[UUID]]:
    """The workbook's bytes and the people in it."""
    book = Book()
    sheet = book.sheet(_("花名册"))
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column.label, book.heading)
        sheet.set_column(position, position, _width(column))
    texts = _Texts(dictionary, tree)
    rows = [row for row in _rows(actor, query, columns) if picked is None or row.subject in picked]
    count = len(rows)
    for number, row in enumerate(rows, 1):
        path = tree.path_of(row.unit)
        for position, column in enumerate(columns):
            book.write(sheet, number, position, texts.text(row, path, column))
    sheet.freeze_panes(1, 0)
    if columns and count:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    when = now.strftime("%Y-%m-%d %H:%M")
    sheet.set_footer(
        footer(_("导出人：{name}　{when}　共 {count} 人").format(
            name=actor.name, when=when, count=count
        ))
    )  # fmt: skip
    return book.close(), [row.subject for row in rows]


def _rows(actor: Actor, query: RosterQuery, columns: Sequence[ExportColumn]) -> list[RosterRow]:
    rows: list[RosterRow] = []
    asked = tuple(column.path for column in columns)
    total = 1
    while len(rows) < total:
        part = replace(query, columns=asked, offset=len(rows), limit=_PIECE)
        page = roster.page(actor, part)
        if not page.rows:
            break
        rows += page.rows
        total = page.total
    return rows


class _Texts:
    """Cells as text; what the export right masks or hides is masked or hidden here too."""

    def __init__(self, dictionary: Dictionary, tree: Tree) -> None:
        self._dictionary = dictionary
        self._tree = tree
        self._known: dict[tuple[str, object], str] = {}
        self._states = _state_labels()

    def text(self, row: RosterRow, path: tuple[UUID, ...], column: ExportColumn) -> str:
        if column.field is None or column.scope is None:
            return self._states.get(row.state, row.state)
        cell: Cell | None = row.cells.get(column.path)
        if cell is None or cell.showing is Showing.HIDDEN or cell.value is None:
            return ""
        allowed = column.scope.showing(row.subject, path)
        if allowed is Showing.HIDDEN:
            return ""
        if cell.showing is Showing.MASKED:
            return str(cell.value)
        if allowed is Showing.MASKED:
            return "" if column.path in DERIVED else mask(column.field, cell.value)
        return self._plain(column, cell.value)

    def _plain(self, column: ExportColumn, value: Json) -> str:
        if column.path in DERIVED:
            derived = DERIVED[column.path]
            labels = {band.key: band.label for band in derived.bands}
            return labels.get(str(value), str(value))
        key = (column.path, value)
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._displayed(column.field, value)
        return self._known[key]

    def _displayed(self, item: Field | None, value: Json) -> str:
        if item is None:
            return ""
        if item.type == "unit":
            return self._tree.full_label(UUID(str(value)))
        if item.type == "subject":
            return roster.names([UUID(str(value))]).get(UUID(str(value)), "")
        return display(item, value, dictionary=self._dictionary)


def _state_labels() -> Mapping[str, str]:
    return {str(key): str(label) for key, label in Subject.State.choices}


def _width(column: ExportColumn) -> int:
    if column.field is None:
        return 10
    wide = {"unit": 28, "id_number": 22, "phone": 15, "email": 24, "bank_account": 24}
    if column.path.endswith((".address", ".full_title")):
        return 36
    return wide.get(column.field.type, max(10, 2 * len(column.label) + 2))
