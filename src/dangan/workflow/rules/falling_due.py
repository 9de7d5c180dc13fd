"""What happens to a case without anybody deciding: limits pass, people leave, days come.

None of it agrees to anything.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from dangan.dictionary.rules import Message
from dangan.workflow.rules import assigning
from dangan.workflow.rules.definitions import Act, Approve, Fill
from dangan.workflow.rules.requiring import open_step
from dangan.workflow.rules.states import Effect, NotAllowed, Party, StepState
from dangan.workflow.rules.walking import Moving, keeping, today, waiting_for


def overdue(moving: Moving) -> None:
    """The time to look again has come: remind before the limit, remind or escalate after it."""
    step, at = open_step(moving)
    if at.next_at is None or at.due_at is None or moving.now < at.next_at:
        raise NotAllowed(Message("这一步还没有到期。"))
    key = moving.event.step
    if moving.now < at.due_at:
        moving.tell("reminded", key, waiting_for(step, at))
        moving.steps[key] = replace(at, next_at=at.due_at)
        return
    if step.on_overdue == "remind":
        moving.tell("overdue", key, waiting_for(step, at))
        moving.steps[key] = replace(at, next_at=_later(moving, 1))
        return
    moving.steps[key] = _escalated(moving, step, at)


def _later(moving: Moving, days: float) -> datetime:
    return moving.asking.due(moving.now, days)


def _escalated(moving: Moving, step: Approve | Fill, at: StepState) -> StepState:
    """Whoever is next in charge may decide too; who was asked first still may."""
    parties = list(at.parties)
    come: list[str] = []
    for number in assigning.turns(step, at):
        party = parties[number]
        without = (*moving.state.barred, *party.who)
        who, _ = assigning.above(moving.case, moving.state.unit, moving.asking, without)
        if who:
            parties[number] = replace(party, who=(*party.who, *who), why="escalated")
            come += who
    key = moving.event.step
    moving.tell("overdue", key, waiting_for(step, at))
    if come:
        moving.tell("escalated", key, tuple(dict.fromkeys(come)))
    return replace(
        at,
        parties=tuple(parties),
        next_at=_later(moving, max(1, step.days)),
        escalations=at.escalations + 1,
    )


def reassign(moving: Moving) -> None:
    """Asks the directory again for all that waits; of one step when the event names it."""
    if moving.state.status == "returned":
        find_starter(moving)
        return
    only = moving.event.step
    for key, at in tuple(moving.steps.items()):
        if only not in ("", key) or at.status == "done":
            continue
        step = moving.definition.structure.signed(key)
        if at.status in ("waiting", "failed"):
            moving.steps[key] = _if_changed(at, keeping(moving))
        elif step is not None:
            moving.steps[key] = _refreshed(moving, step, at)


def _refreshed(moving: Moving, step: Approve | Fill, at: StepState) -> StepState:
    parties = tuple(
        party
        if party.verdict or party.dropped
        else assigning.refreshed(moving.case, party, step, moving.asking)
        for party in at.parties
    )
    asks = tuple(
        ask for ask in at.asks if ask.answered_at is not None or moving.asking.active(ask.who)
    )
    if any(not party.who and not party.dropped for party in parties):
        moving.tell("stranded", step.key)
    return _if_changed(at if len(asks) == len(at.asks) else replace(at, asks=asks), parties)


def _if_changed(at: StepState, parties: tuple[Party, ...]) -> StepState:
    return at if parties == at.parties else replace(at, parties=parties)


def find_starter(moving: Moving) -> None:
    """A returned case whose initiator left goes to the keepers, who submit or withdraw it."""
    here = tuple(one for one in moving.state.starters if moving.asking.active(one))
    if here != moving.state.starters:
        moving.change(starters=here or keeping(moving)[0].who)
        if not moving.state.starters:
            moving.tell("stranded")


def wake(moving: Moving) -> None:
    """The effective day has come."""
    state = moving.state
    if state.status != "waiting" or state.wake_on is None or today(moving.now) < state.wake_on:
        raise NotAllowed(Message("还没有到生效日期。"))
    for key, at in moving.steps.items():
        if at.status == "waiting":
            moving.change(status="open", wake_on=None)
            perform_now(moving, key, at)
            return


def perform_now(moving: Moving, key: str, at: StepState) -> None:
    """The act is due; who waited with it has nothing more to do."""
    act = moving.definition.structure.steps[key]
    assert isinstance(act, Act)  # noqa: S101 - only acts wait or fail
    moving.steps[key] = replace(at, status="due", parties=())
    moving.effects.append(Effect(kind="perform", step=key, act=act.act))


def acted(moving: Moving) -> None:
    """The effect has happened; it cannot again."""
    at = _due(moving)
    moving.steps[moving.event.step] = replace(at, status="done", done_at=moving.now, parties=())


def act_failed(moving: Moving) -> None:
    """The effect could not happen: the keepers get it."""
    at = _due(moving)
    keeper = keeping(moving)
    moving.steps[moving.event.step] = replace(at, status="failed", parties=keeper)
    if not keeper[0].who:
        moving.tell("stranded", moving.event.step)


def _due(moving: Moving) -> StepState:
    at = moving.steps.get(moving.event.step)
    if at is None or at.status != "due":
        raise NotAllowed(Message("这件事不在生效的时候，不能重复生效。"))
    return at
