"""Update records of a dossier, versions of a row, and any two versions compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dangan.access.rules import (
    Absent,
    Actor,
    Showing,
    require,
)
from dangan.audit.rules import Event
from dangan.dictionary.rules import Field, InfoSet
from dangan.dossiers.models import Change, Record
from dangan.dossiers.opening import (
    change_place,
)
from dangan.dossiers.queries.dossier import (
    CellView,
    Opened,
    Words,
    cell_view,
    name_in,
    open_subject,
    stored_versions,
)
from dangan.dossiers.rules import Values, Version, difference
from dangan.vault.rules import unseal
from dangan.workflow.models import Case
from dangan.workflow.rights import may_see


@dataclass(frozen=True, slots=True)
class FieldChangeView:
    """One field's old and new value as the actor may see them."""

    field: Field
    old: CellView
    new: CellView


@dataclass(frozen=True, slots=True)
class RowChangeView:
    """What a change did to one row; ``hidden`` counts changed fields the actor may not see."""

    info_set: InfoSet
    row: UUID
    version: int
    deleted: bool
    valid_from: date
    title: str
    fields: tuple[FieldChangeView, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One update record 更新记录."""

    id: int
    number: str
    kind: str
    kind_label: str
    at: datetime
    effective: date
    actor: UUID
    reason: str
    rows: tuple[RowChangeView, ...]
    case_number: str = ""
    case: UUID | None = None
    """The case that agreed to it, when the reader may see that case."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of update records, latest first; ``more`` says whether older ones follow."""

    subject: UUID
    name: str
    changes: tuple[ChangeView, ...]
    more: bool


def history(
    actor: Actor,
    subject: UUID,
    *,
    info_set: str | None = None,
    before: int | None = None,
    limit: int = 20,
    opened: Opened | None = None,
) -> HistoryPage:
    """Update records of the dossier, latest first, each with its old and new values.

    Only records that touch a set with a field visible to the actor are listed.
    """
    require(actor, "history.view")
    opened = opened or open_subject(actor, subject)
    visible = [item.key for item in visible_sets(opened)]
    wanted = [key for key in visible if info_set in (None, key)]
    changes = Change.objects.filter(subject=subject, records__info_set__in=wanted)
    if before:
        changes = changes.filter(id__lt=before)
    page = list(changes.distinct().order_by("-id")[: limit + 1])
    shown = page[:limit]
    rows = _rows_of_changes(opened, [change.id for change in shown], wanted)
    actor.trail.add(
        Event(
            action="history.read",
            subject=subject,
            object=info_set or "",
            facts={"changes": len(shown)},
        )
    )
    cases = _cases_in_sight(actor, shown)
    views = tuple(_change_view(opened, change, rows.get(change.id, ()), cases) for change in shown)
    return HistoryPage(subject, name_in(opened), views, len(page) > limit)


def visible_sets(opened: Opened) -> list[InfoSet]:
    """The sets of which the actor sees at least one field."""
    return [
        item
        for item in opened.dictionary.sets.values()
        if any(showing is not Showing.HIDDEN for showing in opened.showings(item).values())
    ]


def _cases_in_sight(actor: Actor, changes: Sequence[Change]) -> set[UUID]:
    """The cases behind these changes that the actor may open."""
    found = Case.objects.filter(id__in={change.case for change in changes if change.case})
    return {case.id for case in found if may_see(actor, case)}


def _change_view(
    opened: Opened, change: Change, rows: Sequence[RowChangeView], cases: Collection[UUID]
) -> ChangeView:
    return ChangeView(
        id=change.id,
        number=change.number,
        kind=change.kind,
        kind_label=Change.Kind(change.kind).label,
        at=change.at,
        effective=change.effective,
        actor=change.actor,
        reason=_reason(opened, change, rows),
        rows=tuple(rows),
        case_number=change.case_number,
        case=change.case if change.case in cases else None,
    )


def _reason(opened: Opened, change: Change, rows: Sequence[RowChangeView]) -> str:
    """The words of whoever wrote: told only to those from whom nothing of the change is hidden,
    for they may tell it, and to the writer."""
    if change.sealed_reason is None:
        return ""
    visible = {item.key for item in visible_sets(opened)}
    hidden = not visible.issuperset(change.sets) or any(row.hidden for row in rows)
    if hidden and change.actor != opened.actor.id:
        return ""
    place = change_place(opened.subject.id, change.id)
    return unseal(opened.key, place, bytes(change.sealed_reason)).decode()


def _rows_of_changes(
    opened: Opened, changes: Sequence[int], sets: Sequence[str]
) -> dict[int, list[RowChangeView]]:
    """Row by row what each change did, from its versions and those just before them."""
    touched = Record.objects.filter(change__in=changes, info_set__in=sets).values("row").distinct()
    versions: dict[tuple[UUID, int], Version] = {}
    found: list[tuple[str, Version, int]] = []
    for info_set, version, change in stored_versions(opened, row__in=touched, info_set__in=sets):
        versions[version.row, version.version] = version
        if change in changes:
            found.append((info_set, version, change))
    result: dict[int, list[RowChangeView]] = {}
    for info_set, version, change in found:
        before = versions.get((version.row, version.version - 1))
        view = _row_change(opened, opened.dictionary.sets[info_set], before, version)
        result.setdefault(change, []).append(view)
    return result


def _row_change(
    opened: Opened, info_set: InfoSet, before: Version | None, after: Version
) -> RowChangeView:
    old: Values = (before.values if before else None) or {}
    new: Values = after.values or {}
    showings = opened.showings(info_set)
    shown: list[FieldChangeView] = []
    hidden = 0
    changed = {change.field for change in difference(old, new)}
    for item in (*info_set.fields, *info_set.retired_fields):
        if item.key not in changed:
            continue
        showing = showings.get(item.key, Showing.HIDDEN)
        if showing is Showing.HIDDEN:
            hidden += 1
            continue
        shown.append(_field_change(opened.words, item, showing, old, new))
    title = _title(opened, info_set, new or old)
    return RowChangeView(
        info_set, after.row, after.version, after.values is None, after.valid_from, title,
        tuple(shown), hidden,
    )  # fmt: skip


def _field_change(
    words: Words, item: Field, showing: Showing, old: Values, new: Values
) -> FieldChangeView:
    return FieldChangeView(
        item,
        cell_view(item, old.get(item.key), showing, words),
        cell_view(item, new.get(item.key), showing, words),
    )


def _title(opened: Opened, info_set: InfoSet, values: Values) -> str:
    """What a row is called, of its fields shown plain."""
    if not info_set.multiple:
        return ""
    showings = opened.showings(info_set)
    parts = [
        opened.words.display(info_set.field(key), value)
        for key in info_set.title_fields
        if showings.get(key) is Showing.PLAIN and (value := values.get(key))
    ]
    return "，".join(parts)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one row, every visible field."""

    info_set: InfoSet
    row: UUID
    first: RowVersionView
    second: RowVersionView
    fields: tuple[FieldChangeView, ...]
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class RowVersionView:
    """One version of a row in a list of versions."""

    version: int
    valid_from: date
    change: int
    number: str
    at: datetime
    actor: UUID
    deleted: bool
    case_number: str = ""


def versions(
    actor: Actor, subject: UUID, row: UUID, *, opened: Opened | None = None
) -> tuple[InfoSet, list[RowVersionView]]:
    """The versions of one row, latest first. Raises :class:`Absent`."""
    require(actor, "history.view")
    info_set, found = _version_list(opened or open_subject(actor, subject), row)
    actor.trail.add(
        Event("history.read", subject=subject, object=info_set.key, facts={"row": str(row)})
    )
    return info_set, found


def _version_list(opened: Opened, row: UUID) -> tuple[InfoSet, list[RowVersionView]]:
    stored = list(
        Record.objects.filter(subject=opened.subject, row=row)
        .select_related("change")
        .order_by("-version")
    )
    info_set = opened.dictionary.sets.get(stored[0].info_set) if stored else None
    if info_set is None or all(
        showing is Showing.HIDDEN for showing in opened.showings(info_set).values()
    ):
        raise Absent
    return info_set, [
        RowVersionView(
            item.version, item.valid_from, item.change_id, item.change.number, item.change.at,
            item.change.actor, item.deleted, item.change.case_number,
        )
        for item in stored
    ]  # fmt: skip


def compare(
    actor: Actor,
    subject: UUID,
    row: UUID,
    first: int,
    second: int,
    *,
    opened: Opened | None = None,
) -> Comparison:
    """Field by field, two versions of one row. Raises :class:`Absent`."""
    require(actor, "history.view")
    opened = opened or open_subject(actor, subject)
    info_set, known = _version_list(opened, row)
    by_version = {item.version: item for item in known}
    if first not in by_version or second not in by_version:
        raise Absent
    stored = {version.version: version for _, version, _ in stored_versions(opened, row=row)}
    old, new = stored[first].values or {}, stored[second].values or {}
    showings = opened.showings(info_set)
    actor.trail.add(
        Event(
            action="history.read",
            subject=subject,
            object=info_set.key,
            facts={"row": str(row), "versions": [first, second]},
        )
    )
    return Comparison(
        info_set=info_set,
        row=row,
        first=by_version[first],
        second=by_version[second],
        fields=tuple(
            _field_change(opened.words, item, showings[item.key], old, new)
            for item in info_set.fields
            if showings.get(item.key, Showing.HIDDEN) is not Showing.HIDDEN
        ),
        changed=frozenset(change.field for change in difference(old, new)),
    )
