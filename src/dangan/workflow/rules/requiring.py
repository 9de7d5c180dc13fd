"""What a verb of a person requires: an open step, and that it is this person's turn."""

from __future__ import annotations

from dangan.dictionary.rules import Message
from dangan.workflow.rules import assigning
from dangan.workflow.rules.definitions import Approve, Fill
from dangan.workflow.rules.states import NotAllowed, State, StepState
from dangan.workflow.rules.walking import Moving

NOT_YOURS = Message("这一步没有轮到你处理。请刷新页面，查看现在由谁处理。")
NOT_OPEN = Message("这一步现在不需要处理，可能已经由别人办完。请刷新页面查看进展。")


def turn(moving: Moving, may: str = "") -> tuple[Approve | Fill, StepState, list[int]]:
    """The step, its state, and the parties for which this person has the turn."""
    event = moving.event
    person = event.on_behalf_of or event.by
    step, at = open_step(moving)
    refuse_concerned_deputy(moving)
    mine = [n for n in assigning.turns(step, at) if person in at.parties[n].who]
    if not mine:
        raise NotAllowed(_why_not(moving.state, at, person))
    if may and may not in step.may:
        raise NotAllowed(Message("这一步的流程设置不允许这样处理。"))
    return step, at, mine


def refuse_concerned_deputy(moving: Moving) -> None:
    """Whoever started the case or is concerned acts for nobody in it."""
    event = moving.event
    if event.on_behalf_of and event.by != event.on_behalf_of and event.by in moving.state.barred:
        raise NotAllowed(Message("你是发起人或当事人，不能代理别人处理这件事。"))


def open_step(moving: Moving) -> tuple[Approve | Fill, StepState]:
    """The step of the event, when it waits for people; raises :class:`NotAllowed`."""
    step = moving.definition.structure.signed(moving.event.step)
    at = moving.steps.get(moving.event.step)
    if moving.state.status == "returned":
        raise NotAllowed(Message("这件事已退回给发起人修改，重新提交后才能处理。"))
    if step is None or at is None or at.status != "open":
        raise NotAllowed(NOT_OPEN)
    return step, at


def _why_not(state: State, at: StepState, person: str) -> Message:
    for party in at.parties:
        if party.verdict and person in (party.on_behalf_of or party.by,):
            return Message("你已经处理过这一步，不能再次处理。")
    if any(person in party.who and not party.verdict and not party.dropped for party in at.parties):
        return Message("还没有轮到你：请等前面的人处理完。")
    if person in state.barred:
        return Message("你是发起人或当事人，不能审批这件事。")
    return NOT_YOURS
