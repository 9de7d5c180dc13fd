"""One's own dossier with what one asks to change in it, read once for a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec
from django.urls import reverse

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing, require
from dangan.audit.rules import Event
from dangan.dictionary.rules import Field, InfoSet, Json
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.opening import open_body
from dangan.dossiers.proposals.rules import Body, ProposedRow
from dangan.dossiers.queries import DossierView, Opened, RowView
from dangan.dossiers.rules import Values, patched, with_id_facts
from dangan.dossiers.self_service.rules import counts_of, filter_of, may_ask
from dangan.files import queries as file_queries
from dangan.files.queries import FileInfo
from dangan.ui.languages import label as in_language
from dangan.workflow import definitions_store, opening
from dangan.workflow.models import Case, CaseEvent
from dangan.workflow.queries import wording
from dangan.workflow.rules.showing import progress
from dangan.workflow.rules.states import State

PENDING = (Proposal.State.DRAFT, Proposal.State.OPEN, Proposal.State.RETURNED)
REQUESTS = 20
"""Requests on one page."""
OPEN = "open"
WAITING = "waiting"
RETURNED = "returned"
DRAFT = "draft"
EFFECTIVE = "effective"
OPEN_CELLS = 4
"""Fields of a row that stand open; the rest unfolds."""
MARKS = {
    DRAFT: "draft",
    OPEN: "run",
    WAITING: "run",
    RETURNED: "back",
    EFFECTIVE: "ok",
    "refused": "off",
    "withdrawn": "off",
}


@dataclass(frozen=True, slots=True)
class OwnCell:
    """One field of a row: as it will be, and as it is when that differs."""

    item: Field
    text: str
    value: Json | None
    old: str = ""
    changed: bool = False

    @property
    def label(self) -> str:
        return in_language(self.item.label, self.item.label_en)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row with what is asked of it. ``key`` is what a proposal knows it by; ``row`` is None
    for one that is not in the dossier yet, ``proposal`` for one of which nothing is asked."""

    key: UUID
    row: UUID | None
    version: int
    title: str
    cells: tuple[OwnCell, ...]
    values: Values
    stored: Values
    state: str
    label: str
    deletes: bool = False
    proposal: UUID | None = None
    own: bool = True
    case: UUID | None = None
    number: str = ""
    words: str = ""
    proofs: tuple[FileInfo, ...] = ()

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def locked(self) -> bool:
        """A case is deciding the row: nobody changes it meanwhile."""
        return self.state in (OPEN, WAITING)

    @property
    def writable(self) -> bool:
        """Whether what is asked may still be changed, and files put to it."""
        return self.proposal is not None and self.own and self.state in (DRAFT, RETURNED)

    @property
    def new(self) -> bool:
        return self.row is None

    @property
    def filled(self) -> tuple[OwnCell, ...]:
        """What there is to read; the title's fields stand above already."""
        titled = self.title.split("，")
        return tuple(
            cell for cell in self.cells if cell.changed or (cell.text and cell.text not in titled)
        )

    @property
    def shown(self) -> tuple[OwnCell, ...]:
        """What stands open: what changes, or the first few."""
        if self.state == EFFECTIVE:
            return self.filled[:OPEN_CELLS]
        return tuple(c for c in self.filled if c.changed) or self.filled[:OPEN_CELLS]

    @property
    def folded(self) -> tuple[OwnCell, ...]:
        """What unfolds beneath."""
        return tuple(cell for cell in self.filled if cell not in self.shown)

    @property
    def asked_photo(self) -> str:
        """The picture asked to be the portrait; empty when none is."""
        photo = self.values.get("photo")
        return str(photo) if photo and photo != self.stored.get("photo") else ""

    @property
    def changes(self) -> tuple[OwnCell, ...]:
        return tuple(cell for cell in self.cells if cell.changed)


