"""One case as its page shows it, and cases in short for the pages of other rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.rules import Event as Noted
from dangan.ui.languages import label
from dangan.workflow import definitions_store as store
from dangan.workflow import opening, people
from dangan.workflow.definitions_store import label_of
from dangan.workflow.deputising import acting_as
from dangan.workflow.models import Case, CaseEvent, CaseFile, Comment, Copy, Task
from dangan.workflow.queries import wording
from dangan.workflow.queries.shapes import (
    CaseLine,
    CaseView,
    CommentView,
    Progress,
    SignerView,
    StepView,
    TimelineLine,
    Turn,
)
from dangan.workflow.rights import look, sees_all
from dangan.workflow.rules import showing
from dangan.workflow.rules.definitions import Definition, Fill
from dangan.workflow.rules.showing import Node, Signer
from dangan.workflow.rules.states import START, State

_PROGRESS: Mapping[str, Progress] = {
    "done": "done",
    "refused": "done",
    "now": "now",
    "waiting": "now",
    "failed": "now",
    "to_come": "later",
    "returned": "later",
    "skipped": "skipped",
}
_VERDICTS = {"done": "agree", "refused": "refuse"}
NEWEST = 100
"""Cases about one person that other pages list."""


def case_view(actor: Actor, case: UUID) -> CaseView:
    """A case for whoever takes or took part in it, or may see all cases where it belongs.

    Raises :class:`Absent` for all others, and notes the refusal. Reading is noted, and what was
    copied to the reader counts as read.
    """
    seen = look(actor, case)
    row = seen.case
    _note_reading(actor, row)
    definition = store.definitions_of([row.definition_version_id])[row.definition_version_id]
    state = msgspec.convert(row.progress, State)
    key = opening.key_in(opening.keys_for([row]), row)
    reader = _Reader(row, definition, state)
    events = [(item, opening.open_event(key, item)) for item in row.events.order_by("seq")]
    comments = list(row.comments.order_by("at"))
    copies = list(row.copies.order_by("at"))
    _mark_read(actor, copies)
    files = list(row.files.order_by("at"))
    reader.name_all(
        [item for item, _ in events], comments, [copy.account for copy in copies], seen.acting
    )
    kind = wording.kind_or_unknown(row.kind)
    return CaseView(
        case=row,
        number=row.number,
        label=str(kind.label),
        definition_label=label_of(definition),
        icon=kind.icon,
        state=row.state,
        state_label=wording.state_label(row.state),
        subject_name=people.names([row.subject]).get(row.subject, "") if row.subject else "",
        unit_label=people.unit_label(row.unit),
        initiator_name=reader.name(row.initiator),
        facts=opening.open_facts(key, row),
        steps=reader.steps(showing.diagram(definition, state)),
        timeline=tuple(reader.line(item, str(body.get("words", ""))) for item, body in events),
        comments=tuple(reader.comment(item, opening.open_text(key, item), files)
                       for item in comments),
        copies=tuple(reader.name(copy.account) for copy in copies),
        files=tuple(item.file for item in files if item.comment_id is None),
        turns=tuple(reader.turns(seen.acting)),
        may=reader.may(actor, seen.part),
        overdue=row.due_at is not None and row.due_at < timezone.now() and not row.ended,
        stuck_reason=_stuck_reason(row, events),
    )  # fmt: skip


def _note_reading(actor: Actor, case: Case) -> None:
    actor.trail.add(
        Noted("case.read", subject=case.subject, object=case.number, facts={"case": str(case.id)})
    )


def _mark_read(actor: Actor, copies: Iterable[Copy]) -> None:
    """What was copied to the reader has been read now."""
    for copy in copies:
        if copy.account == actor.id and copy.read_at is None:
            copy.read_at = timezone.now()
            copy.save(update_fields=["read_at"])


def _stuck_reason(case: Case, events: Sequence[tuple[CaseEvent, Mapping[str, object]]]) -> str:
    """Why an effect could not happen, as the kind said it."""
    if not case.stuck:
        return ""
    said = [body.get("words", "") for item, body in events if item.verb == "act_failed"]
    return str(said[-1]) if said else ""


class _Reader:
    """Puts one case into words, names looked up once."""

    def __init__(self, case: Case, definition: Definition, state: State) -> None:
        self._case, self._definition, self._state = case, definition, state
        self._names: dict[str, str] = {}

    def name_all(
        self,
        events: Iterable[CaseEvent],
        comments: Iterable[Comment],
        accounts: Iterable[UUID],
        acting: Iterable[UUID],
    ) -> None:
        """Looks up everybody who will be named; two statements."""
        wanted: set[UUID | str | None] = {self._case.initiator, *accounts, *acting}
        for event in events:
            wanted |= {event.actor, event.on_behalf_of, *event.facts.get("who", ())}
        for comment in comments:
            wanted |= {comment.by, *comment.mentions}
        for at in self._state.steps.values():
            for party in at.parties:
                wanted |= {*party.who, party.by, party.on_behalf_of}
            wanted |= {ask.who for ask in at.asks}
        self._names = wording.names_for(wanted)

    def name(self, account: UUID | str | None) -> str:
        return self._names.get(str(account), "") if account else ""

    def steps(self, nodes: Iterable[Node]) -> tuple[StepView, ...]:
        """The diagram's nodes with names."""
        return tuple(self._step(node) for node in nodes)

    def _step(self, node: Node) -> StepView:
        rows = tuple(
            (label(lane.label, lane.label_en), lane.taken, self.steps(lane.nodes))
            for lane in node.lanes
        )
        signers = [view for signer in node.signers for view in self._signers(signer, node)]
        signers += [SignerView(UUID(who), self.name(who), "opinion") for who in node.asked]
        return StepView(
            key=node.key,
            label=label(node.label, node.label_en),
            type=node.kind,
            state=_PROGRESS[node.state],
            signers=tuple(signers),
            due_at=node.due_at,
            mode=node.mode,
            rows=rows,
        )

    def _signers(self, signer: Signer, node: Node) -> Iterator[SignerView]:
        """Whoever decided; before that, everybody who may."""
        if signer.state == "dropped":
            return
        verdict = _VERDICTS.get(signer.state, "")
        if verdict and node.kind == "fill":
            verdict = "fill"
        role = "fill" if node.kind == "fill" else "sign"
        decided = signer.on_behalf_of or signer.by
        for who in (decided,) if verdict and decided else signer.who:
            yield SignerView(
                account=UUID(who),
                name=self.name(who),
                role=role,
                verdict=verdict,
                at=signer.at,
                by_name=self.name(signer.by) if signer.on_behalf_of else "",
                since=node.since,
                due_at=node.due_at,
            )

    def line(self, event: CaseEvent, words: str) -> TimelineLine:
        """One thing that happened."""
        to = str(event.facts.get("to", ""))
        target = [] if to in ("", START) else wording.step_labels(self._definition, [to]).split()
        return TimelineLine(
            seq=event.seq,
            at=event.at,
            actor=event.actor,
            name=self.name(event.actor),
            on_behalf_of_name=self.name(event.on_behalf_of),
            verb=wording.shown_verb(event.verb),
            verb_label=wording.verb_label(event.verb),
            step=event.step,
            step_label=wording.step_labels(self._definition, [event.step]),
            words=words,
            people=(*target, *(self.name(who) for who in event.facts.get("who", ()))),
        )

    def comment(self, item: Comment, text: str, files: Iterable[CaseFile]) -> CommentView:
        """What somebody said."""
        return CommentView(
            id=item.id,
            by=item.by,
            name=self.name(item.by),
            at=item.at,
            text=text,
            mentions=tuple(self.name(who) for who in item.mentions),
            files=tuple(file.file for file in files if file.comment_id == item.id),
        )

    def turns(self, acting: Sequence[UUID]) -> Iterator[Turn]:
        """What the reader may do at each step, for themselves and as a deputy."""
        me = str(acting[0])
        for account in map(str, acting):
            by = me if account != me else ""
            allowed = showing.allowed(self._definition, self._state, account, by)
            for step, verbs in allowed.items():
                if step and verbs:
                    yield self._turn(step, account, verbs, account if by else "")
                elif "resubmit" in verbs:
                    yield Turn("", "", "change", frozenset({"resubmit"}))

    def _turn(self, step: str, account: str, verbs: Sequence[str], behalf: str) -> Turn:
        found = self._definition.structure.steps[step]
        at = self._state.steps[step]
        targets = showing.return_targets(self._definition, self._state, step)
        removable = showing.removable(at, account)
        return Turn(
            step=step,
            step_label=label_of(found),
            role=_role(verbs),
            verbs=frozenset(wording.shown_verb(verb) for verb in verbs),
            targets=(
                (START, ""),
                *((key, label_of(self._definition.structure.steps[key])) for key in targets),
            ),
            part=found.part if isinstance(found, Fill) else "",
            on_behalf_of=UUID(behalf) if behalf else None,
            on_behalf_of_name=self.name(behalf),
            removable=tuple((UUID(who), self.name(who)) for who in removable),
        )

    def may(self, actor: Actor, part: bool) -> frozenset[str]:
        """What the reader may do to the case as a whole."""
        allowed = showing.allowed(self._definition, self._state, str(actor.id)).get("", ())
        verbs = {verb for verb in allowed if verb in ("withdraw", "urge")} | {"comment"}
        if part and not self._case.ended:
            verbs.add("copy")
        return frozenset(verbs)


