"""How dossiers are written: one path for a single correction and for a bulk import.

``write`` runs inside the caller's transaction, batch by batch:

1. lock the subjects, take their keys, open their current rows;
2. require the rights, field by field that changes;
3. decide: versions agree, values are allowed, unique values are free;
4. seal and store records, changes, tokens, the roster entry;
5. note what happened, with the digest of every record, in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from django.db import connection
from django.utils import timezone
from psycopg.errors import UniqueViolation

from dangan.access.rules import Absent, Actor, Refused, Showing, field_showings, reach
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, InfoSet, Json, Message
from dangan.dossiers import checks
from dangan.dossiers.completeness import score
from dangan.dossiers.models import Change, Record, Subject, UniqueToken, change_number
from dangan.dossiers.opening import change_place, open_rows, record_place
from dangan.dossiers.rules import (
    CLOSED_STATES,
    Conflict,
    FieldProblem,
    InvalidRecord,
    Row,
    RowPlan,
    SubjectPlan,
    SupervisorLinks,
    apply_rows,
    difference,
    list_values,
    missing_fields,
    patched,
    state_after_edit,
    supervisor_of,
    unique_values,
    unit_of,
    unknown_fields,
)
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import actions as roster_actions
from dangan.roster.rules import RosterEntry
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, digest, seal

BATCH = 500
"""Plans written per round: bounds memory; larger rounds measured no faster."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one plan; ``change`` 0 when the plan changed nothing."""

    subject: UUID
    change: int
    number: str
    created: bool
    rows: tuple[UUID, ...]


@dataclass(slots=True)
class _Dossier:
    """A dossier under the pen."""

    subject: UUID
    created: bool
    state: str
    unit: UUID | None
    rows: dict[str, list[Row]]
    plan: SubjectPlan
    writes: list[tuple[UUID, RowPlan, dict[str, Json], date]] = field(default_factory=list)


def write(
    actor: Actor,
    plans: Sequence[SubjectPlan],
    *,
    kind: Change.Kind,
    reason: str = "",
    new_state: str = Subject.State.DRAFT,
    progress: Progress | None = None,
) -> list[Written]:
    """Writes ``plans`` in the caller's transaction.

    Raises :class:`Absent` (no such dossier within reach), :class:`Refused`,
    :class:`Conflict` or :class:`InvalidRecord`; the caller's transaction then rolls back.
    """
    batch = _Batch(actor, kind, reason, new_state)
    written: list[Written] = []
    for start in range(0, len(plans), BATCH):
        written += batch.run(plans[start : start + BATCH])
        if progress:
            progress(len(written), len(plans))
    return written


