"""The dossiers' part of the API: subjects, records, history.

A record is one row of an information set. Its version is its ``ETag``; whoever changes or
deletes it sends that back as ``If-Match``, so nobody overwrites another's change unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Refused
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import BadValue, Json, Message
from dangan.dictionary.values import ParseContext, parse
from dangan.dossiers import actions, queries
from dangan.dossiers.api.schemas import (
    Deletion,
    HistoryOut,
    NewRecord,
    NewSubject,
    ProposedOut,
    Raw,
    RecordOut,
    SubjectOut,
    VersionOut,
    WrittenOut,
    change_out,
    dossier_out,
    proposed_out,
    record_out,
    written_out,
)
from dangan.dossiers.proposals.actions import Submitted, propose
from dangan.dossiers.proposals.refusals import NeedsApproval
from dangan.dossiers.queries import RowView
from dangan.dossiers.rules import FieldProblem, InvalidRecord, RowPlan, unknown_fields
from dangan.dossiers.views.edit import form_context
from dangan.dossiers.writing import Written
from dangan.roster.api import RosterOut, list_subjects

router = Router(tags=["dossiers"])


class NoBaseVersion(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A change was asked for without saying which version it began from."""


router.get("/subjects", response=RosterOut, summary="花名册", operation_id="list_subjects")(
    list_subjects
)


@router.post(
    "/subjects", response={201: WrittenOut}, summary="新建档案", operation_id="create_subject"
)
@page("people.create")
def create_subject(
    request: ActorRequest, response: HttpResponse, body: NewSubject
) -> Status[WrittenOut]:
    parsing = form_context(request.actor).parsing
    rows = [
        RowPlan(row.info_set, _parsed(row.info_set, row.values, parsing), valid_from=row.valid_from)
        for row in body.rows
    ]
    written = actions.create_subject(request.actor, rows=rows, reason=body.reason)
    response["Location"] = f"/api/v1/subjects/{written.subject}"
    return Status(201, written_out(written))


@router.get(
    "/subjects/{uuid:subject}", response=SubjectOut, summary="读取档案", operation_id="get_subject"
)
@page("dossier.open")
def get_subject(
    request: ActorRequest, response: HttpResponse, subject: UUID, as_of: date | None = None
) -> SubjectOut:
    view = queries.open_dossier(request.actor, subject, as_of=as_of)
    if as_of is None:
        response["ETag"] = _tag(view.version)
    return dossier_out(view)


@router.get(
    "/subjects/{uuid:subject}/records/{info_set}",
    response=list[RecordOut],
    summary="读取一个信息集的记录",
    operation_id="list_records",
)
@page("dossier.open")
def list_records(
    request: ActorRequest, subject: UUID, info_set: str, as_of: date | None = None
) -> list[RecordOut]:
    view = queries.open_dossier(request.actor, subject, as_of=as_of, sets=(info_set,))
    found = view.sets.get(info_set)
    if found is None:
        raise Absent
    return [record_out(row) for row in found.rows]


@router.post(
    "/subjects/{uuid:subject}/records/{info_set}",
    response={201: WrittenOut, 202: ProposedOut},
    summary="新增记录",
    operation_id="add_record",
)
@page("dossier.open")
def add_record(
    request: ActorRequest, response: HttpResponse, subject: UUID, info_set: str, body: NewRecord
) -> Status[WrittenOut] | Status[ProposedOut]:
    """Adds a row; 202 with the number of the case where the change has to be approved first."""
    values = _parsed(info_set, body.values, form_context(request.actor).parsing)
    plan = RowPlan(info_set, values, valid_from=body.valid_from)
    written = _save_or_propose(request.actor, subject, plan, body.reason)
    if isinstance(written, Submitted):
        return Status(202, proposed_out(written))
    response["ETag"] = _tag(1)
    if written.rows:
        response["Location"] = f"/api/v1/subjects/{subject}/records/{info_set}/{written.rows[0]}"
    return Status(201, written_out(written))


@router.get(
    "/subjects/{uuid:subject}/records/{info_set}/{uuid:row}",
    response=RecordOut,
    summary="读取一条记录",
    operation_id="get_record",
)
@page("dossier.open")
def get_record(
    request: ActorRequest, response: HttpResponse, subject: UUID, info_set: str, row: UUID
) -> RecordOut:
    record = _current(request, subject, info_set, row)
    response["ETag"] = _tag(record.version)
    return record_out(record)


@router.put(
    "/subjects/{uuid:subject}/records/{info_set}/{uuid:row}",
    response={200: WrittenOut, 202: ProposedOut},
    summary="修改记录",
    operation_id="change_record",
    openapi_extra={
        "parameters": [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}]
    },
)
@page("dossier.open")
def change_record(
    request: ActorRequest, subject: UUID, info_set: str, row: UUID, body: NewRecord
) -> Status[WrittenOut] | Status[ProposedOut]:
    """Changes the fields named in ``values``; a field left out keeps its value, null empties it.

    Answers 202 with the number of the case where the change has to be approved first.
    """
    base = _base_version(request)
    values = _parsed(info_set, body.values, form_context(request.actor).parsing)
    plan = RowPlan(info_set, values, row, base, body.valid_from)
    return _written_or_proposed(request.actor, subject, plan, body.reason)


