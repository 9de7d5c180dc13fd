"""Opening a dossier: absent and out of reach look alike (:class:`Absent`), every look is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import translation

from dangan.access import brakes
from dangan.access.rules import (
    Absent,
    Actor,
    Showing,
    field_showings,
    reach,
    require,
)
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary import values as field_values
from dangan.dictionary.rules import Dictionary, Field, InfoSet, Json
from dangan.dossiers.completeness import Completeness, score
from dangan.dossiers.models import Portrait, Record, Subject
from dangan.dossiers.opening import (
    open_rows,
    open_values,
    portrait_place,
)
from dangan.dossiers.rules import Row, Values, Version, as_of, current_row
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import queries as roster_queries
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed, SubjectKey, unseal


@dataclass(frozen=True, slots=True)
class CellView:
    """One field of one row as the actor sees it. ``value`` only when shown plain."""

    field: Field
    showing: Showing
    text: str
    value: Json | None = None
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One row; ``cells`` in the order of the set's fields, hidden ones left out."""

    row: UUID
    version: int
    valid_from: date
    change: int
    cells: tuple[CellView, ...]

    def cell(self, key: str) -> CellView | None:
        """The cell of field ``key``, None when hidden from the actor."""
        return next((cell for cell in self.cells if cell.field.key == key), None)


@dataclass(frozen=True, slots=True)
class SetView:
    """An information set of a dossier: its visible fields and rows."""

    info_set: InfoSet
    fields: tuple[Field, ...]
    rows: tuple[RowView, ...]
    may_edit: bool


@dataclass(frozen=True, slots=True)
class DossierView:
    """A dossier as the actor may see it; sets without any visible field are left out."""

    subject: UUID
    name: str
    state: str
    unit: UUID | None
    unit_path: tuple[UUID, ...]
    version: int
    as_of: date | None
    own: bool
    sets: Mapping[str, SetView]
    current: Mapping[str, RowView]
    completeness: Completeness | None


