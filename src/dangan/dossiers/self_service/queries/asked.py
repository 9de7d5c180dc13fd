"""我的申请: what one has asked to change, how far each is, what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.urls import reverse

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.opening import open_body
from dangan.dossiers.proposals.rules import Body
from dangan.dossiers.queries import Opened
from dangan.dossiers.self_service.queries.states import (
    EFFECTIVE,
    LABELS,
    MARKS,
    OPEN,
    REQUESTS,
    RETURNED,
    WAITING,
)
from dangan.dossiers.self_service.rules import counts_of, filter_of
from dangan.ui.languages import label as in_language
from dangan.workflow import definitions_store, opening
from dangan.workflow.models import Case, CaseEvent
from dangan.workflow.queries import wording
from dangan.workflow.rules.showing import progress
from dangan.workflow.rules.states import State


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One thing that happened to a request."""

    at: datetime
    name: str
    verb: str
    label: str
    step: str
    words: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One of my requests: what it is about, how far it is, what there is to do."""

    id: UUID
    title: str
    about: str
    state: str
    label: str
    number: str
    case: UUID | None
    change_number: str
    bar: tuple[str, ...]
    step: str
    due_at: datetime | None
    at: datetime
    effective: str
    words: str
    may_withdraw: bool
    edit_url: str
    timeline: tuple[TimelineStep, ...]

    @property
    def mark(self) -> str:
        return MARKS[self.state]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A page of my requests with the counts of all."""

    counts: Mapping[str, int]
    all: int
    total: int
    offset: int
    limit: int
    lines: tuple[RequestLine, ...]


def requests(actor: Actor, *, state: str = "", offset: int = 0) -> RequestPage:
    """What the actor has asked to change in the own dossier, newest first."""
    require(actor, "self.edit")
    if actor.subject is None:
        raise Absent
    opened = dossier_queries.open_subject(actor, actor.subject)
    mine = list(
        Proposal.objects.filter(subject=actor.subject, opened_by=actor.id)
        .select_related("change")
        .order_by("-changed_at")
    )
    cases = Case.objects.in_bulk([item.case for item in mine if item.case])
    states = {item.id: _state_of(item, cases) for item in mine}
    chosen = [item for item in mine if not state or filter_of(states[item.id]) == state]
    page = chosen[offset : offset + REQUESTS]
    actor.trail.add(Event("self.requests", subject=actor.subject))
    reader = _Requests(opened, page, cases, states)
    return RequestPage(
        counts=counts_of(states.values()),
        all=len(mine),
        total=len(chosen),
        offset=offset,
        limit=REQUESTS,
        lines=tuple(reader.line(item) for item in page),
    )


def _state_of(item: Proposal, cases: Mapping[UUID, Case]) -> str:
    case = cases.get(item.case) if item.case and item.state == OPEN else None
    if case is not None and case.state == Case.State.WAITING:
        return WAITING
    return item.state


