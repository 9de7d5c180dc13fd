"""How events happen to cases: one case for a verb, hundreds together for a sweep.

A :class:`Run` lives inside one transaction that holds the locks of its cases. Events go through
the engine one by one; effects of the outside world (:meth:`CaseKind.perform`) happen at once,
rows, notices and log entries are written together by :meth:`Run.save`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.rules import Event as Noted
from dangan.dictionary.rules import Message
from dangan.organization.calendar.queries import calendar
from dangan.vault.rules import SYSTEM as SYSTEM_ID
from dangan.vault.rules import SubjectKey
from dangan.workflow import definitions_store as store
from dangan.workflow import opening
from dangan.workflow.actions import rows, telling
from dangan.workflow.handling import CannotTakeEffect, Facts, Json, kind_of
from dangan.workflow.models import Case, CaseEvent, Task
from dangan.workflow.people import Live
from dangan.workflow.rights import Seen
from dangan.workflow.rules import engine
from dangan.workflow.rules.assigning import LEADER
from dangan.workflow.rules.definitions import Approve, Definition, Fill, Notify
from dangan.workflow.rules.showing import due_at, next_look
from dangan.workflow.rules.states import ENDED, Effect, Event, Outcome, State, StepState

TaskKey = tuple[str, UUID, str]
"""Step, account and role: what is open at most once in a case."""


@dataclass(slots=True)
class Running:
    """One case while events happen to it. ``key`` is None when the person's key was destroyed."""

    case: Case
    definition: Definition
    key: SubjectKey | None
    state: State | None = None
    facts: dict[str, Json] = field(default_factory=dict)
    open_tasks: dict[TaskKey, Task] = field(default_factory=dict)
    said: list[Effect] = field(default_factory=list)
    """The effects so far, for notices."""
    decided: list[tuple[str, UUID, str]] = field(default_factory=list)
    """Step, account and verb of what people did: their tasks are done, others' are gone."""
    happened: bool = False


class Run:
    """Events of one transaction, by ``actor`` at ``now``."""

    def __init__(self, actor: Actor, *, now: datetime | None = None) -> None:
        self.actor = actor
        self.now = now or timezone.now()
        self.running: dict[UUID, Running] = {}
        self._due = calendar().due
        self._events: list[CaseEvent] = []
        self.live = Live()
        self.seen: Seen | None = None
        """How the actor sees the one case of a verb; None in a sweep."""

    def load(self, cases: Sequence[Case]) -> None:
        """Takes locked cases in: definitions, keys, open tasks, one statement each."""
        definitions = store.definitions_of(case.definition_version_id for case in cases)
        keys = opening.keys_for(cases)
        for case in cases:
            key = opening.key_in(keys, case)
            self.running[case.id] = Running(
                case,
                definitions[case.definition_version_id],
                key,
                msgspec.convert(case.progress, State),
                opening.open_facts(key, case),
            )
        for task in Task.objects.filter(case__in=list(self.running), state=Task.State.OPEN):
            self.running[task.case_id].open_tasks[task.step, task.account, task.role] = task
        self.live = self._live_for(self.running.values())

    def _live_for(self, items: Iterable[Running]) -> Live:
        """A directory that reads ahead for everybody these cases may ask for."""
        items = list(items)
        accounts = {item.case.initiator for item in items}
        accounts |= {task.account for item in items for task in item.open_tasks.values()}
        return Live(
            subjects=[item.case.subject for item in items],
            accounts=accounts,
            units=[item.case.unit for item in items],
            roles={role for item in items for role in _roles(item.definition)},
        )

    def begin(self, item: Running, words: str, barred: Collection[UUID] = ()) -> None:
        """Submits a new case. Raises :class:`NotAllowed`."""
        case = item.case
        self.running[case.id] = item
        self.live = self._live_for([item])
        outcome = engine.start(
            item.definition,
            facts=item.facts,
            initiator=str(case.initiator),
            subject=str(case.subject) if case.subject else "",
            now=self.now,
            directory=self.live,
            calendar_due=self._due,
            barred=tuple(str(account) for account in barred),
        )
        self._take(item, outcome, words)

    def happen(self, item: Running, event: Event, words: str = "") -> None:
        """One event and all that follows from it. Raises :class:`NotAllowed`.

        Raises :class:`CannotTakeEffect` when it leads to an effect that cannot happen; the
        transaction must then be given up.
        """
        self._take(item, self._step(item, event), words)

    def refresh(self, item: Running, step: str = "") -> bool:
        """Asks again who is to act, at one step or all; says whether anything changed.

        Whoever has lost a role, left or is no head any more does not decide; who came in their
        place does. Nothing is kept when nothing changed.
        """
        before = item.state
        outcome = self._step(item, Event(verb="reassign", step=step))
        if outcome.state == before:
            return False
        self._take(item, outcome, "")
        return True

    def wake(self, item: Running, *, broken: Message | None = None) -> bool:
        """A waiting effect happens now, or goes to the keeper; says which it was.

        With ``broken`` it is not tried any more: it has just failed in a way nobody foresaw.
        """
        outcome = self._step(item, Event(verb="wake"))
        acts = [effect for effect in outcome.effects if effect.kind == "perform"]
        self._note(item, outcome, "")
        happened = True
        for effect in acts:
            try:
                if broken is not None:
                    raise CannotTakeEffect(broken)
                with transaction.atomic():
                    self._perform(item, effect)
            except CannotTakeEffect as error:
                happened = False
                self.fail(item, effect.step, error.message)
        return happened

    def fail(self, item: Running, step: str, why: Message) -> None:
        """An effect could not happen: it goes to the keeper with the reason."""
        self._take(item, self._step(item, Event(verb="act_failed", step=step)), str(why))

    def _step(self, item: Running, event: Event) -> Outcome:
        assert item.state is not None  # noqa: S101 - loaded or begun
        return engine.step(
            item.definition,
            item.state,
            event,
            facts=item.facts,
            now=self.now,
            directory=self.live,
            calendar_due=self._due,
        )

    def _take(self, item: Running, outcome: Outcome, words: str) -> None:
        """Keeps what happened, then lets its effects happen."""
        self._note(item, outcome, words)
        for effect in outcome.effects:
            if effect.kind == "perform":
                self._perform(item, effect)

    def _perform(self, item: Running, effect: Effect) -> None:
        kind_of(item.case.kind).perform(self.actor, item.case, effect.act)
        self._take(item, self._step(item, Event(verb="acted", step=effect.step)), "")

    def _note(self, item: Running, outcome: Outcome, words: str) -> None:
        """The event for its row, and the case's row as it is after it."""
        event, case = outcome.recorded.event, item.case
        case.version += 1
        item.state, item.happened = outcome.state, True
        item.said += outcome.effects
        mirror(case, outcome.state, self.now)
        if event.by and event.verb not in _LEAVES_OPEN:
            signer = UUID(event.on_behalf_of or event.by)
            item.decided.append((event.step, signer, event.verb))
        body = {"words": words, "record": msgspec.to_builtins(outcome.recorded)}
        by = UUID(event.by) if event.by else SYSTEM_ID
        behalf = UUID(event.on_behalf_of) if event.on_behalf_of else None
        self._events.append(
            CaseEvent(
                case_id=case.id,
                seq=case.version,
                at=self.now,
                actor=by,
                on_behalf_of=behalf,
                verb=event.verb,
                step=event.step,
                facts=clear_facts(event),
                sealed=opening.seal_event(item.key, case.id, case.version, body),
            )
        )
        self.actor.trail.add(
            Noted(
                f"case.{event.verb}",
                subject=case.subject,
                object=case.number,
                facts={"case": str(case.id), "step": event.step, **_behalf(behalf)},
            )
        )

    def save(self) -> None:
        """Writes what happened, lets the kinds know what ended, and tells people."""
        items = [item for item in self.running.values() if item.happened]
        if not items:
            return
        CaseEvent.objects.bulk_create(self._events)
        self._events = []
        rows.save_cases([item.case for item in items])
        rows.save_tasks(items, by=self.actor.id, now=self.now)
        rows.save_copies(items, now=self.now)
        for item in items:
            self._let_know(item)
        telling.send([_of_case(item) for item in items if item.said], without=self.actor.id)
        for item in items:
            item.said, item.decided, item.happened = [], [], False

    def _let_know(self, item: Running) -> None:
        kinds = {effect.kind for effect in item.said}
        kind = kind_of(item.case.kind)
        if "ended" in kinds:
            kind.ended(self.actor, item.case, item.case.state)
        elif "returned" in kinds:
            kind.returned(self.actor, item.case)

    def keep_facts(self, item: Running, facts: Facts) -> None:
        """The facts of the case have changed: they count from the next event on."""
        item.facts |= facts
        if item.key is not None:
            item.case.sealed_facts = opening.seal_facts(item.key, item.case.id, item.facts)


