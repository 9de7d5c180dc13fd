"""What the dossiers' routes take and answer, and how a view becomes an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from dangan.dossiers import queries
from dangan.dossiers.proposals.actions import Submitted
from dangan.dossiers.queries import CellView, ChangeView, DossierView, RowView
from dangan.dossiers.writing import Written

Raw = str | int | float | bool | None
"""A value as programs send it: the stored form, or what a person would type."""

SetKey = Annotated[str, Field(max_length=64)]
Reason = Annotated[str, Field(max_length=200)]


class Strict(Schema):
    """What callers send: a misspelt key is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Cell(Schema):
    """A value as the token's account may see it; ``value`` only when ``showing`` is plain."""

    showing: str
    text: str
    value: Raw = None


class RecordOut(Schema):
    """One row at one version."""

    row: UUID
    version: int
    valid_from: date
    cells: dict[str, Cell]


class DossierSetOut(Schema):
    """An information set of a dossier with its rows."""

    label: str
    may_edit: bool
    records: list[RecordOut]


class SubjectOut(Schema):
    """A dossier, today or as of a day."""

    subject: UUID
    state: str
    unit: UUID | None
    version: int
    as_of: date | None
    sets: dict[str, DossierSetOut]


class NewRecord(Strict):
    """A new row of a set."""

    values: dict[str, Raw]
    valid_from: date | None = None
    reason: Reason = ""


class Deletion(Strict):
    """Why a row is taken out."""

    reason: Reason = ""


class NewSubjectRow(Strict):
    """A first row of a new dossier."""

    info_set: SetKey = Field(alias="set")
    values: dict[str, Raw]
    valid_from: date | None = None


class NewSubject(Strict):
    """A new dossier with its first rows."""

    rows: list[NewSubjectRow] = Field(min_length=1, max_length=200)
    reason: Reason = ""


class WrittenOut(Schema):
    """What a write led to; ``change`` is the update record's number, empty when nothing changed."""

    subject: UUID
    rows: list[UUID]
    change: str


class ProposedOut(Schema):
    """A change that has to be approved first: the case that decides it. Nothing has changed."""

    proposal: UUID
    case: UUID | None
    number: str


class FieldChangeOut(Schema):
    """One field's old and new value."""

    field: str
    old: Cell
    new: Cell


class RowChangeOut(Schema):
    """What a change did to one row; ``hidden`` counts fields the account may not see."""

    info_set: str = Field(serialization_alias="set")
    row: UUID
    version: int
    deleted: bool
    valid_from: date
    fields: list[FieldChangeOut]
    hidden: int


class ChangeOut(Schema):
    """An update record 更新记录; ``case`` is the number of the case that agreed to it."""

    id: int
    number: str
    kind: str
    at: datetime
    effective: date
    actor: UUID
    actor_name: str
    reason: str
    rows: list[RowChangeOut]
    case: str


class HistoryOut(Schema):
    """Update records, latest first; ``next`` goes into ``before`` for older ones."""

    items: list[ChangeOut]
    next: int | None


class VersionOut(Schema):
    """One version of a row."""

    version: int
    valid_from: date
    change: str
    at: datetime
    actor: UUID
    deleted: bool


def dossier_out(view: DossierView) -> SubjectOut:
    return SubjectOut(
        subject=view.subject,
        state=view.state,
        unit=view.unit,
        version=view.version,
        as_of=view.as_of,
        sets={
            key: DossierSetOut(
                label=shown.info_set.label,
                may_edit=shown.may_edit,
                records=[record_out(row) for row in shown.rows],
            )
            for key, shown in view.sets.items()
        },
    )


def record_out(row: RowView) -> RecordOut:
    return RecordOut(
        row=row.row,
        version=row.version,
        valid_from=row.valid_from,
        cells={cell.field.key: cell_out(cell) for cell in row.cells if cell.text or cell.value},
    )


def cell_out(cell: CellView) -> Cell:
    return Cell(showing=str(cell.showing), text=cell.text, value=cell.value)


def written_out(written: Written) -> WrittenOut:
    return WrittenOut(subject=written.subject, rows=list(written.rows), change=written.number)


def proposed_out(sent: Submitted) -> ProposedOut:
    return ProposedOut(proposal=sent.proposal, case=sent.case, number=sent.case_number)


def change_out(change: ChangeView, names: Mapping[UUID, str]) -> ChangeOut:
    return ChangeOut(
        id=change.id,
        number=change.number,
        kind=change.kind,
        at=change.at,
        effective=change.effective,
        actor=change.actor,
        actor_name=names.get(change.actor, ""),
        reason=change.reason,
        rows=[
            RowChangeOut(
                info_set=row.info_set.key,
                row=row.row,
                version=row.version,
                deleted=row.deleted,
                valid_from=row.valid_from,
                fields=field_changes_out(row.fields),
                hidden=row.hidden,
            )
            for row in change.rows
        ],
        case=change.case_number,
    )


def field_changes_out(changes: Iterable[queries.FieldChangeView]) -> list[FieldChangeOut]:
    return [
        FieldChangeOut(field=item.field.key, old=cell_out(item.old), new=cell_out(item.new))
        for item in changes
    ]