class _Requests:
    """Puts a page of requests into words, names and definitions looked up once."""

    def __init__(
        self,
        opened: Opened,
        page: Sequence[Proposal],
        cases: Mapping[UUID, Case],
        states: Mapping[UUID, str],
    ) -> None:
        self.opened = opened
        self.states = states
        wanted = [item.case for item in page if item.case]
        self.cases = {key: cases[key] for key in wanted if key in cases}
        self.bodies = {item.id: open_body(opened.key, item) for item in page}
        self.definitions = definitions_store.definitions_of(
            case.definition_version_id for case in self.cases.values()
        )
        self.events: dict[UUID, list[CaseEvent]] = {}
        for event in CaseEvent.objects.filter(case__in=list(self.cases)).order_by("seq"):
            self.events.setdefault(event.case_id, []).append(event)
        actors = {event.actor for events in self.events.values() for event in events}
        self.names = names_of_accounts(actors) if actors else {}

    def line(self, item: Proposal) -> RequestLine:
        body, state = self.bodies[item.id], self.states[item.id]
        case = self.cases.get(item.case) if item.case else None
        timeline = self._timeline(case)
        first = body.rows[0].plan.info_set if body.rows else ""
        return RequestLine(
            id=item.id,
            title=self._sets(body),
            about=self._about(body),
            state=state,
            label=str(LABELS[state]),
            number=item.case_number,
            case=item.case,
            change_number=item.change.number if item.change else "",
            bar=self._bar(case, state),
            step=self._step(case),
            due_at=case.due_at if case and state == OPEN else None,
            at=item.changed_at,
            effective=item.effective.isoformat() if item.effective else "",
            words=next((s.words for s in reversed(timeline) if s.verb in ("return", "refuse")), ""),
            may_withdraw=state == OPEN and not _decided(self.events.get(item.case, ())),  # type: ignore[arg-type]  # open: it has a case
            edit_url=self._edit_url(first),
            timeline=timeline,
        )

    def _edit_url(self, key: str) -> str:
        info_set = self.opened.dictionary.sets.get(key)
        if info_set is None:
            return ""
        if info_set.multiple:
            return reverse("self:rows", args=[key])
        return reverse("self:edit") + f"#s-{key}"

    def _sets(self, body: Body) -> str:
        sets = self.opened.dictionary.sets
        keys = dict.fromkeys(row.plan.info_set for row in body.rows)
        return "、".join(
            in_language(sets[key].label, sets[key].label_en) for key in keys if key in sets
        )

    def _about(self, body: Body) -> str:
        """What is touched: fields of single rows by name, rows of others by their title."""
        found: list[str] = []
        for row in body.rows:
            info_set = self.opened.dictionary.sets.get(row.plan.info_set)
            if info_set is None:
                continue
            by_key = info_set.by_key
            values = row.plan.values
            title = "，".join(
                self.opened.words.display(by_key[key], value)
                for key in info_set.title_fields
                if key in by_key and (value := values.get(key)) not in (None, "")
            )
            names = [
                in_language(by_key[k].label, by_key[k].label_en) for k in values if k in by_key
            ]
            found += [title] if info_set.multiple and title else names
        return "、".join(dict.fromkeys(found))

    def _bar(self, case: Case | None, state: str) -> tuple[str, ...]:
        if case is None:
            return ("done",) * 3 if state == EFFECTIVE else ("",) * 3
        if state == EFFECTIVE:
            marks = ["ok"] * _shape(case, self.definitions)[2]
            return tuple(marks or ["ok"])
        done, now, total = _shape(case, self.definitions)
        if state == RETURNED:
            done, now = 0, 1
        rest = max(0, total - done - now)
        return (*["done"] * done, *["now"] * min(now, total - done), *[""] * rest)

    def _step(self, case: Case | None) -> str:
        if case is None or case.state != Case.State.OPEN:
            return ""
        definition = self.definitions[case.definition_version_id]
        state = msgspec.convert(case.progress, State)
        return wording.step_labels(definition, wording.steps_now(case, definition, state))

    def _timeline(self, case: Case | None) -> tuple[TimelineStep, ...]:
        if case is None:
            return ()
        definition = self.definitions[case.definition_version_id]
        key = self.opened.key if case.subject == self.opened.subject.id else None
        return tuple(
            TimelineStep(
                at=event.at,
                name=self.names.get(event.actor, ""),
                verb=wording.shown_verb(event.verb),
                label=wording.verb_label(event.verb),
                step=wording.step_labels(definition, [event.step] if event.step else []),
                words=str(opening.open_event(key, event).get("words") or ""),
            )
            for event in self.events.get(case.id, ())
        )


def _shape(case: Case, definitions: Mapping[int, object]) -> tuple[int, int, int]:
    definition = definitions[case.definition_version_id]
    found = progress(definition, msgspec.convert(case.progress, State))  # type: ignore[arg-type]  # a Definition
    return found[0], found[1], found[2]


def _decided(events: Sequence[CaseEvent]) -> bool:
    """Whether anybody has decided since the last submission."""
    since = 0
    for number, event in enumerate(events):
        if event.verb in ("submit", "resubmit"):
            since = number
    return any(event.verb in ("agree", "refuse", "fill") for event in events[since:])