@router.delete(
    "/subjects/{uuid:subject}/records/{info_set}/{uuid:row}",
    response={200: WrittenOut, 202: ProposedOut},
    summary="删除记录",
    operation_id="delete_record",
    openapi_extra={
        "parameters": [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}]
    },
)
@page("dossier.open")
def delete_record(
    request: ActorRequest,
    subject: UUID,
    info_set: str,
    row: UUID,
    body: Deletion | None = None,
) -> Status[WrittenOut] | Status[ProposedOut]:
    """Takes the row out of the dossier; its versions stay in the history. Answers 202 with the
    number of the case where that has to be approved first.

    The reason stands in the body: words about a person do not belong in an address.
    """
    plan = RowPlan(info_set, {}, row, _base_version(request), delete=True)
    return _written_or_proposed(request.actor, subject, plan, body.reason if body else "")


@router.get(
    "/subjects/{uuid:subject}/records/{info_set}/{uuid:row}/versions",
    response=list[VersionOut],
    summary="一条记录的全部版本",
    operation_id="list_versions",
)
@page("history.view")
def list_versions(
    request: ActorRequest, subject: UUID, info_set: str, row: UUID
) -> list[VersionOut]:
    known, found = queries.versions(request.actor, subject, row)
    if known.key != info_set:
        raise Absent
    return [
        VersionOut(
            version=item.version,
            valid_from=item.valid_from,
            change=item.number,
            at=item.at,
            actor=item.actor,
            deleted=item.deleted,
        )
        for item in found
    ]


@router.get(
    "/subjects/{uuid:subject}/history",
    response=HistoryOut,
    summary="更新记录",
    operation_id="list_history",
    by_alias=True,
)
@page("history.view")
def list_history(
    request: ActorRequest,
    subject: UUID,
    info_set: Annotated[str | None, Query(alias="set", max_length=64)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HistoryOut:
    found = queries.history(request.actor, subject, info_set=info_set, before=before, limit=limit)
    names = names_of_accounts({change.actor for change in found.changes})
    return HistoryOut(
        items=[change_out(change, names) for change in found.changes],
        next=found.changes[-1].id if found.more else None,
    )


def _written_or_proposed(
    actor: Actor, subject: UUID, plan: RowPlan, reason: str
) -> Status[WrittenOut] | Status[ProposedOut]:
    written = _save_or_propose(actor, subject, plan, reason)
    if isinstance(written, Submitted):
        return Status(202, proposed_out(written))
    return Status(200, written_out(written))


def _save_or_propose(
    actor: Actor, subject: UUID, plan: RowPlan, reason: str
) -> Written | Submitted:
    """Writes the row, or proposes the change: where the routes ask a desk, where its day is to
    come, and for whoever may begin a change of these fields without writing it."""
    if not plan.valid_from or plan.valid_from <= timezone.localdate():
        try:
            return _save(actor, subject, plan, reason)
        except NeedsApproval:
            pass
        except Refused:
            if not actor.may("changes.start"):
                raise
    undated = replace(plan, valid_from=None)
    return propose(actor, subject=subject, rows=[undated], words=reason, effective=plan.valid_from)


def _save(actor: Actor, subject: UUID, plan: RowPlan, reason: str) -> Written:
    if plan.row is not None and plan.delete:
        return actions.delete_row(
            actor,
            subject=subject,
            info_set=plan.info_set,
            row=plan.row,
            base_version=plan.base_version,
            reason=reason,
        )
    return actions.save_row(
        actor,
        subject=subject,
        info_set=plan.info_set,
        row=plan.row,
        base_version=plan.base_version,
        values=plan.values,
        valid_from=plan.valid_from,
        reason=reason,
    )


def _parsed(
    info_set: str, values: Mapping[str, Raw], parsing: ParseContext
) -> dict[str, Json | None]:
    """The values in stored form; raises :class:`InvalidRecord` naming each field that is not."""
    dictionary = dictionary_queries.current()
    known = dictionary.sets.get(info_set)
    if known is None:
        raise InvalidRecord(
            info_set, [FieldProblem("", Message("没有信息集“{key}”。", key=info_set))]
        )
    parsed: dict[str, Json | None] = {}
    problems = unknown_fields(known, dict.fromkeys(values))
    for key, raw in values.items():
        item = known.by_key.get(key)
        if item is None or raw is None or raw == "":
            parsed[key] = None
            continue
        try:
            parsed[key] = parse(item, raw, dictionary=dictionary, context=parsing)
        except BadValue as bad:
            problems.append(FieldProblem(key, bad.message))
    if problems:
        raise InvalidRecord(info_set, problems)
    return parsed


def _base_version(request: ActorRequest) -> int:
    """The version in ``If-Match``; raises :class:`NoBaseVersion` when there is none."""
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NoBaseVersion
    return int(text)


def _tag(version: int) -> str:
    return f'"{version}"'


def _current(request: ActorRequest, subject: UUID, info_set: str, row: UUID) -> RowView:
    view = queries.open_dossier(request.actor, subject, sets=(info_set,))
    found = view.sets.get(info_set)
    record = next((item for item in found.rows if item.row == row), None) if found else None
    if record is None:
        raise Absent
    return record
