"""What a scan would say in the dossier, beside what the dossier says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor, Refused, Showing
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary import values as field_values
from dangan.dictionary.rules import BadValue, Field, InfoSet, Json, Message
from dangan.dossiers import queries as dossiers
from dangan.dossiers.proposals.actions.holding import RIGHTS
from dangan.dossiers.queries import CellView, Opened
from dangan.dossiers.queries.dossier import cell_view
from dangan.dossiers.rules import Row
from dangan.materials.reading.folding import fold
from dangan.materials.reading.rules.matching import Holder, holder, matching_row
from dangan.materials.reading.rules.recognition import Document, Kind, Value, recognise
from dangan.materials.reading.shapes import PageText

State = Literal["new", "changed", "same", "invalid", "unknown"]
"""``unknown``: the reader may not see the dossier's value, so nobody says whether it differs."""

SURE_ENOUGH = 85
"""From this confidence on a value is ticked beforehand."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One value that was read, beside the dossier's."""

    field: Field
    value: Value
    text: str
    """The value as the dossier would show it; what was read where it is no value."""
    old: CellView | None
    state: State
    allowed: bool
    problem: Message | None = None

    @property
    def ticked(self) -> bool:
        sure = self.value.confidence >= SURE_ENOUGH and self.value.note != "contradicts"
        return self.allowed and self.state in ("new", "changed", "unknown") and sure


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A recognised document of one page."""

    page: UUID
    number: int
    kind: Kind
    info_set: InfoSet | None
    row: UUID | None
    version: int
    holder: Holder
    name: str
    lines: tuple[FieldLine, ...]
    other: tuple[Value, ...]
    """What was read and fills no field."""

    @property
    def can_propose(self) -> bool:
        return any(line.allowed and line.state != "same" for line in self.lines)


def open_for(actor: Actor, subject: UUID) -> Opened | None:
    """The dossier, where the reader of the scan may open that too."""
    if not actor.may("dossier.open"):
        return None
    try:
        return dossiers.open_subject(actor, subject)
    except (Absent, Refused):
        return None


def suggestions(actor: Actor, subject: UUID, pages: Sequence[PageText]) -> list[DocumentView]:
    """The documents on these pages. Without leave to open the dossier what was read stands alone.

    The caller has decided that the actor may see the pages. Notes the look at the dossier.
    """
    found = [(page, document) for page in pages for document in recognise(page.lines)]
    if not found:
        return []
    opened = open_for(actor, subject)
    rows = opened.rows() if opened else {}
    views = [_view(opened, rows, page, document) for page, document in found]
    if opened:
        sets = sorted({view.info_set.key for view in views if view.info_set})
        actor.trail.add(Event("dossier.read", subject=subject, object=",".join(sets)))
    return views


def _view(
    opened: Opened | None,
    rows: Mapping[str, Sequence[Row]],
    page: PageText,
    document: Document,
) -> DocumentView:
    info_set = opened.dictionary.sets.get(document.info_set) if opened else None
    known = {item.key: item for item in info_set.fields} if info_set else {}
    read = {
        value.field: parsed(known[value.field], value.text)
        for value in document.values
        if value.field in known
    }
    row = _row(opened, info_set, rows, read) if opened and info_set else None
    lines = [
        _line(opened, info_set, value, read[value.field], row)
        for value in document.values
        if opened and info_set and value.field in known
    ]
    return DocumentView(
        page=page.page,
        number=page.number,
        kind=document.kind,
        info_set=info_set,
        row=row.row if row else None,
        version=row.version if row else 0,
        holder=_holder(opened, rows, document),
        name=document.name,
        lines=tuple(lines),
        other=tuple(value for value in document.values if value.field not in read),
    )


def _line(
    opened: Opened,
    info_set: InfoSet,
    value: Value,
    found: Any,
    row: Row | None,
) -> FieldLine:
    item = next(field for field in info_set.fields if field.key == value.field)
    showing = opened.showings(info_set).get(item.key, Showing.HIDDEN)
    held = row.values.get(item.key) if row else None
    old = cell_view(item, held, showing, opened.words)
    allowed = item in opened.changeable(info_set, RIGHTS) and _may_start(opened)
    if isinstance(found, Message):
        return FieldLine(item, value, value.text, old, "invalid", allowed, found)
    text = opened.words.display(item, found)
    return FieldLine(item, value, text, old, _state(found, held, showing), allowed)


def _state(found: Any, held: Any, showing: Showing) -> State:
    if showing is not Showing.PLAIN:
        return "unknown"
    if held in (None, ""):
        return "new"
    return "same" if found == held else "changed"


def _may_start(opened: Opened) -> bool:
    own = opened.actor.subject == opened.subject.id
    return opened.actor.may("self.edit" if own else "changes.start")


def parsed(item: Field, text: str) -> Json | Message | None:
    """The stored value, or why it is none. The reader takes 汉 for 漢 now and then: a code is
    looked up in simplified characters as well."""
    context = field_values.ParseContext(today=timezone.localdate())
    dictionary = dictionary_queries.current()
    try:
        return field_values.parse(item, text, dictionary=dictionary, context=context)
    except BadValue as error:
        if item.type == "code" and fold(text) != text:
            return parsed(item, fold(text))
        return error.message


def _row(
    opened: Opened,
    info_set: InfoSet,
    rows: Mapping[str, Sequence[Row]],
    read: Mapping[str, Any],
) -> Row | None:
    """The row the document is about, told by what the reader may see of it only."""
    plain = {
        key
        for key, showing in opened.showings(info_set).items()
        if showing is Showing.PLAIN or not info_set.multiple
    }
    there = rows.get(info_set.key, ())
    seen = [(row.row, {key: row.values.get(key) for key in plain}) for row in there]
    wanted = matching_row(info_set.key, read, seen)
    return next((row for row in there if row.row == wanted), None)


def _holder(opened: Opened | None, rows: Mapping[str, Sequence[Row]], document: Document) -> Holder:
    identity = rows.get("identity") or ()
    if opened is None or not identity:
        return "unknown"
    showings = opened.showings(opened.dictionary.sets["identity"])
    values = identity[0].values

    def seen(key: str) -> str | None:
        plain = showings.get(key) is Showing.PLAIN
        return str(values.get(key) or "") or None if plain else None

    return holder(document.name, document.id_number, seen("name"), seen("id_number"))
