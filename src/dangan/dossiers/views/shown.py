"""What the dossier pages show, worked out before the template: facts, tables, tabs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from dangan.access.rules import Showing
from dangan.dictionary.rules import OPEN_END, Field, InfoSet
from dangan.dossiers.queries import CellView, DossierView, RowView, SetView
from dangan.ui.languages import label as in_language

if TYPE_CHECKING:
    from dangan.dossiers.models import Subject

FACTS = (
    "identity.employee_number",
    "identity.sex",
    "post.joined",
    "identity.id_number",
    "identity.birth_date",
    "identity.ethnicity",
    "contract.end",
    "contact.mobile",
    "identity.highest_education",
    "identity.political_status",
    "professional_title.title",
    "contact.email",
)
"""What the head of a dossier tells, row by row; what is hidden or empty leaves its place."""

TABLE_COLUMNS = 6
"""Fields of a many-row set that stand in the table; the rest unfolds beneath the row."""

NARROW_TYPES = frozenset({"long_text", "image", "url"})
UNLISTED_TYPES = frozenset({"image"})
"""The picture stands in the head, not among the words."""

SET_ICONS: Mapping[str, str] = {
    "identity": "user",
    "contact": "phone",
    "post": "briefcase",
    "education": "school",
    "degree": "certificate",
    "work_experience": "building",
    "training": "presentation",
    "professional_title": "certificate",
    "qualification": "license",
    "language": "language",
    "assessment": "clipboard-check",
    "reward": "award",
    "discipline": "alert-octagon",
    "political": "flag",
    "contract": "file-text",
    "pay": "cash",
    "bank_account": "credit-card",
    "family": "users",
    "health": "heartbeat",
    "background_check": "shield-check",
    "secrecy_agreement": "lock",
}


FACT_LABELS: Mapping[str, str | Promise] = {
    "identity.id_number": _lazy("身份证号"),
    "contract.end": _lazy("合同期限"),
    "contact.mobile": _lazy("手机"),
    "professional_title.title": _lazy("职称"),
}
"""Shorter names in the head, where four columns must fit."""


def label(thing: Field | InfoSet) -> str:
    """A field's or set's label in the reader's language."""
    return in_language(thing.label, thing.label_en)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell with where its eye leads; ``ident`` names its place on the page."""

    cell: CellView
    label: str
    ident: str
    reveal_url: str = ""
    extra: str = ""
    long: bool = False
    words: str = ""
    title: bool = False

    @property
    def text(self) -> str:
        return self.words or self.cell.text

    @property
    def masked(self) -> bool:
        return self.cell.showing is Showing.MASKED and bool(self.cell.text)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a table: its columns, what unfolds, and what one may do with it."""

    row: UUID
    version: int
    valid_from: date
    columns: tuple[ShownCell, ...]
    more: tuple[ShownCell, ...]
    edit_url: str = ""
    delete_url: str = ""
    history_url: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One information set in the navigation of a dossier."""

    key: str
    label: str
    icon: str
    url: str
    current: bool
    count: int
    count_text: str
    bare: bool


@dataclass(frozen=True, slots=True)
class ShownSet:
    """The open information set."""

    key: str
    label: str
    help: str
    multiple: bool
    heads: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    add_url: str
    history_url: str

    @property
    def single(self) -> ShownRow | None:
        """The row of a single-row set."""
        return self.rows[0] if self.rows and not self.multiple else None


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the actor may go from a dossier; decided once, kept out of the templates."""

    edit: bool
    history: bool
    as_of: date | None = None

    def query(self, **given: str) -> str:
        """A query string that keeps the day."""
        if self.as_of:
            given = {**given, "as_of": self.as_of.isoformat()}
        return "?" + "&".join(f"{key}={value}" for key, value in given.items()) if given else ""