class Own:
    """One's own dossier, opened for one page; the look is noted."""

    def __init__(self, actor: Actor, sets: Collection[str] | None = None) -> None:
        require(actor, "self.edit")
        if actor.subject is None:
            raise Absent
        self.actor = actor
        self.subject: UUID = actor.subject
        self.opened: Opened = dossier_queries.open_subject(actor, self.subject)
        self.view: DossierView = dossier_queries.open_dossier(
            actor, self.subject, sets=list(sets) if sets is not None else None, opened=self.opened
        )
        found = Proposal.objects.filter(subject=self.subject, state__in=PENDING)
        self.proposals: list[Proposal] = list(found.order_by("opened_at"))
        self.bodies: dict[UUID, Body] = {
            item.id: open_body(self.opened.key, item) for item in self.proposals
        }

    @cached_property
    def draft(self) -> Proposal | None:
        """What is not submitted yet."""
        return next(
            (i for i in self.proposals if self._own(i) and i.state == Proposal.State.DRAFT), None
        )

    @cached_property
    def returned(self) -> list[Proposal]:
        """What came back to be changed."""
        state = Proposal.State.RETURNED
        return [item for item in self.proposals if self._own(item) and item.state == state]

    @cached_property
    def _cases(self) -> Mapping[UUID, Case]:
        return Case.objects.in_bulk([item.case for item in self.proposals if item.case])

    @cached_property
    def _words(self) -> Mapping[UUID, str]:
        """What was said when each returned case came back."""
        cases = [self._cases[i.case] for i in self.returned if i.case and i.case in self._cases]
        return {key: step.words for key, step in last_returns(cases).items()}

    @cached_property
    def _files(self) -> Mapping[UUID, FileInfo]:
        mine = [item for item in self.proposals if self._own(item)]
        proofs = [proof for item in mine for proof in self.bodies[item.id].proofs]
        return file_queries.infos(proofs, held={self.subject: self.opened.key})

    def editable(self, info_set: InfoSet) -> frozenset[str]:
        """The fields one may ask to change: by the dictionary and by the matrix."""
        allowed = self.opened.showings(info_set, "start")
        return frozenset(k for k in may_ask(info_set) if allowed.get(k) is Showing.PLAIN)

    @property
    def closed(self) -> bool:
        """Whether the dossier takes no changes any more."""
        return self.opened.subject.state in ("departed", "retained", "destroyed")

    def set_of(self, key: str, *, multiple: bool | None = None) -> InfoSet:
        """A set one sees; raises :class:`Absent`."""
        found = self.view.sets.get(key)
        if found is None or (multiple is not None and found.info_set.multiple is not multiple):
            raise Absent
        return found.info_set

    def rows(self, key: str) -> list[OwnRow]:
        """The rows of a set: those in the dossier, and after them those asked for."""
        info_set = self.set_of(key)
        stored = self.view.sets[key].rows
        asked = [
            (item, row)
            for item in self.proposals
            for row in self.bodies[item.id].rows
            if row.plan.info_set == key
        ]
        by_row = {row.plan.row: (item, row) for item, row in asked if row.plan.row}
        rows = [self._stored(info_set, base, by_row.get(base.row)) for base in stored]
        rows += [
            self._asked(info_set, item, row)
            for item, row in asked
            if row.plan.row is None and self._own(item)
        ]
        return rows

    def row(self, key: str, row_key: UUID) -> OwnRow:
        """One row by its key; raises :class:`Absent`."""
        found = next((row for row in self.rows(key) if row.key == row_key), None)
        if found is None:
            raise Absent
        return found

    def single(self, key: str) -> OwnRow | None:
        """The row of a single-row set: stored, asked for, or none."""
        return next(iter(self.rows(key)), None)

    def pending(self, sets: Collection[str] | None = None) -> list[OwnRow]:
        """What is not on its way: all of the draft, and what was returned of ``sets``."""
        found = []
        keys = dict.fromkeys(
            row.plan.info_set
            for item in ([self.draft] if self.draft else []) + self.returned
            for row in self.bodies[item.id].rows
        )
        for key in keys:
            if key in self.view.sets:
                found += [
                    row
                    for row in self.rows(key)
                    if row.writable and (row.state == DRAFT or sets is None or key in sets)
                ]
        return found

    def summary(self, key: str) -> dict[str, int]:
        """How many rows of a set are in which state."""
        return counts_of(row.state for row in self.rows(key))

    def target(self, key: str, row: UUID | None) -> UUID | None:
        """The returned proposal that holds a row already; None for the draft."""
        for item in self.returned:
            if any(
                entry.plan.info_set == key and row in (entry.key, entry.plan.row)
                for entry in self.bodies[item.id].rows
            ):
                return item.id
        return None

    def set_label(self, key: str) -> str:
        info_set = self.view.sets[key].info_set
        return in_language(info_set.label, info_set.label_en)

    def _own(self, item: Proposal) -> bool:
        return item.opened_by == self.actor.id

    def _stored(
        self, info_set: InfoSet, base: RowView, asked: tuple[Proposal, ProposedRow] | None
    ) -> OwnRow:
        stored = {cell.field.key: cell.value for cell in base.cells if cell.value is not None}
        if asked is None:
            return self._row(info_set, stored, stored, base=base)
        item, row = asked
        if not self._own(item):
            # Somebody else asks: that the row is held is told, not what for.
            return self._row(info_set, stored, stored, base=base, item=item)
        after = {} if row.plan.delete else patched(stored, row.plan.values)
        if info_set.key == "identity":
            after = with_id_facts(stored, after)
        return self._row(info_set, stored, after, base=base, item=item, row=row)

    def _asked(self, info_set: InfoSet, item: Proposal, row: ProposedRow) -> OwnRow:
        return self._row(info_set, {}, patched({}, row.plan.values), item=item, row=row)

    def _row(
        self,
        info_set: InfoSet,
        stored: Values,
        after: Values,
        *,
        base: RowView | None = None,
        item: Proposal | None = None,
        row: ProposedRow | None = None,
    ) -> OwnRow:
        deletes = bool(row and row.plan.delete)
        shown = stored if deletes else after
        state, label = self._state(item)
        return OwnRow(
            key=row.key if row else (base.row if base else UUID(int=0)),
            row=base.row if base else None,
            version=base.version if base else 0,
            title=self._title(info_set, shown),
            cells=tuple(self._cells(info_set, stored, shown, base)),
            values=shown,
            stored=stored,
            state=state,
            label=label,
            deletes=deletes,
            proposal=item.id if item else None,
            own=item is None or self._own(item),
            case=item.case if item else None,
            number=item.case_number if item else "",
            words=self._words.get(item.case, "") if item and item.case else "",
            proofs=tuple(self._files[p] for p in row.proofs if p in self._files) if row else (),
        )

    def _state(self, item: Proposal | None) -> tuple[str, str]:
        if item is None:
            return EFFECTIVE, str(Proposal.State.EFFECTIVE.label)
        case = self._cases.get(item.case) if item.case and item.state == OPEN else None
        if case is not None and case.state == Case.State.WAITING:
            return WAITING, str(Case.State.WAITING.label)
        return item.state, str(Proposal.State(item.state).label)

    def _cells(
        self, info_set: InfoSet, stored: Values, after: Values, base: RowView | None
    ) -> list[OwnCell]:
        shown = {item.key for item in self.view.sets[info_set.key].fields}
        masked = {c.field.key: c for c in base.cells if c.value is None} if base else {}
        found = []
        for item in info_set.fields:
            if item.key not in shown:
                continue
            old, new = stored.get(item.key), after.get(item.key)
            changed = (old or None) != (new or None)
            if new in (None, "") and not changed:
                text = masked[item.key].text if item.key in masked else ""
                found.append(OwnCell(item, text, None))
                continue
            found.append(
                OwnCell(
                    item, self._text(item, new), new, self._text(item, old) if changed else "",
                    changed,
                )
            )  # fmt: skip
        return found

    def _text(self, item: Field, value: Json | None) -> str:
        return "" if value in (None, "") else self.opened.words.display(item, value)

    def _title(self, info_set: InfoSet, values: Values) -> str:
        parts = [
            self._text(info_set.by_key[key], value)
            for key in info_set.title_fields
            if (value := values.get(key)) not in (None, "")
        ]
        return "，".join(parts)


# --- my requests ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in the last event of a kind, and by whom."""

    words: str
    by: UUID


def last_returns(cases: Sequence[Case]) -> dict[UUID, Said]:
    """What was said when each of these cases was last returned; two statements."""
    if not cases:
        return {}
    by_id = {case.id: case for case in cases}
    keys = opening.keys_for(cases)
    events = CaseEvent.objects.filter(case__in=list(by_id), verb="return").order_by("seq")
    return {
        event.case_id: Said(
            str(opening.open_event(opening.key_in(keys, by_id[event.case_id]), event).get("words")
                or ""),
            event.actor,
        )
        for event in events
    }  # fmt: skip


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
            label=_label(state),
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


def _label(state: str) -> str:
    return str(Case.State.WAITING.label) if state == WAITING else str(Proposal.State(state).label)
