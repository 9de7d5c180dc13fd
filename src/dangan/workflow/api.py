"""The flows' part of the API: what waits for me, one case, and deciding it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from dangan.access.pages import ActorRequest, page
from dangan.workflow import actions, queries
from dangan.workflow.models import Case
from dangan.workflow.queries import CaseView, DeskLine, StepView, Turn

router = Router(tags=["cases"])

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


class NoCaseVersion(Exception):  # noqa: N818 - an answer to the caller
    """A decision must say which version of the case it is based on (If-Match)."""


class LineOut(Schema):
    """A case in one of the caller's boxes; ``step`` is what waits for the caller."""

    case: UUID
    number: str
    kind: str
    label: str
    summary: str
    subject: UUID | None
    state: str
    step: str
    role: str
    on_behalf_of: UUID | None
    since: datetime
    due_at: datetime | None
    overdue: bool
    version: int


class BoxOut(Schema):
    """A page of a box; ``total`` counts its newest entries."""

    total: int
    lines: list[LineOut]


class StepOut(Schema):
    """A step of the flow; ``who`` decided it, or may."""

    key: str
    label: str
    type: str
    state: str
    who: list[UUID]
    due_at: datetime | None
    steps: list[StepOut]


class TurnOut(Schema):
    """Something the caller may decide now; ``targets`` are where a return may go."""

    step: str
    verbs: list[str]
    targets: list[str]
    on_behalf_of: UUID | None


class EventOut(Schema):
    """One thing that happened."""

    at: datetime
    actor: UUID
    verb: str
    step: str
    words: str


class CaseOut(Schema):
    """A case; its ``ETag`` is what a decision must be based on."""

    case: UUID
    number: str
    kind: str
    label: str
    state: str
    subject: UUID | None
    unit: UUID | None
    initiator: UUID
    opened_at: datetime
    finished_at: datetime | None
    effective: date | None
    version: int
    steps: list[StepOut]
    turns: list[TurnOut]
    timeline: list[EventOut]


class DecisionIn(Schema, extra="forbid"):
    """A decision on one step; ``to`` names where a return goes (``start`` by default)."""

    step: str = Field(max_length=60)
    words: str = Field("", max_length=2000)
    on_behalf_of: UUID | None = None


class ReturnIn(DecisionIn, extra="forbid"):
    """As :class:`DecisionIn`; ``to`` is a step, or ``start`` for whoever started it."""

    to: str = Field("start", max_length=60)


class DecidedOut(Schema):
    """What became of the case."""

    case: UUID
    number: str
    state: str
    version: int


@router.get("/cases", response=BoxOut, summary="我的流程", operation_id="cases")
@page("cases.own")
def cases(
    request: ActorRequest,
    box: Literal["todo", "done", "started", "copied"] = "todo",
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
) -> BoxOut:
    """What waits for the caller, or what the caller did, started or got a copy of."""
    found = queries.desk(request.actor, box, offset=offset, limit=limit)
    return BoxOut(total=found.total, lines=[_line(line) for line in found.lines])


@router.get("/cases/{case}", response=CaseOut, summary="读取流程", operation_id="case")
@page("cases.own")
def case(request: ActorRequest, response: HttpResponse, case: UUID) -> CaseOut:
    """One case, for whoever takes part in it."""
    view = queries.case_view(request.actor, case)
    response["ETag"] = f'"{view.case.version}"'
    return _case(view)


@router.post("/cases/{case}/agree", response=DecidedOut, summary="同意", operation_id="case_agree")
@page("cases.own")
def agree(
    request: ActorRequest, response: HttpResponse, case: UUID, body: DecisionIn
) -> DecidedOut:
    """Agrees to a step. The effect, if this was the last decision, happens at once."""
    done = actions.agree(
        request.actor,
        case=case,
        step=body.step,
        words=body.words,
        version=_version(request),
        on_behalf_of=body.on_behalf_of,
    )
    return _decided(response, done)


@router.post(
    "/cases/{case}/refuse", response=DecidedOut, summary="拒绝", operation_id="case_refuse"
)
@page("cases.own")
def refuse(
    request: ActorRequest, response: HttpResponse, case: UUID, body: DecisionIn
) -> DecidedOut:
    """Refuses: the case ends."""
    done = actions.refuse(
        request.actor,
        case=case,
        step=body.step,
        words=body.words,
        version=_version(request),
        on_behalf_of=body.on_behalf_of,
    )
    return _decided(response, done)


@router.post(
    "/cases/{case}/return", response=DecidedOut, summary="退回", operation_id="case_return"
)
@page("cases.own")
def return_case(
    request: ActorRequest, response: HttpResponse, case: UUID, body: ReturnIn
) -> DecidedOut:
    """Gives the case back to whoever started it, or to an earlier step."""
    done = actions.return_case(
        request.actor,
        case=case,
        step=body.step,
        words=body.words,
        version=_version(request),
        on_behalf_of=body.on_behalf_of,
        to=body.to,
    )
    return _decided(response, done)


def _version(request: ActorRequest) -> int:
    """The version in ``If-Match``; raises :class:`NoCaseVersion`."""
    found = _ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise NoCaseVersion
    return int(found[1])


def _decided(response: HttpResponse, case: Case) -> DecidedOut:
    response["ETag"] = f'"{case.version}"'
    return DecidedOut(case=case.id, number=case.number, state=case.state, version=case.version)


def _line(line: DeskLine) -> LineOut:
    return LineOut(
        case=line.case,
        number=line.number,
        kind=line.kind,
        label=line.label,
        summary=line.summary,
        subject=line.subject,
        state=line.state,
        step=line.step,
        role=line.role,
        on_behalf_of=line.on_behalf_of,
        since=line.since,
        due_at=line.due_at,
        overdue=line.overdue,
        version=line.version,
    )


def _case(view: CaseView) -> CaseOut:
    row = view.case
    effective = view.facts.get("effective")
    return CaseOut(
        case=row.id,
        number=view.number,
        kind=row.kind,
        label=view.definition_label,
        state=view.state,
        subject=row.subject,
        unit=row.unit,
        initiator=row.initiator,
        opened_at=row.opened_at,
        finished_at=row.finished_at,
        effective=date.fromisoformat(effective) if isinstance(effective, str) else None,
        version=row.version,
        steps=[_step(step) for step in view.steps],
        turns=[_turn(turn) for turn in view.turns if turn.step],
        timeline=[
            EventOut(at=line.at, actor=line.actor, verb=line.verb, step=line.step, words=line.words)
            for line in view.timeline
        ],
    )


def _step(step: StepView) -> StepOut:
    inner = [_step(child) for _, _, steps in step.rows for child in steps]
    return StepOut(
        key=step.key,
        label=step.label,
        type=step.type,
        state=step.state,
        who=[signer.account for signer in step.signers],
        due_at=step.due_at,
        steps=inner,
    )


def _turn(turn: Turn) -> TurnOut:
    return TurnOut(
        step=turn.step,
        verbs=sorted(turn.verbs),
        targets=[key for key, _ in turn.targets],
        on_behalf_of=turn.on_behalf_of,
    )