class Words:
    """How values read: codes by name, units and people by name, in the reader's language."""

    def __init__(self, dictionary: Dictionary, tree: Tree) -> None:
        self.dictionary = dictionary
        self.tree = tree
        self._people: dict[UUID, str] = {}

    def learn(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Looks up all people that ``rows`` name at once, instead of one by one."""
        named = {
            UUID(str(row.values[item.key]))
            for key, items in rows.items()
            for item in self.dictionary.sets[key].fields
            if item.type == "subject"
            for row in items
            if row.values.get(item.key)
        }
        self._people |= roster_queries.names(named, self.dictionary) if named else {}

    def display(self, item: Field, value: Json) -> str:
        if item.type == "unit":
            unit = UUID(str(value))
            return self.tree.full_label(unit) if unit in self.tree.nodes else ""
        if item.type == "subject":
            person = UUID(str(value))
            if person not in self._people:
                self._people |= roster_queries.names([person], self.dictionary)
            return self._people.get(person, "")
        if item.type == "image":
            return translation.gettext("已上传")
        language = translation.get_language() or "zh-hans"
        return field_values.display(item, value, dictionary=self.dictionary, language=language)


class Opened:
    """A dossier opened for one request: everything the pages and verbs need to decide."""

    def __init__(self, actor: Actor, subject: Subject, key: SubjectKey) -> None:
        self.actor = actor
        self.subject = subject
        self.key = key
        self.dictionary = dictionary_queries.current()
        self.tree: Tree = organization_queries.tree()
        self.words = Words(self.dictionary, self.tree)
        self.unit_path = self.tree.path_of(subject.unit) if subject.unit else ()
        self._showings: dict[tuple[str, str], Mapping[str, Showing]] = {}

    def showings(self, info_set: InfoSet, action: str = "read") -> Mapping[str, Showing]:
        """How each field comes out; worked out once a request."""
        found = self._showings.get((info_set.key, action))
        if found is None:
            found = field_showings(self.actor, self.subject.id, self.unit_path, info_set, action)
            self._showings[info_set.key, action] = found
        return found

    def may_edit(self, info_set: InfoSet) -> bool:
        """Whether the actor may edit at least one field of the set."""
        return Showing.PLAIN in self.showings(info_set, "edit").values()

    def changeable(self, info_set: InfoSet, rights: Sequence[str]) -> tuple[Field, ...]:
        """The fields of the set for which the actor holds one of ``rights``."""
        held = [self.showings(info_set, action) for action in rights]
        return tuple(
            item
            for item in info_set.fields
            if any(showings.get(item.key) is Showing.PLAIN for showings in held)
        )

    def rows(self) -> dict[str, list[Row]]:
        return open_rows({self.subject.id: self.key}, self.dictionary)[self.subject.id]


def open_subject(actor: Actor, subject: UUID) -> Opened:
    """The dossier, if it exists, its key lives and it lies within the actor's reach.

    Raises :class:`Absent` otherwise, and notes the refusal when there was something to refuse;
    :class:`~dangan.access.brakes.Braked` when the actor has opened as many as they may.
    """
    require(actor, "dossier.open")
    stored = Subject.objects.filter(id=subject).first()
    if stored is None:
        raise Absent
    try:
        opened = Opened(actor, stored, vault_queries.key_of(subject))
    except KeyDestroyed as error:
        raise Absent from error
    if not reach(actor).contains(subject, opened.unit_path):
        actor.trail.add(Event(action="dossier.read", outcome="refused", subject=subject))
        raise Absent
    brakes.ask(actor, "open", subject)
    return opened


def open_dossier(
    actor: Actor,
    subject: UUID,
    *,
    as_of: date | None = None,
    sets: Sequence[str] | None = None,
    opened: Opened | None = None,
) -> DossierView:
    """The dossier today or as it stood on ``as_of``; ``sets`` limits which rows are listed.

    ``opened`` saves opening it twice in one request. Raises :class:`Absent`. Notes one
    ``dossier.read`` event naming the sets shown.
    """
    opened = opened or open_subject(actor, subject)
    rows = opened.rows() if as_of is None else _rows_as_of(opened, as_of)
    opened.words.learn(rows)
    shown = {
        info_set.key: _set_view(opened, info_set, rows.get(info_set.key, []))
        for info_set in opened.dictionary.sets.values()
    }
    visible = {key: view for key, view in shown.items() if view.fields}
    listed = [key for key in visible if sets is None or key in sets]
    actor.trail.add(
        Event(
            action="dossier.read",
            subject=subject,
            object=",".join(listed),
            reason=actor.purpose,
            facts={"as_of": as_of.isoformat()} if as_of else {},
        )
    )
    return DossierView(
        subject=subject,
        name=name_of(rows),
        state=opened.subject.state,
        unit=opened.subject.unit,
        unit_path=opened.unit_path,
        version=opened.subject.version,
        as_of=as_of,
        own=actor.subject == subject,
        sets=visible,
        current=_current(opened.dictionary, visible, rows),
        completeness=score(rows, opened.dictionary) if as_of is None else None,
    )


def name_of(rows: Mapping[str, Sequence[Row]]) -> str:
    identity = rows.get("identity") or ()
    return str(identity[0].values.get("name") or "") if identity else ""


def name_in(opened: Opened) -> str:
    """The person's name as it is now."""
    subject = opened.subject.id
    rows = open_rows({subject: opened.key}, opened.dictionary, ["identity"])[subject]
    return name_of(rows)


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """One cell of a dossier, with the name of the person."""

    cell: CellView
    name: str


def cell_of(opened: Opened, info_set_key: str, row: UUID, field: str) -> PlacedCell:
    """One current cell as the actor sees it. Raises :class:`Absent` when it is not there."""
    info_set = opened.dictionary.sets.get(info_set_key)
    subject = opened.subject.id
    rows = open_rows({subject: opened.key}, opened.dictionary, ["identity", info_set_key])[subject]
    if info_set is None:
        raise Absent
    view = _set_view(opened, info_set, rows.get(info_set_key, ()))
    shown = next((item for item in view.rows if item.row == row), None)
    cell = shown.cell(field) if shown else None
    if cell is None or not cell.text:
        raise Absent
    return PlacedCell(cell, name_of(rows))


def _current(
    dictionary: Dictionary, visible: Mapping[str, SetView], rows: Mapping[str, Sequence[Row]]
) -> dict[str, RowView]:
    found: dict[str, RowView] = {}
    for key, view in visible.items():
        row = current_row(dictionary.sets[key], rows.get(key, ()))
        match = next((item for item in view.rows if row and item.row == row.row), None)
        if match:
            found[key] = match
    return found


def _set_view(opened: Opened, info_set: InfoSet, rows: Sequence[Row]) -> SetView:
    showings = opened.showings(info_set)
    fields = tuple(
        item for item in info_set.fields if showings.get(item.key) not in (None, Showing.HIDDEN)
    )
    reveal = opened.showings(info_set, "reveal") if fields else {}
    views = tuple(
        RowView(
            row=row.row,
            version=row.version,
            valid_from=row.valid_from,
            change=row.change,
            cells=tuple(
                cell_view(
                    item,
                    row.values.get(item.key),
                    showings[item.key],
                    opened.words,
                    may_reveal=reveal.get(item.key) is Showing.PLAIN,
                )
                for item in fields
            ),
        )
        for row in _sorted(info_set, rows)
    )
    return SetView(info_set, fields, views, opened.may_edit(info_set))


def _sorted(info_set: InfoSet, rows: Sequence[Row]) -> list[Row]:
    """Latest first by the set's own order, then as they were entered."""
    if not info_set.sort_by:
        return list(rows)
    key = info_set.sort_by
    return sorted(rows, key=lambda row: str(row.values.get(key) or ""), reverse=True)


def cell_view(
    item: Field,
    value: Json | None,
    showing: Showing,
    words: Words,
    *,
    may_reveal: bool = False,
) -> CellView:
    """One value as ``showing`` allows; an empty value is empty for everyone."""
    if value is None or value == "":
        return CellView(item, showing, "")
    if showing is Showing.PLAIN:
        return CellView(item, showing, words.display(item, value), value)
    if showing is Showing.MASKED:
        return CellView(item, showing, field_values.mask(item, value), may_reveal=may_reveal)
    return CellView(item, Showing.HIDDEN, "")


def stored_versions(opened: Opened, **where: Any) -> list[tuple[str, Version, int]]:
    """Stored versions in the order they were recorded: (set, version, change)."""
    stored = (
        Record.objects.filter(subject=opened.subject, **where)
        .order_by("change_id", "id")
        .values_list("info_set", "row", "version", "deleted", "valid_from", "change_id", "sealed")
    )
    return [
        (
            info_set,
            Version(
                row,
                version,
                None if deleted else open_values(opened.key, info_set, row, version, sealed),
                valid_from,
            ),
            change,
        )
        for info_set, row, version, deleted, valid_from, change, sealed in stored
    ]


def _rows_as_of(opened: Opened, day: date) -> dict[str, list[Row]]:
    by_set: dict[str, list[Version]] = {}
    change_of: dict[tuple[UUID, int], int] = {}
    for info_set, version, change in stored_versions(opened):
        by_set.setdefault(info_set, []).append(version)
        change_of[version.row, version.version] = change
    return {
        info_set: [
            Row(v.row, v.values or {}, v.version, v.valid_from, change_of[v.row, v.version])
            for v in as_of(versions, day)
        ]
        for info_set, versions in by_set.items()
        if info_set in opened.dictionary.sets
    }


@dataclass(frozen=True, slots=True)
class RowForEdit:
    """A row as a form needs it: ``values`` only of fields the actor may edit;
    ``read_only`` the cells of fields that may be seen but not edited.

    A field may be the actor's to edit and still be masked for reading: ``seen`` tells what may
    be shown of every field, ``values`` then serves comparing and must not reach the page.
    """

    info_set: InfoSet
    row: UUID | None
    version: int
    valid_from: date | None
    editable: tuple[Field, ...]
    values: Values
    read_only: tuple[CellView, ...]
    seen: Mapping[str, CellView]


def row_for_edit(
    actor: Actor,
    subject: UUID,
    info_set_key: str,
    row: UUID | None,
    *,
    version: int | None = None,
    opened: Opened | None = None,
    rights: Sequence[str] = ("edit",),
) -> RowForEdit:
    """The row to fill a form with; ``row`` None for a new one, ``version`` for an older base.

    Fields for which one of ``rights`` is held may be changed. Raises :class:`Absent` when the
    set or row is not there or not the actor's to change.
    """
    opened = opened or open_subject(actor, subject)
    info_set = opened.dictionary.sets.get(info_set_key)
    if info_set is None:
        raise Absent
    fields = opened.changeable(info_set, rights)
    if not fields:
        raise Absent
    stored = None
    if row is not None:
        where = {"version": version} if version else {"current": True}
        found = stored_versions(opened, row=row, info_set=info_set_key, **where)
        if not found:
            raise Absent
        stored = found[0][1]
    read = opened.showings(info_set)
    values: Values = (stored.values if stored else None) or {}
    if stored is not None:
        actor.trail.add(Event(action="dossier.read", subject=subject, object=info_set_key))
    seen = {
        f.key: cell_view(f, values.get(f.key), read[f.key], opened.words)
        for f in info_set.fields
        if read.get(f.key, Showing.HIDDEN) is not Showing.HIDDEN
    }
    return RowForEdit(
        info_set=info_set,
        row=row,
        version=stored.version if stored else 0,
        valid_from=stored.valid_from if stored else None,
        editable=fields,
        values={f.key: values[f.key] for f in fields if values.get(f.key) not in (None, "")},
        read_only=tuple(seen[f.key] for f in info_set.fields if f not in fields and f.key in seen),
        seen=seen,
    )


def portrait(actor: Actor, subject: UUID) -> bytes:
    """The portrait as JPEG, if the actor may see ``identity.photo``. Raises :class:`Absent`."""
    opened = open_subject(actor, subject)
    showings = opened.showings(opened.dictionary.sets["identity"])
    stored = Portrait.objects.filter(subject=subject).first()
    if stored is None or showings.get("photo") is not Showing.PLAIN:
        raise Absent
    actor.trail.add(Event("dossier.portrait", subject=subject))
    place = portrait_place(subject, stored.picture)
    return unseal(opened.key, place, bytes(stored.sealed))
