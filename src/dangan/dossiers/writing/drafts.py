"""What a write works on: the setting all rounds share, and a dossier under the pen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, Json
from dangan.dossiers.models import Change, change_number
from dangan.dossiers.rules import Row, RowPlan, SubjectPlan
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree


@dataclass(frozen=True, slots=True)
class OfCase:
    """The case by which a change was agreed, and the account that decided last."""

    id: UUID
    number: str
    decided_by: UUID


@dataclass(frozen=True, slots=True)
class Setting:
    """Who writes, why, when, and by which dictionary and organisation.

    ``rights`` are the field actions of which one must be held for every field that changes;
    ``of_case`` the case that agreed to it, if one did.
    """

    actor: Actor
    kind: Change.Kind
    reason: str
    new_state: str
    now_at: datetime
    today: date
    dictionary: Dictionary
    tree: Tree
    rights: tuple[str, ...] = ("edit",)
    of_case: OfCase | None = None

    @classmethod
    def now(
        cls,
        actor: Actor,
        kind: Change.Kind,
        reason: str,
        new_state: str,
        *,
        rights: tuple[str, ...] = ("edit",),
        of_case: OfCase | None = None,
    ) -> Setting:
        now_at = timezone.now()
        return cls(
            actor=actor,
            kind=kind,
            reason=reason,
            new_state=new_state,
            now_at=now_at,
            today=timezone.localdate(now_at),
            dictionary=dictionary_queries.current(),
            tree=organization_queries.tree(),
            rights=rights,
            of_case=of_case,
        )

    @property
    def author(self) -> UUID:
        """Whom the update record names."""
        return self.of_case.decided_by if self.of_case else self.actor.id

    def path(self, unit: UUID | None) -> tuple[UUID, ...]:
        """Root to ``unit``; empty for someone not placed."""
        return self.tree.path_of(unit) if unit else ()


class Write(NamedTuple):
    """One row about to be written; ``old`` and ``new`` are whole rows."""

    row: UUID
    plan: RowPlan
    old: Mapping[str, Json | None]
    new: dict[str, Json]
    valid_from: date

    @property
    def version(self) -> int:
        return self.plan.base_version + 1

    @property
    def info_set(self) -> str:
        return self.plan.info_set


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one plan; ``change`` 0 when the plan changed nothing."""

    subject: UUID
    change: int
    number: str
    created: bool
    rows: tuple[UUID, ...]


@dataclass(slots=True)
class Draft:
    """A dossier under the pen: as it stands, what is to be written, as it will stand."""

    subject: UUID
    created: bool
    state: str
    unit: UUID | None
    rows: Mapping[str, list[Row]]
    plan: SubjectPlan
    writes: list[Write] = field(default_factory=list)
    after: dict[str, list[Row]] = field(default_factory=dict)
    unit_after: UUID | None = None
    change: int = 0

    def result(self, at: datetime) -> Written:
        number = change_number(self.change, at.year) if self.change else ""
        rows = tuple(write.row for write in self.writes)
        return Written(self.subject, self.change, number, self.created, rows)
