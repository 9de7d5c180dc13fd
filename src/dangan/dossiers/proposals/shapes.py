"""Proposed changes as somebody may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Field, InfoSet
from dangan.dossiers.queries import CellView
from dangan.files.queries import FileInfo
from dangan.ui.languages import label as in_language

RowKind = Literal["new", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal in a list. ``state`` is its own or, while a case decides it, that of the case:
    ``waiting`` for an agreed one whose day has not come."""

    id: UUID
    state: str
    state_label: str
    opened_by: UUID
    opened_at: datetime
    changed_at: datetime
    effective: date | None
    case: UUID | None
    case_number: str
    change_number: str
    version: int
    sets: tuple[InfoSet, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class RowState:
    """Where the change of one row stands: 未提交, 审批中, 已生效, 已退回 …"""

    key: UUID
    state: str
    label: str
    proposal: UUID
    case: UUID | None
    case_number: str
    deletes: bool
    own: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field, old and new. ``notes`` are what the automatic check says about it."""

    field: Field
    old: CellView
    new: CellView
    changed: bool
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return in_language(self.field.label, self.field.label_en)

    @property
    def class_label(self) -> str:
        mark = self.field.field_class
        return in_language(mark.label, mark.label_en)

    @property
    def marked(self) -> bool:
        """Whether the class is above internal."""
        return self.field.field_class >= 3


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row: what changes, what stays, its proofs. ``hidden`` counts changed fields that are
    not shown; ``moved`` says that the dossier has a newer version than the change began from;
    ``notes`` is what the check says of the row as a whole."""

    key: UUID
    row: UUID | None
    info_set: InfoSet
    kind: RowKind
    title: str
    lines: tuple[ChangeLine, ...]
    hidden: int
    moved: bool
    notes: tuple[str, ...]
    proofs: tuple[FileInfo, ...]
    proofs_hidden: int

    @property
    def changed(self) -> tuple[ChangeLine, ...]:
        return tuple(line for line in self.lines if line.changed)

    @property
    def unchanged(self) -> tuple[ChangeLine, ...]:
        return tuple(line for line in self.lines if not line.changed)


@dataclass(frozen=True, slots=True)
class SetChanges:
    """The rows of one information set."""

    info_set: InfoSet
    rows: tuple[RowChange, ...]

    @property
    def label(self) -> str:
        return in_language(self.info_set.label, self.info_set.label_en)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal cut to the reader's rights. ``hidden`` counts changed fields of rows and sets
    that are not shown at all; ``checked`` says whether the automatic check has been asked."""

    id: UUID
    subject: UUID
    name: str
    state: str
    own: bool
    version: int
    effective: date | None
    words: str
    change_number: str
    sets: tuple[SetChanges, ...]
    hidden: int
    proofs_hidden: int
    checked: bool

    @property
    def changed(self) -> int:
        """How many changed fields are shown."""
        return sum(len(row.changed) for part in self.sets for row in part.rows)

    @property
    def unchanged(self) -> int:
        return sum(len(row.unchanged) for part in self.sets for row in part.rows)

    @property
    def proofs(self) -> tuple[FileInfo, ...]:
        return tuple(proof for part in self.sets for row in part.rows for proof in row.proofs)