def shown_cell(subject: UUID, row: RowView, cell: CellView, place: str) -> ShownCell:
    """A cell as it stands in the part of the page called ``place``."""
    set_key = cell.field.set_key
    ident = f"{place}-{set_key}-{cell.field.key}-{str(row.row)[:8]}".replace("_", "-")
    url = ""
    if cell.showing is Showing.MASKED and cell.text and cell.may_reveal:
        url = (
            reverse("dossiers:reveal", args=[subject, set_key, row.row, cell.field.key])
            + f"?at={ident}"
        )
    return ShownCell(cell, label(cell.field), ident, url, long=cell.field.type == "long_text")


def facts(view: DossierView, today: date) -> list[ShownCell]:
    """The head's key facts, as far as the actor sees them."""
    found = []
    for path in FACTS:
        set_key, _dot, key = path.partition(".")
        row = view.current.get(set_key)
        cell = row.cell(key) if row else None
        if row is None or cell is None or not cell.text:
            continue
        shown = shown_cell(view.subject, row, cell, "f")
        found.append(
            replace(
                shown,
                label=str(FACT_LABELS.get(path, shown.label)),
                extra=_extra(path, cell, today),
                words=_words(path, cell),
            )
        )
    return found


def _words(path: str, cell: CellView) -> str:
    """What a value is called in the head, where it differs."""
    if path != "contract.end" or cell.showing is not Showing.PLAIN:
        return ""
    return _("无固定期限") if cell.value == OPEN_END else _("至 {day}").format(day=cell.text)


