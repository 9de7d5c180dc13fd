"""Going on: from the top of the definition to whatever waits, opening what is reached.

The walk is the same after every event. A step says done, or that it waits; nothing else keeps a
place in the flow, so a return only has to forget steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from dangan.dictionary.rules import Message
from dangan.workflow.rules import assigning
from dangan.workflow.rules.assigning import Case
from dangan.workflow.rules.definitions import (
    Act,
    Approve,
    Branch,
    Definition,
    Fill,
    Notify,
    Parallel,
    Step,
    children,
)
from dangan.workflow.rules.directory import Asking
from dangan.workflow.rules.states import (
    Effect,
    EffectKind,
    Event,
    NotAllowed,
    Party,
    State,
    StepState,
    Task,
)

CHINA = timezone(timedelta(hours=8))


class Moving:
    """One event at work: the steps and what has changed so far."""

    __slots__ = ("asking", "definition", "effects", "event", "now", "state",
                 "steps")  # fmt: skip

    def __init__(
        self,
        definition: Definition,
        state: State | None,
        event: Event,
        now: datetime,
        asking: Asking,
    ) -> None:
        self.definition, self.event, self.now, self.asking = definition, event, now, asking
        self.effects: list[Effect] = []
        if state is None:
            state = _submitted(event, now, asking)
        self.state = state
        self.steps = dict(state.steps)

    @property
    def case(self) -> Case:
        """What finding people depends on."""
        state = self.state
        return Case(
            self.definition,
            state.initiator,
            state.subject,
            state.subject_account,
            state.unit,
            state.barred,
        )

    def change(self, **changed: Any) -> None:
        """Changes the state now: what follows sees it."""
        self.state = replace(self.state, **changed)

    def tell(self, kind: EffectKind, step: str = "", accounts: tuple[str, ...] = ()) -> None:
        """Adds an effect of the common shape."""
        self.effects.append(Effect(kind=kind, step=step, accounts=accounts))

    def end(self, outcome: Literal["agreed", "refused", "withdrawn"]) -> None:
        """The case is over."""
        self.change(status=outcome, ended_at=self.now, wake_on=None)
        self.effects.append(Effect(kind="ended", outcome=outcome))


def _submitted(event: Event, now: datetime, asking: Asking) -> State:
    subject = event.who[0] if event.who else ""
    account = asking.account_of(subject)
    return State(
        status="open",
        initiator=event.by,
        subject=subject,
        subject_account=account,
        unit=asking.place(subject, event.by),
        barred=tuple(dict.fromkeys(one for one in (event.by, account, *event.who[1:]) if one)),
        starters=(event.by,),
        submitted_at=now,
    )


def follow(moving: Moving) -> State:
    """Goes on as far as possible; gives the new state."""
    if moving.state.status == "open" and _sequence(moving, moving.definition.steps):
        moving.end("agreed")
    return replace(moving.state, steps=moving.steps)


def consequences(moving: Moving, before: State | None, after: State) -> tuple[Effect, ...]:
    """Whose work begins and ends, and what else follows.

    Raises :class:`NotAllowed` when a new case would have nobody to decide it.
    """
    if before is None and any(effect.kind == "stranded" for effect in moving.effects):
        raise NotAllowed(
            Message(
                "找不到可以审批的人，暂时不能提交。请联系管理员设置部门负责人，或授予相应角色。"
            )
        )
    return (*_task_changes(moving.definition, before, after), *moving.effects)


def _sequence(moving: Moving, steps: tuple[Step, ...]) -> bool:
    for step in steps:
        at = moving.steps.get(step.key)
        if at is not None and at.status == "done":
            continue
        if not _GOING[type(step)](moving, step, at):
            return False
        at = moving.steps[step.key]
        moving.steps[step.key] = replace(at, status="done", done_at=moving.now, next_at=None)
    return True


def _signed(moving: Moving, step: Approve | Fill, at: StepState | None) -> bool:
    if at is not None:
        return assigning.complete(step, at)
    moving.steps[step.key] = opened(moving, step)
    return False


def opened(moving: Moving, step: Approve | Fill) -> StepState:
    """The step as it begins now, with its people and limits."""
    found = assigning.parties(moving.case, step, moving.asking)
    return limited(moving, step, StepState(status="open", since=moving.now, parties=found))


def limited(moving: Moving, step: Approve | Fill, at: StepState) -> StepState:
    """The step with its limits counted from now; says so when it has nobody."""
    if any(not party.who and not party.dropped for party in at.parties):
        moving.tell("stranded", step.key)
    if not step.days:
        return at
    due = moving.asking.due(moving.now, step.days)
    soon = step.remind_days_before < step.days
    look = moving.asking.due(moving.now, step.days - step.remind_days_before) if soon else due
    return replace(at, due_at=due, next_at=look)


def _notify(moving: Moving, step: Notify, at: StepState | None) -> bool:  # noqa: ARG001 - one shape
    who = assigning.copied(moving.case, step.who, moving.asking)
    moving.steps[step.key] = StepState(status="open", since=moving.now)
    copy_to(moving, step.key, who)
    return True


def copy_to(moving: Moving, step: str, who: tuple[str, ...]) -> None:
    """Gives copies to those who have none."""
    have = moving.state.copies
    new = tuple(one for one in who if one not in have)
    if new:
        moving.change(copies=(*have, *new))
        moving.tell("copied", step, new)


def _branch(moving: Moving, step: Branch, at: StepState | None) -> bool:
    if at is None:
        at = StepState(status="open", since=moving.now, arm=moving.asking.arm(step))
        moving.steps[step.key] = at
    return _sequence(moving, children(step)[at.arm])


def _parallel(moving: Moving, step: Parallel, at: StepState | None) -> bool:
    if at is None:
        moving.steps[step.key] = StepState(status="open", since=moving.now)
    finished = [_sequence(moving, lane.steps) for lane in step.lanes]
    return all(finished)


def _act(moving: Moving, step: Act, at: StepState | None) -> bool:
    if at is not None:
        return False
    day = moving.asking.effective() if step.on == "effective" else None
    if day is None or day <= today(moving.now):
        moving.steps[step.key] = StepState(status="due", since=moving.now)
        moving.effects.append(Effect(kind="perform", step=step.key, act=step.act))
        return False
    keeper = keeping(moving)
    moving.steps[step.key] = StepState(status="waiting", since=moving.now, parties=keeper)
    moving.change(status="waiting", wake_on=day)
    moving.effects.append(Effect(kind="waiting", step=step.key, on=day))
    return False


def keeping(moving: Moving) -> tuple[Party, ...]:
    """The keepers of the definition as a party, or who is next in charge."""
    return (assigning.keepers(moving.case, moving.asking),)


def today(now: datetime) -> Any:
    """The day in China."""
    return now.astimezone(CHINA).date()


_GOING: dict[type, Callable[[Moving, Any, StepState | None], bool]] = {
    Approve: _signed,
    Fill: _signed,
    Notify: _notify,
    Branch: _branch,
    Parallel: _parallel,
    Act: _act,
}


def earlier(definition: Definition, steps: Mapping[str, StepState], here: str) -> list[str]:
    """The steps of people before ``here`` that are done, in order."""
    structure = definition.structure
    return [
        key
        for key in structure.steps
        if structure.signed(key)
        and (at := steps.get(key)) is not None
        and at.status == "done"
        and structure.before(key, here)
    ]


def waiting_for(step: Approve | Fill, at: StepState) -> tuple[str, ...]:
    """Everybody whose turn it is, once each."""
    turns = assigning.turns(step, at)
    if len(turns) == 1:
        return at.parties[turns[0]].who
    return tuple(dict.fromkeys([one for number in turns for one in at.parties[number].who]))


def tasks(definition: Definition, state: State) -> list[Task]:
    """Everybody's open work on the case."""
    return [
        Task(key, one, work.kind, work.since, work.due_at)
        for key, works in _all_work(definition, state).items()
        for work in works
        for one in work.who
    ]


