"""What a check looks at and what it says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from dangan.dictionary.rules import Json, Message
from dangan.dictionary.values.identity import id_facts

Values: TypeAlias = Mapping[str, "Json | None"]


class Severity(StrEnum):
    """An error keeps a value out; a warning lets it in and becomes a problem ticket."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Row:
    """One current row of an information set."""

    row: UUID
    values: Values


DossierValues: TypeAlias = Mapping[str, Sequence[Row]]
"""The current rows of one person by information set; the rows a reader of checks may not see
are the caller's affair, checks see all."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds, ages in years.

    ``work_age`` 16: labour law art. 15, with its exception for arts and sport, so a warning;
    below ``impossible_work_age`` it is a slip of the pen and an error. ``party_age`` 18 and
    ``league_age`` 14: the party's and the league's constitutions, as the special audit of cadre
    archives (专项审核) uses them. ``gap_months``: how many whole months a résumé may be silent.
    ``study_break_months``: how far study may stay apart from the jobs before and after it.
    ``overlap_months``: by how many months two rows may overlap.
    """

    work_age: int = 16
    impossible_work_age: int = 11
    party_age: int = 18
    league_age: int = 14
    school_age: int = 5
    college_age: int = 14
    oldest: int = 100
    gap_months: int = 1
    study_break_months: int = 3
    overlap_months: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``row`` and ``field`` are ``None`` when the whole set is meant.

    ``code`` names the check and never changes; the same (code, info_set, row, field) found again
    is the same problem.
    """

    code: str
    severity: Severity
    info_set: str
    row: UUID | None
    field: str | None
    message: Message


def warning(
    code: str, info_set: str, row: UUID | None, field: str | None, message: Message
) -> Finding:
    """A finding that lets the value in."""
    return Finding(code, Severity.WARNING, info_set, row, field, message)


def error(
    code: str, info_set: str, row: UUID | None, field: str | None, message: Message
) -> Finding:
    """A finding that keeps the value out."""
    return Finding(code, Severity.ERROR, info_set, row, field, message)


def text_at(values: Values, key: str) -> str | None:
    """The stored text under ``key``; ``None`` when empty."""
    value = values.get(key)
    return value if isinstance(value, str) and value else None


def rows_of(dossier: DossierValues, info_set: str) -> Sequence[Row]:
    """The rows of a set, none when there are none."""
    return dossier.get(info_set) or ()


def birth_of(identity: Values) -> str | None:
    """The person's birth date: from the identity number, which carries a check digit, else as
    written. So one wrong birth date is reported once and not again as wrong ages."""
    number = text_at(identity, "id_number")
    return id_facts(number).birth.isoformat() if number else text_at(identity, "birth_date")


def single(dossier: DossierValues, info_set: str) -> Values:
    """The values of a set that has one row."""
    rows = rows_of(dossier, info_set)
    return rows[0].values if rows else {}