class _Batch:
    """Settings shared by the rounds of one write; state of a round is local to ``run``."""

    def __init__(self, actor: Actor, kind: Change.Kind, reason: str, new_state: str) -> None:
        self.actor = actor
        self.kind = kind
        self.reason = reason
        self.new_state = new_state
        self.now: datetime = timezone.now()
        self.today: date = timezone.localdate(self.now)
        self.dictionary: Dictionary = dictionary_queries.current()
        self.tree: Tree = organization_queries.tree()
        self._editable: dict[tuple[UUID | None, str], dict[str, Showing]] = {}

    def run(self, plans: Sequence[SubjectPlan]) -> list[Written]:
        dossiers, keys = self._load(plans)
        for dossier in dossiers:
            self._decide(dossier)
        self._refuse_supervisor_loops(dossiers)
        changed = [dossier for dossier in dossiers if dossier.writes]
        numbers = self._store(changed, keys) if changed else {}
        return [self._result(dossier, numbers.get(dossier.subject, 0)) for dossier in dossiers]

    # load

    def _load(self, plans: Sequence[SubjectPlan]) -> tuple[list[_Dossier], dict[UUID, SubjectKey]]:
        known = [plan.subject for plan in plans if plan.subject is not None]
        subjects = (
            {
                subject.id: subject
                for subject in Subject.objects.select_for_update()
                .filter(id__in=known)
                .order_by("id")
            }
            if known
            else {}
        )
        keys = vault_queries.keys_of(subjects, skip_destroyed=True) if subjects else {}
        rows = open_rows(keys, self.dictionary) if subjects else {}
        dossiers = []
        for plan in plans:
            if plan.subject is None:
                state = plan.state or self.new_state
                dossiers.append(_Dossier(plan.new or uuid4(), True, state, None, {}, plan))
                continue
            subject = subjects.get(plan.subject)
            if subject is None or subject.id not in keys or not self._may_open(subject):
                raise Absent
            dossiers.append(
                _Dossier(subject.id, False, subject.state, subject.unit, rows[subject.id], plan)
            )
        new = [dossier.subject for dossier in dossiers if dossier.created]
        if new:
            keys = {**keys, **vault_actions.make_keys(new)}
        return dossiers, keys

    def _may_open(self, subject: Subject) -> bool:
        return reach(self.actor).contains(subject.id, self._path(subject.unit))

    def _path(self, unit: UUID | None) -> tuple[UUID, ...]:
        return self.tree.path_of(unit) if unit else ()

    # decide

    def _decide(self, dossier: _Dossier) -> None:
        if not dossier.created and dossier.state in CLOSED_STATES:
            raise Refused("edit", "档案已封存，不能修改。")
        unit_after = dossier.unit
        for plan in dossier.plan.rows:
            info_set = self.dictionary.sets.get(plan.info_set)
            if info_set is None:
                raise InvalidRecord(
                    plan.info_set,
                    [FieldProblem("", Message("没有信息集“{key}”。", key=plan.info_set))],
                )
            self._decide_row(dossier, info_set, plan)
        if dossier.created and dossier.writes:
            unit_after = unit_of(self.dictionary, self._rows_after(dossier))
        self._require_edit(dossier, unit_after)

    def _decide_row(self, dossier: _Dossier, info_set: InfoSet, plan: RowPlan) -> None:
        stored = _find(dossier.rows.get(info_set.key, ()), plan.row)
        if plan.row is None and not info_set.multiple and dossier.rows.get(info_set.key):
            stored = dossier.rows[info_set.key][0]
            raise Conflict(info_set.key, stored.row, 0, stored.version)
        if plan.row is not None and stored is None:
            raise Absent
        version = stored.version if stored else 0
        if plan.base_version != version:
            raise Conflict(info_set.key, plan.row or UUID(int=0), plan.base_version, version)
        old = stored.values if stored else {}
        new = {} if plan.delete else patched(old, plan.values)
        if new == old and not plan.delete:
            return
        problems = [] if plan.delete else self._row_problems(dossier, info_set, new, plan)
        if problems:
            raise InvalidRecord(info_set.key, problems)
        valid_from = plan.valid_from or self.today
        dossier.writes.append((plan.row or uuid4(), plan, new, valid_from))

    def _row_problems(
        self, dossier: _Dossier, info_set: InfoSet, new: dict[str, Json], plan: RowPlan
    ) -> list[FieldProblem]:
        problems = unknown_fields(info_set, plan.values) + missing_fields(info_set, new)
        if plan.valid_from and plan.valid_from > self.today:
            problems.append(FieldProblem("", Message("生效日期不能晚于今天。")))
        problems += [
            FieldProblem(finding.field or "", finding.message)
            for finding in checks.entry(new, info_set, dossier.rows, self.today)
            if finding.severity == "error"
        ]
        return problems

    def _rows_after(self, dossier: _Dossier) -> dict[str, list[Row]]:
        return apply_rows(
            dossier.rows,
            [
                (row, RowPlan(plan.info_set, new, row, plan.base_version, delete=plan.delete), day)
                for row, plan, new, day in dossier.writes
            ],
        )

    def _require_edit(self, dossier: _Dossier, unit: UUID | None) -> None:
        """Every field that changes must be the actor's to edit, where the person is now
        and, on a move, where the person goes."""
        units = {unit, unit_of(self.dictionary, self._rows_after(dossier))}
        for row, plan, new, _day in dossier.writes:
            stored = _find(dossier.rows.get(plan.info_set, ()), row)
            fields = {change.field for change in difference(stored.values if stored else {}, new)}
            for place in units:
                showings = self._showings(dossier, place, plan.info_set)
                if any(showings.get(name) is not Showing.PLAIN for name in fields):
                    raise Refused("edit", "你没有修改这些字段的权限。")

    def _showings(self, dossier: _Dossier, unit: UUID | None, info_set: str) -> dict[str, Showing]:
        if dossier.subject == self.actor.subject:
            return self._ask(dossier.subject, unit, info_set)
        key = (unit, info_set)
        if key not in self._editable:
            self._editable[key] = self._ask(dossier.subject, unit, info_set)
        return self._editable[key]

    def _ask(self, subject: UUID, unit: UUID | None, info_set: str) -> dict[str, Showing]:
        return dict(
            field_showings(
                self.actor, subject, self._path(unit), self.dictionary.sets[info_set], "edit"
            )
        )

    def _refuse_supervisor_loops(self, dossiers: Sequence[_Dossier]) -> None:
        planned = {
            d.subject: supervisor_of(self.dictionary, self._rows_after(d))
            for d in dossiers
            if any(plan.info_set == "post" for _, plan, _, _ in d.writes)
        }
        links = {person: above for person, above in planned.items() if above}
        unknown = set(links.values()) - planned.keys()
        while unknown:
            found = self._supervisors(unknown)
            planned |= found
            links |= {person: above for person, above in found.items() if above}
            unknown = {above for above in found.values() if above} - planned.keys()
        graph = SupervisorLinks(links)
        if any(graph.loop_from(d.subject) for d in dossiers if d.subject in links):
            message = Message("上下级关系形成了循环，请另选直接上级。")
            raise InvalidRecord("post", [FieldProblem("supervisor", message)])

    def _supervisors(self, people: set[UUID]) -> dict[UUID, UUID | None]:
        rows = open_rows(
            vault_queries.keys_of(people, skip_destroyed=True), self.dictionary, ["post"]
        )
        return {
            person: supervisor_of(self.dictionary, rows[person]) if person in rows else None
            for person in people
        }

    # save

    def _store(self, dossiers: list[_Dossier], keys: dict[UUID, SubjectKey]) -> dict[UUID, int]:
        numbers = dict(
            zip((d.subject for d in dossiers), _next_changes(len(dossiers)), strict=True)
        )
        after = {dossier.subject: self._rows_after(dossier) for dossier in dossiers}
        self._store_subjects(dossiers, after)
        self._store_changes(dossiers, keys, numbers)
        self._store_records(dossiers, keys, numbers)
        self._store_tokens(dossiers)
        roster_actions.put(
            roster_entries({d.subject: (d.state, after[d.subject]) for d in dossiers}), keys
        )
        return numbers

    def _store_subjects(
        self, dossiers: list[_Dossier], after: dict[UUID, dict[str, list[Row]]]
    ) -> None:
        filled = {}
        for dossier in dossiers:
            rows = after[dossier.subject]
            dossier.unit = unit_of(self.dictionary, rows)
            filled[dossier.subject] = score(rows, self.dictionary).percent
        new = [d for d in dossiers if d.created]
        _copy(
            Subject,
            (
                "id",
                "kind",
                "state",
                "unit",
                "version",
                "created_at",
                "changed_at",
                "completeness",
            ),
            (
                (d.subject, "person", d.state, d.unit, 1, self.now, self.now, filled[d.subject])
                for d in new
            ),
        )
        old = [d for d in dossiers if not d.created]
        if not old:
            return
        for dossier in old:
            dossier.state = state_after_edit(dossier.state)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dossiers_subject s SET state = v.state, unit = v.unit, changed_at = %s,"
                " version = s.version + 1, completeness = v.filled"
                " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::smallint[])"
                " AS v(id, state, unit, filled) WHERE s.id = v.id",
                [
                    self.now,
                    [d.subject for d in old],
                    [d.state for d in old],
                    [d.unit for d in old],
                    [filled[d.subject] for d in old],
                ],
            )

    def _store_changes(
        self, dossiers: list[_Dossier], keys: dict[UUID, SubjectKey], numbers: dict[UUID, int]
    ) -> None:
        def rows() -> Iterator[tuple[object, ...]]:
            reason = self.reason.encode()
            for d in dossiers:
                number = numbers[d.subject]
                sealed = (
                    seal(keys[d.subject], change_place(d.subject, number), reason)
                    if reason
                    else None
                )
                sets = list(dict.fromkeys(plan.info_set for _, plan, _, _ in d.writes))
                effective = min(day for *_, day in d.writes)
                kind = Change.Kind.CREATE if d.created and self.kind != "import" else self.kind
                yield (
                    number,
                    d.subject,
                    str(kind),
                    self.actor.id,
                    self.now,
                    effective,
                    msgspec.json.encode(sets).decode(),
                    sealed,
                )

        _copy(
            Change,
            ("id", "subject_id", "kind", "actor", "at", "effective", "sets", "sealed_reason"),
            rows(),
        )

    def _store_records(
        self, dossiers: list[_Dossier], keys: dict[UUID, SubjectKey], numbers: dict[UUID, int]
    ) -> None:
        superseded = [row for d in dossiers for row, plan, _, _ in d.writes if plan.row]
        if superseded:
            Record.objects.filter(row__in=superseded, current=True).update(current=False)
        rows = []
        for d in dossiers:
            stored = []
            for row, plan, new, day in d.writes:
                version = plan.base_version + 1
                place = record_place(d.subject, plan.info_set, row, version)
                sealed = seal(keys[d.subject], place, msgspec.json.encode(new))
                sha = digest(sealed)
                rows.append(
                    (
                        d.subject,
                        plan.info_set,
                        row,
                        version,
                        not plan.delete,
                        plan.delete,
                        day,
                        self.now,
                        numbers[d.subject],
                        sealed,
                        sha,
                    )
                )
                stored.append(
                    {"set": plan.info_set, "row": str(row), "version": version, "sha256": sha.hex()}
                )
            self._note(d, numbers[d.subject], stored)
        _copy(
            Record,
            (
                "subject_id",
                "info_set",
                "row",
                "version",
                "current",
                "deleted",
                "valid_from",
                "recorded_at",
                "change_id",
                "sealed",
                "digest",
            ),
            rows,
        )

    def _note(self, dossier: _Dossier, change: int, records: list[dict[str, object]]) -> None:
        self.actor.trail.add(
            Event(
                action="subject.create" if dossier.created else "record.write",
                subject=dossier.subject,
                object=change_number(change, self.now.year),
                reason=self.reason,
                facts={"records": records},
            )
        )

    def _store_tokens(self, dossiers: list[_Dossier]) -> None:
        gone = [row for d in dossiers for row, plan, _, _ in d.writes if plan.row]
        if gone:
            UniqueToken.objects.filter(row__in=gone).delete()
        rows = []
        for d in dossiers:
            for row, plan, new, _day in d.writes:
                info_set = self.dictionary.sets[plan.info_set]
                for item, value in unique_values(self.dictionary, info_set, new):
                    token = vault_queries.token_of(item.path, value)
                    rows.append((item.path, token, d.subject, row))
        try:
            _copy(UniqueToken, ("path", "token", "subject_id", "row"), rows)
        except UniqueViolation as error:
            raise self._taken(error) from error

    def _taken(self, error: UniqueViolation) -> InvalidRecord:
        """Names the field whose value another dossier holds, from the constraint's own words."""
        text = str(error)
        item = next((f for f in self.dictionary.unique_fields if f.path in text), None)
        if item is None:
            raise error
        set_key, _, field_key = item.path.partition(".")
        message = Message("这个{label}已登记在另一份档案中，请核对。", label=item.label)
        return InvalidRecord(set_key, [FieldProblem(field_key, message)])

    def _result(self, dossier: _Dossier, change: int) -> Written:
        return Written(
            subject=dossier.subject,
            change=change,
            number=change_number(change, self.now.year) if change else "",
            created=dossier.created,
            rows=tuple(row for row, *_ in dossier.writes),
        )


def roster_entries(
    dossiers: Mapping[UUID, tuple[str, Mapping[str, Sequence[Row]]]],
) -> list[RosterEntry]:
    """The roster's line for each dossier, from its state and rows."""
    dictionary = dictionary_queries.current()
    return [
        RosterEntry(subject, unit_of(dictionary, rows), state, list_values(dictionary, rows))
        for subject, (state, rows) in dossiers.items()
    ]


def _find(rows: Iterable[Row], row: UUID | None) -> Row | None:
    return next((item for item in rows if item.row == row), None) if row else None


def _next_changes(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('dossiers_change', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(
    model: type[Subject | Change | Record | UniqueToken],
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    """Stores ``rows`` by COPY, the fastest way in that still checks every constraint."""
    table = model._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