_LEAVES_OPEN = frozenset({"submit", "copy", "urge", "delegate", "add_signers", "remove_signer"})
"""Verbs after which whoever used them still has the task they had."""


def mirror(case: Case, state: State, now: datetime) -> None:
    """The columns of a case that say what the engine's state says."""
    case.state = state.status
    case.unit = UUID(state.unit) if state.unit else None
    case.progress = msgspec.to_builtins(state)
    case.due_at, case.next_at = due_at(state), next_look(state)
    case.wake_on = state.wake_on if state.status == "waiting" else None
    case.stuck = (
        any(at.status == "failed" or _stranded(at) for at in state.steps.values())
        and state.status not in ENDED
    )
    case.finished_at = now if state.status in ENDED else None


def _stranded(at: StepState) -> bool:
    """Whether a step waits for nobody at all."""
    return at.status == "open" and any(
        not party.who and not (party.verdict or party.dropped) for party in at.parties
    )


def clear_facts(event: Event) -> dict[str, Json]:
    """What of an event stands in clear beside it: where it went and whom it named."""
    facts: dict[str, Json] = {}
    if event.to:
        facts["to"] = event.to
    if event.who and event.verb != "submit":
        facts["who"] = list(event.who)
    if event.place:
        facts["place"] = event.place
    return facts


def _behalf(account: UUID | None) -> dict[str, str]:
    return {"on_behalf_of": str(account)} if account else {}


def _of_case(item: Running) -> telling.OfCase:
    assert item.state is not None  # noqa: S101 - something happened to it
    told = telling.notices_of(item.case, item.definition, item.state, item.said)
    return telling.OfCase(item.case, item.definition, tuple(told))


def _roles(definition: Definition) -> set[str]:
    """The roles that finding people for this definition may ask for."""
    named = {
        rule.role
        for step in definition.structure.steps.values()
        if isinstance(step, Approve | Fill | Notify)
        for rule in step.who
        if rule.role
    }
    return named | {LEADER, definition.keeper}