def _role(verbs: Sequence[str]) -> str:
    if "fill" in verbs:
        return "fill"
    if "agree" in verbs:
        return "sign"
    if "opine" in verbs:
        return "opinion"
    return "keep" if "retry" in verbs else "sign"


def of_subject(actor: Actor, subject: UUID) -> tuple[CaseLine, ...]:
    """The newest cases about a person that the actor may see; at most four statements."""
    rows = list(Case.objects.filter(subject=subject).order_by("-opened_at")[:NEWEST])
    if not rows or not actor.may("cases.own"):
        return ()
    acting = acting_as(actor)
    hidden = [row for row in rows if not (row.initiator == actor.id or sees_all(actor, row.unit))]
    if hidden:
        known = _known(hidden, actor, acting)
        rows = [row for row in rows if row not in hidden or row.id in known]
    return _in_short(rows)


def _known(cases: Sequence[Case], actor: Actor, acting: Sequence[UUID]) -> set[UUID]:
    """Which of these cases the actor has or had to do with; two statements."""
    ids = [case.id for case in cases]
    tasks = Task.objects.filter(case__in=ids).filter(Q(account__in=acting) | Q(done_by=actor.id))
    copies = Copy.objects.filter(case__in=ids, account=actor.id)
    return {*tasks.values_list("case", flat=True), *copies.values_list("case", flat=True)}


