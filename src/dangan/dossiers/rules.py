"""Decisions about dossiers: values in, values out; no Django, clock, files or network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from dangan.dictionary.rules import Dictionary, Field, InfoSet, Json, Message
from dangan.dossiers.checks import findings as checks

Values = checks.Values
"""A row's values by field key; a field that is not there is empty."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """A row as it should become.

    ``row`` None makes a new row; ``base_version`` is the version the writer began
    from (0 for a new row). ``values`` is a patch: a field left out keeps its value,
    None empties it. A patch that changes nothing writes nothing.
    """

    info_set: str
    values: Values
    row: UUID | None = None
    base_version: int = 0
    valid_from: date | None = None
    delete: bool = False


@dataclass(frozen=True, slots=True)
class SubjectPlan:
    """Rows to write for one subject; ``subject`` None opens a new dossier.

    ``new`` is the identifier a new dossier shall have, so that other plans of the same
    import can name its person (a supervisor) before it exists; None takes a random one.
    """

    rows: Sequence[RowPlan]
    subject: UUID | None = None
    state: str | None = None
    new: UUID | None = None


@dataclass(frozen=True, slots=True)
class Row(checks.Row):
    """A current (or as-of) row of an information set, in clear, inside one request."""

    version: int
    valid_from: date
    change: int = 0


Rows = Mapping[str, Sequence[Row]]
"""A dossier in clear: rows by information set."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's way from ``old`` to ``new``; None stands for empty."""

    field: str
    old: Json | None
    new: Json | None


def difference(old: Values, new: Values) -> list[FieldChange]:
    """Field by field what differs, in the order of ``old`` and then of what is new."""
    keys = list(old) + [key for key in new if key not in old]
    return [
        FieldChange(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    ]


def changed_fields(old: Values, new: Values) -> set[str]:
    """The keys of the fields that differ."""
    if not old:
        return set(new)
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


@dataclass(frozen=True, slots=True)
class Merge:
    """Outcome of a three-way merge: ``values`` with the writer's free changes in,
    ``clashes`` the fields both sides changed differently."""

    values: dict[str, Json]
    clashes: tuple[str, ...]


def merge(base: Values, theirs: Values, mine: Values) -> Merge:
    """Puts the writer's changes (``base`` → ``mine``) on top of ``theirs``.

    A field that both changed, to different values, is a clash and keeps ``theirs``.
    """
    values: dict[str, Json] = {key: value for key, value in theirs.items() if value is not None}
    clashes = []
    for change in difference(base, mine):
        stored = theirs.get(change.field)
        if stored != base.get(change.field) and stored != change.new:
            clashes.append(change.field)
        elif change.new is None:
            values.pop(change.field, None)
        else:
            values[change.field] = change.new
    return Merge(values, tuple(clashes))


NEXT_STATES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"confirmed"}),
    "confirmed": frozenset({"filed"}),
    "filed": frozenset({"changed", "departed"}),
    "changed": frozenset({"filed", "departed"}),
    "departed": frozenset({"retained", "filed"}),
    "retained": frozenset({"departed"}),
    "destroyed": frozenset(),
}
"""The life of a dossier (A3). ``destroyed`` is reached only through destruction itself,
never by setting a state; re-entry leads from ``departed`` back to ``filed``."""

CLOSED_STATES = frozenset({"departed", "retained", "destroyed"})


def state_refusal(now: str, then: str) -> Message | None:
    """Why a dossier may not go from ``now`` to ``then``; None when it may."""
    if then in NEXT_STATES.get(now, frozenset()):
        return None
    return Message("档案状态不能从“{now}”直接变为“{then}”，请按顺序办理。", now=now, then=then)


def state_after_edit(state: str) -> str:
    """An edit of a filed dossier makes it 已变更 until it is filed again."""
    return "changed" if state == "filed" else state


def _open_end(value: Json | None) -> str:
    return str(value) if value else "9999"


def current_row(info_set: InfoSet, rows: Sequence[Row]) -> Row | None:
    """The row that speaks for the set: the one whose period ends last, then begins last.

    For posts that is the present post, for contracts the running one; in sets
    without periods the row added last.
    """
    if len(rows) < 2:
        return rows[0] if rows else None
    keys = {field.key for field in info_set.fields}
    end = next((key for key in ("end", "expires") if key in keys), None)
    begin = next((key for key in ("start", "joined", "date", "year") if key in keys), None)

    def rank(row: Row) -> tuple[str, str, date]:
        ends = _open_end(row.values.get(end)) if end else ""
        begins = str(row.values.get(begin) or "") if begin else ""
        return ends, begins, row.valid_from

    return max(rows, key=rank)


def list_values(dictionary: Dictionary, rows: Rows) -> dict[str, Json]:
    """What the roster shows of a dossier: each roster field's value by path."""
    values: dict[str, Json] = {}
    speaking: dict[str, Row | None] = {}
    for item in dictionary.roster_fields:
        key = item.set_key
        if key not in speaking:
            speaking[key] = current_row(dictionary.sets[key], rows.get(key, ()))
        row = speaking[key]
        if row is not None and (value := row.values.get(item.key)) is not None:
            values[item.path] = value
    return values


def unit_of(dictionary: Dictionary, rows: Rows) -> UUID | None:
    """The unit of the present post, or None for someone not placed yet."""
    row = current_row(dictionary.sets["post"], rows.get("post", ()))
    value = row.values.get("unit") if row else None
    return UUID(str(value)) if value else None