class _Work(msgspec.Struct, frozen=True, gc=False):
    """The same work of several people."""

    kind: Literal["sign", "fill", "opinion", "keep", "change"]
    who: tuple[str, ...]
    since: datetime
    due_at: datetime | None = None


def _all_work(definition: Definition, state: State) -> dict[str, Sequence[_Work]]:
    if state.status == "returned":
        return {"": [_Work("change", state.starters, state.submitted_at)]}
    if state.status != "open":
        return {}
    return {key: _work(definition, key, at) for key, at in state.steps.items()}


def _work(definition: Definition, key: str, at: StepState | None) -> Sequence[_Work]:
    if at is None or at.status == "done":
        return ()
    if at.status == "failed":
        return (_Work("keep", at.parties[0].who, at.since),)
    step = definition.structure.signed(key) if at.status == "open" else None
    if step is None:
        return ()
    who = waiting_for(step, at)
    work = _Work("fill" if type(step) is Fill else "sign", who, at.since, at.due_at)
    if not at.asks:
        return (work,)
    asked = tuple([ask.who for ask in at.asks if not ask.answered_at and ask.who not in who])
    return (work, _Work("opinion", asked, at.since, at.due_at))


def _task_changes(definition: Definition, before: State | None, after: State) -> list[Effect]:
    """Who has new work and whose is gone: of the steps that this event touched."""
    gone: list[Effect] = []
    come: list[Effect] = []
    if before is not None and before.status == after.status == "open":
        had, have = before.steps, after.steps
        for key, at in have.items():
            if (was := had.get(key)) is not at:
                _compare(key, _work(definition, key, was), _work(definition, key, at), gone, come)
        for key, at in had.items():
            if key not in have:
                _compare(key, _work(definition, key, at), (), gone, come)
        return gone + come
    old = _all_work(definition, before) if before else {}
    new = _all_work(definition, after)
    for key in {**old, **new}:
        _compare(key, old.get(key, ()), new.get(key, ()), gone, come)
    return gone + come


def _compare(
    key: str,
    old: Sequence[_Work],
    new: Sequence[_Work],
    gone: list[Effect],
    come: list[Effect],
) -> None:
    """What ended and what began at one step."""
    for work in old:
        if who := _others(work, new):
            gone.append(Effect(kind="released", step=key, accounts=who))
    for work in new:
        if who := _others(work, old):
            come.append(Effect(kind="assigned", step=key, accounts=who, due_at=work.due_at))


def _others(work: _Work, beside: Sequence[_Work]) -> tuple[str, ...]:
    """Who has this work, without those who have the same kind in ``beside``."""
    for other in beside:
        if other.kind == work.kind:
            return tuple([one for one in work.who if one not in other.who])
    return work.who