def of_object(object: UUID) -> CaseLine | None:
    """The newest case about an upper room's own row; rights are the caller's to decide."""
    lines = of_objects([object])
    return lines.get(object)


def of_objects(objects: Iterable[UUID]) -> dict[UUID, CaseLine]:
    """The newest case of each of these rows; rights are the caller's to decide."""
    rows = list(Case.objects.filter(object__in=set(objects)).order_by("opened_at", "serial"))
    return {
        row.object: line
        for row, line in zip(rows, _in_short(rows), strict=True)
        if row.object is not None
    }


def _in_short(rows: Sequence[Case]) -> tuple[CaseLine, ...]:
    definitions = store.definitions_of(row.definition_version_id for row in rows)
    return tuple(_line(row, definitions[row.definition_version_id]) for row in rows)


def _line(case: Case, definition: Definition) -> CaseLine:
    state = msgspec.convert(case.progress, State)
    steps = wording.steps_now(case, definition, state)
    return CaseLine(
        case=case.id,
        number=case.number,
        kind=case.kind,
        label=label_of(definition),
        icon=wording.kind_or_unknown(case.kind).icon,
        state=case.state,
        state_label=wording.state_label(case.state),
        opened_at=case.opened_at,
        finished_at=case.finished_at,
        step_label=wording.step_labels(definition, steps),
    )