def _extra(path: str, cell: CellView, today: date) -> str:
    """Age beside the birth date, length of service beside the day of joining."""
    if cell.showing is not Showing.PLAIN or not isinstance(cell.value, str):
        return ""
    if path == "identity.birth_date":
        whole = months_between(cell.value, today)
        return _("（{n} 岁）").format(n=whole // 12) if whole else ""
    if path == "post.joined":
        return length_of_time(cell.value, today)
    return ""


def months_between(begin: str, end: date) -> int:
    """Full months from an ISO date, which may lack day or month, to ``end``; 0 if not before."""
    parts = [int(part) for part in begin.split("-")] + [1, 1]
    year, month, day = parts[0], parts[1], parts[2]
    return max(0, (end.year - year) * 12 + end.month - month - (1 if end.day < day else 0))


def length_of_time(begin: str, end: date) -> str:
    """（10 年 4 个月）; empty for a beginning that has not come."""
    months = months_between(begin, end)
    if months >= 12 and months % 12:
        return _("（{years} 年 {months} 个月）").format(years=months // 12, months=months % 12)
    if months >= 12:
        return _("（{years} 年）").format(years=months // 12)
    return _("（{months} 个月）").format(months=months) if months else ""


def tabs(view: DossierView, current: str, ways: Ways) -> list[Tab]:
    """One tab a set, in the dictionary's order; counts only where rows are counted."""
    base = reverse("dossiers:dossier", args=[view.subject])
    found = []
    for key, item in view.sets.items():
        count = len(item.rows)
        found.append(
            Tab(
                key=key,
                label=label(item.info_set),
                icon=SET_ICONS.get(key, "folder"),
                url=base + ways.query(set=key),
                current=key == current,
                count=count if item.info_set.multiple else 0,
                count_text=_("{n} 条").format(n=count) if item.info_set.multiple and count else "",
                bare=count == 0,
            )
        )
    return found


def shown_set(view: DossierView, item: SetView, ways: Ways) -> ShownSet:
    """The open set: a grid for one row, a table for many."""
    info_set = item.info_set
    listed = tuple(field for field in item.fields if field.type not in UNLISTED_TYPES)
    heads = _columns(item) if info_set.multiple else listed
    may_edit = ways.edit and item.may_edit
    frame = _Frame(
        subject=view.subject,
        set_key=info_set.key,
        heads=tuple(heads),
        may_edit=may_edit,
        may_compare=ways.history,
        multiple=info_set.multiple,
        title=next(iter(info_set.title_fields), ""),
    )
    rows = tuple(_shown_row(frame, row) for row in item.rows)
    add = may_edit and (info_set.multiple or not item.rows)
    history = reverse("dossiers:history", args=[view.subject]) + f"?set={info_set.key}"
    return ShownSet(
        key=info_set.key,
        label=label(info_set),
        help=in_language(info_set.help, info_set.help_en) if info_set.help else "",
        multiple=info_set.multiple,
        heads=_head_labels(heads) if info_set.multiple else tuple(label(head) for head in heads),
        rows=rows,
        add_url=reverse("dossiers:add", args=[view.subject, info_set.key]) if add else "",
        history_url=history if ways.history else "",
    )


def _is_period(heads: Sequence[Field]) -> bool:
    """Whether the table begins with a start and an end: they read as one column."""
    return [head.key for head in heads[:2]] == ["start", "end"]


def _head_labels(heads: Sequence[Field]) -> tuple[str, ...]:
    if not _is_period(heads):
        return tuple(label(head) for head in heads)
    return (_("起止年月"), *(label(head) for head in heads[2:]))


def _period(cells: Sequence[ShownCell]) -> list[ShownCell]:
    """2009-09 至 2013-06 in one cell, when neither end is masked."""
    start, end, *rest = cells
    if start.masked or end.masked or not (start.text or end.text):
        words = start.text
    else:
        words = _("{start} 至 {end}").format(start=start.text or "…", end=end.text or "…")
    return [replace(start, label=_("起止年月"), words=words), *rest]


def _columns(item: SetView) -> tuple[Field, ...]:
    """Which fields make the table: period and title first, then what is filled most."""
    fits = [field for field in item.fields if field.type not in NARROW_TYPES]
    first = [key for key in ("start", "end") if any(f.key == key for f in fits)]
    wanted = {*first, *item.info_set.title_fields}
    filled = {
        field.key: sum(1 for row in item.rows if (cell := row.cell(field.key)) and cell.text)
        for field in fits
    }

    def rank(field: Field) -> tuple[bool, bool, bool]:
        return field.key not in wanted, not field.expected, not filled[field.key]

    chosen = {field.key for field in sorted(fits, key=rank)[: TABLE_COLUMNS + len(first) // 2]}
    listed = [field for field in fits if field.key in chosen]
    return tuple(sorted(listed, key=lambda field: field.key not in first))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all rows of a table have in common."""

    subject: UUID
    set_key: str
    heads: tuple[Field, ...]
    may_edit: bool
    may_compare: bool
    multiple: bool
    title: str


def _shown_row(frame: _Frame, row: RowView) -> ShownRow:
    keys = {field.key for field in frame.heads}
    cells = {cell.field.key: shown_cell(frame.subject, row, cell, "c") for cell in row.cells}
    where = [frame.subject, frame.set_key, row.row]
    may_edit = frame.may_edit
    columns = [cells[field.key] for field in frame.heads if field.key in cells]
    if frame.multiple and _is_period(frame.heads):
        columns = _period(columns)
    return ShownRow(
        row=row.row,
        version=row.version,
        valid_from=row.valid_from,
        columns=tuple(replace(cell, title=cell.cell.field.key == frame.title) for cell in columns),
        more=tuple(cell for key, cell in cells.items() if key not in keys and cell.text),
        edit_url=reverse("dossiers:edit", args=where) if may_edit else "",
        delete_url=reverse("dossiers:delete", args=where) if may_edit else "",
        history_url=reverse("dossiers:compare", args=[frame.subject, row.row])
        if frame.may_compare
        else "",
    )


def text_of(view: DossierView, path: str) -> str:
    """The current text of ``path`` as the actor sees it, empty when hidden."""
    set_key, _dot, key = path.partition(".")
    row = view.current.get(set_key)
    cell = row.cell(key) if row else None
    return cell.text if cell else ""


def state_choices(states: Iterable[str], kinds: type[Subject.State]) -> list[tuple[str, str]]:
    """States as choices of a form, in the order of a dossier's life."""
    wanted = set(states)
    return [(value, str(kind_label)) for value, kind_label in kinds.choices if value in wanted]