def post_of(dictionary: Dictionary, rows: Rows) -> tuple[UUID | None, str]:
    """Unit and position of the present post; (None, "") for someone not placed yet."""
    row = current_row(dictionary.sets["post"], rows.get("post", ()))
    if row is None:
        return None, ""
    unit = row.values.get("unit")
    return UUID(str(unit)) if unit else None, str(row.values.get("position") or "")


def supervisor_of(dictionary: Dictionary, rows: Rows) -> UUID | None:
    """The supervisor named in the present post."""
    row = current_row(dictionary.sets["post"], rows.get("post", ()))
    value = row.values.get("supervisor") if row else None
    return UUID(str(value)) if value else None


class Writing(Protocol):
    """What :func:`apply_rows` needs of a row about to be written; ``new`` empty when deleted."""

    @property
    def row(self) -> UUID: ...
    @property
    def plan(self) -> RowPlan: ...
    @property
    def new(self) -> Values: ...
    @property
    def valid_from(self) -> date: ...


def apply_rows(rows: Rows, writes: Iterable[Writing]) -> dict[str, list[Row]]:
    """The dossier as it will be once ``writes`` are stored."""
    result = {key: list(items) for key, items in rows.items()}
    for write in writes:
        plan = write.plan
        items = [item for item in result.get(plan.info_set, ()) if item.row != write.row]
        if not plan.delete:
            items.append(Row(write.row, write.new, plan.base_version + 1, write.valid_from))
        result[plan.info_set] = items
    return result


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row as stored; ``values`` None when the version deletes the row."""

    row: UUID
    version: int
    values: Values | None
    valid_from: date


def as_of(versions: Iterable[Version], day: date) -> list[Version]:
    """The rows as they stood on ``day``: per row the latest version valid by then.

    A later version that is valid from an earlier day corrects the ones before it.
    """
    latest: dict[UUID, Version] = {}
    for version in versions:
        known = latest.get(version.row)
        if version.valid_from <= day and (known is None or known.version < version.version):
            latest[version.row] = version
    return [version for version in latest.values() if version.values is not None]


def patched(old: Values, patch: Values) -> dict[str, Json]:
    """The whole row after ``patch``; empty fields are left out."""
    merged = {**old, **patch}
    return {key: value for key, value in merged.items() if value is not None and value != ""}


def with_id_facts(old: Values, new: dict[str, Json]) -> dict[str, Json]:
    """An identity row whose new ID number fills in the birth date and sex left empty.

    Digits 7–14 are the birth date, the 17th is odd for men (GB 11643-1999).
    """
    number = str(new.get("id_number") or "")
    if len(number) != 18 or number == old.get("id_number"):
        return new
    told: dict[str, Json] = {
        "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "sex": "1" if int(number[16]) % 2 else "2",
    }
    return {**told, **new}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a field cannot be stored as given."""

    field: str
    message: Message


class InvalidRecord(Exception):  # noqa: N818 - said where it is raised
    """A row cannot be stored; ``problems`` name each field and reason. Nothing was written."""

    def __init__(self, info_set: str, problems: Sequence[FieldProblem]) -> None:
        super().__init__(f"{info_set}: {[problem.field for problem in problems]}")
        self.info_set = info_set
        self.problems = tuple(problems)


class Conflict(Exception):  # noqa: N818 - said where it is raised
    """Somebody saved the row after the writer opened it. Nothing was written."""

    def __init__(self, info_set: str, row: UUID, base_version: int, version: int) -> None:
        super().__init__(f"{info_set} {row}: began from {base_version}, now {version}")
        self.info_set = info_set
        self.row = row
        self.base_version = base_version
        self.version = version


def missing_fields(info_set: InfoSet, values: Values) -> list[FieldProblem]:
    """Required fields that are empty."""
    return [
        FieldProblem(item.key, Message("请填写{label}。", label=item.label))
        for item in info_set.fields
        if item.required and values.get(item.key) in (None, "")
    ]


def unknown_fields(info_set: InfoSet, patch: Values) -> list[FieldProblem]:
    """Values for fields that the information set does not have (or no longer has)."""
    known = {item.key for item in info_set.fields}
    return [
        FieldProblem(
            key, Message("信息集“{label}”没有字段“{key}”。", label=info_set.label, key=key)
        )
        for key in patch
        if key not in known
    ]


def unique_values(
    dictionary: Dictionary, info_set: InfoSet, values: Values
) -> list[tuple[Field, str]]:
    """The row's values that only one dossier may hold."""
    return [
        (item, str(values[item.key]))
        for item in dictionary.unique_fields
        if item.path.startswith(info_set.key + ".") and values.get(item.key)
    ]


@dataclass(frozen=True, slots=True)
class SupervisorLinks:
    """Who reports to whom, for the loop check."""

    supervisor_of: Mapping[UUID, UUID] = field(default_factory=dict)

    def loop_from(self, start: UUID) -> tuple[UUID, ...]:
        """The people in the loop that ``start`` leads into; empty when there is none."""
        seen: list[UUID] = []
        person: UUID | None = start
        while person is not None:
            if person in seen:
                return tuple(seen[seen.index(person) :])
            seen.append(person)
            person = self.supervisor_of.get(person)
        return ()
