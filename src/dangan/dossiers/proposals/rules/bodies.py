"""What a proposal holds: its rows with their proofs, as one body that is sealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from dangan.dossiers.rules import RowPlan


def row_key(subject: UUID, plan: RowPlan, *, multiple: bool, fresh: UUID) -> UUID:
    """What a proposed row is known by: the row itself; for the one row of a set that has none yet
    always the same key, so that two proposals of it meet; otherwise ``fresh``."""
    if plan.row is not None:
        return plan.row
    return fresh if multiple else uuid5(subject, plan.info_set)


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """One row as it should become, and the files that prove it."""

    key: UUID
    plan: RowPlan
    proofs: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of a proposal in the order they were put in, and the words that go with it."""

    rows: tuple[ProposedRow, ...] = ()
    words: str = ""

    def row(self, key: UUID) -> ProposedRow | None:
        return next((item for item in self.rows if item.key == key), None)

    def with_row(self, row: ProposedRow) -> Body:
        """The same with ``row`` in, instead of the one of that key."""
        if self.row(row.key) is None:
            return replace(self, rows=(*self.rows, row))
        return replace(self, rows=tuple(row if old.key == row.key else old for old in self.rows))

    def without_row(self, key: UUID) -> Body:
        return replace(self, rows=tuple(item for item in self.rows if item.key != key))

    def by_set(self) -> list[Body]:
        """The rows of each information set by themselves, with the same words."""
        keys = dict.fromkeys(item.plan.info_set for item in self.rows)
        return [
            replace(self, rows=tuple(item for item in self.rows if item.plan.info_set == key))
            for key in keys
        ]

    @property
    def plans(self) -> list[RowPlan]:
        return [item.plan for item in self.rows]

    @property
    def proofs(self) -> tuple[UUID, ...]:
        return tuple(proof for item in self.rows for proof in item.proofs)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A proposed row as JSON has it."""

    key: str
    set: str
    row: str | None
    base: int
    values: dict[str, Any]
    valid_from: str | None
    delete: bool
    proofs: list[str] = field(default_factory=list)


def body_to_json(body: Body) -> dict[str, Any]:
    return {
        "words": body.words,
        "rows": [
            {
                "key": str(item.key),
                "set": item.plan.info_set,
                "row": str(item.plan.row) if item.plan.row else None,
                "base": item.plan.base_version,
                "values": dict(item.plan.values),
                "valid_from": item.plan.valid_from.isoformat() if item.plan.valid_from else None,
                "delete": item.plan.delete,
                "proofs": [str(proof) for proof in item.proofs],
            }
            for item in body.rows
        ],
    }


def body_from_json(data: dict[str, Any]) -> Body:
    return Body(tuple(_row(_Stored(**row)) for row in data["rows"]), data["words"])


def _row(stored: _Stored) -> ProposedRow:
    plan = RowPlan(
        stored.set,
        stored.values,
        UUID(stored.row) if stored.row else None,
        stored.base,
        date.fromisoformat(stored.valid_from) if stored.valid_from else None,
        stored.delete,
    )
    return ProposedRow(UUID(stored.key), plan, tuple(UUID(proof) for proof in stored.proofs))
