"""Third step: sealed and stored; what happened is noted for the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from django.db import connection
from psycopg.errors import UniqueViolation

from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, Field, Message
from dangan.dossiers.completeness import score
from dangan.dossiers.models import Change, Record, Subject, UniqueToken, change_number
from dangan.dossiers.opening import change_place, record_place
from dangan.dossiers.rules import (
    FieldProblem,
    InvalidRecord,
    Row,
    list_values,
    state_after_edit,
    unique_values,
    unit_of,
)
from dangan.dossiers.writing.drafts import Draft, Setting, Write
from dangan.roster import actions as roster_actions
from dangan.roster.rules import RosterEntry
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, digest, seal

Keys = Mapping[UUID, SubjectKey]


def store(setting: Setting, drafts: Sequence[Draft], keys: Keys) -> None:
    """Stores the drafts; raises :class:`InvalidRecord` when a unique value is taken."""
    for draft, change in zip(drafts, _next_changes(len(drafts)), strict=True):
        draft.change = change
        if not draft.created:
            draft.state = state_after_edit(draft.state)
    _store_subjects(setting, drafts)
    _store_changes(setting, drafts, keys)
    _store_records(setting, drafts, keys)
    _store_tokens(setting, drafts)
    roster_actions.put(
        [
            RosterEntry(d.subject, d.unit_after, d.state, list_values(setting.dictionary, d.after))
            for d in drafts
        ],
        keys,
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


def _next_changes(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('dossiers_change', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _store_subjects(setting: Setting, drafts: Sequence[Draft]) -> None:
    filled = {d.subject: score(d.after, setting.dictionary).percent for d in drafts}
    now = setting.now_at
    _copy(
        Subject,
        ("id", "kind", "state", "unit", "version", "created_at", "changed_at", "completeness"),
        [
            (d.subject, "person", d.state, d.unit_after, 1, now, now, filled[d.subject])
            for d in drafts
            if d.created
        ],
    )
    old = [draft for draft in drafts if not draft.created]
    if not old:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dossiers_subject s SET state = v.state, unit = v.unit, changed_at = %s,"
            " version = s.version + 1, completeness = v.filled"
            " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::smallint[])"
            " AS v(id, state, unit, filled) WHERE s.id = v.id",
            [
                now,
                [d.subject for d in old],
                [d.state for d in old],
                [d.unit_after for d in old],
                [filled[d.subject] for d in old],
            ],
        )


def _store_changes(setting: Setting, drafts: Sequence[Draft], keys: Keys) -> None:
    _copy(
        Change,
        (
            "id",
            "subject_id",
            "kind",
            "actor",
            "at",
            "effective",
            "sets",
            "sealed_reason",
            "case",
            "case_number",
        ),
        [_change_row(setting, draft, keys[draft.subject]) for draft in drafts],
    )


def _change_row(setting: Setting, draft: Draft, key: SubjectKey) -> tuple[object, ...]:
    created = draft.created and setting.kind is not Change.Kind.IMPORT
    reason = setting.reason.encode()
    place = change_place(draft.subject, draft.change)
    sets = list(dict.fromkeys(write.info_set for write in draft.writes))
    return (
        draft.change,
        draft.subject,
        str(Change.Kind.CREATE if created else setting.kind),
        setting.author,
        setting.now_at,
        min(write.valid_from for write in draft.writes),
        msgspec.json.encode(sets).decode(),
        seal(key, place, reason) if reason else None,
        setting.of_case.id if setting.of_case else None,
        setting.of_case.number if setting.of_case else "",
    )


_RECORD_COLUMNS = (
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
)


def _store_records(setting: Setting, drafts: Sequence[Draft], keys: Keys) -> None:
    superseded = [write.row for draft in drafts for write in draft.writes if write.plan.row]
    if superseded:
        Record.objects.filter(row__in=superseded, current=True).update(current=False)
    rows: list[tuple[object, ...]] = []
    for draft in drafts:
        sealed = [(write, _sealed(keys[draft.subject], write)) for write in draft.writes]
        rows += [_record_row(setting, draft, write, body) for write, body in sealed]
        setting.actor.trail.add(_event(setting, draft, sealed))
    _copy(Record, _RECORD_COLUMNS, rows)


def _sealed(key: SubjectKey, write: Write) -> bytes:
    place = record_place(key.subject, write.info_set, write.row, write.version)
    return seal(key, place, msgspec.json.encode(write.new))


def _record_row(setting: Setting, draft: Draft, write: Write, body: bytes) -> tuple[object, ...]:
    return (
        draft.subject,
        write.info_set,
        write.row,
        write.version,
        not write.plan.delete,
        write.plan.delete,
        write.valid_from,
        setting.now_at,
        draft.change,
        body,
        digest(body),
    )


def _event(setting: Setting, draft: Draft, sealed: Iterable[tuple[Write, bytes]]) -> Event:
    records = [
        {
            "set": write.info_set,
            "row": str(write.row),
            "version": write.version,
            "sha256": digest(body).hex(),
        }
        for write, body in sealed
    ]
    case = {"case": setting.of_case.number} if setting.of_case else {}
    return Event(
        action="subject.create" if draft.created else "record.write",
        subject=draft.subject,
        object=change_number(draft.change, setting.now_at.year),
        reason=setting.reason,
        facts={"records": records, **case},
    )


def _store_tokens(setting: Setting, drafts: Sequence[Draft]) -> None:
    dictionary = setting.dictionary
    touched = {item.set_key for item in dictionary.unique_fields}
    writes = [(d.subject, w) for d in drafts for w in d.writes if w.info_set in touched]
    replaced = [write.row for _, write in writes if write.plan.row]
    if replaced:
        UniqueToken.objects.filter(row__in=replaced).delete()
    rows = [
        (item.path, vault_queries.token_of(item.path, value), subject, write.row)
        for subject, write in writes
        for item, value in unique_values(dictionary, dictionary.sets[write.info_set], write.new)
    ]
    try:
        _copy(UniqueToken, ("path", "token", "subject_id", "row"), rows)
    except UniqueViolation as error:
        raise _taken(dictionary, error) from error


def refuse_taken(setting: Setting, draft: Draft) -> None:
    """Raises :class:`InvalidRecord` when another dossier holds a unique value of the draft's."""
    dictionary = setting.dictionary
    for write in draft.writes:
        for item, value in unique_values(dictionary, dictionary.sets[write.info_set], write.new):
            token = vault_queries.token_of(item.path, value)
            held = UniqueToken.objects.filter(path=item.path, token=token)
            if held.exclude(subject=draft.subject).exists():
                raise _held(item)


def _taken(dictionary: Dictionary, error: UniqueViolation) -> InvalidRecord:
    """Names the field whose value another dossier holds, from the constraint's own words."""
    words = error.diag.message_detail or ""
    item = next((item for item in dictionary.unique_fields if f"({item.path}," in words), None)
    if item is None:
        raise error
    return _held(item)


def _held(item: Field) -> InvalidRecord:
    message = Message("这个{label}已登记在另一份档案中，请核对。", label=item.label)
    return InvalidRecord(item.set_key, [FieldProblem(item.key, message)])


def _copy(
    model: type[Subject | Change | Record | UniqueToken],
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    """Stores ``rows`` by COPY, the fastest way in that still checks every constraint."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
