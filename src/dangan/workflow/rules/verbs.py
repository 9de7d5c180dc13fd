"""What each verb requires and changes. Who may see a case, and who is whose deputy, is decided
outside; whether this person may do this to this step now is decided here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from dangan.dictionary.rules import Message
from dangan.workflow.rules import assigning
from dangan.workflow.rules.definitions import Act, Approve, Branch, Fill
from dangan.workflow.rules.states import (
    ENDED,
    START,
    Ask,
    Effect,
    NotAllowed,
    Party,
    State,
    StepState,
)
from dangan.workflow.rules.walking import (
    Moving,
    copy_to,
    earlier,
    keeping,
    limited,
    today,
    waiting_for,
)

URGE_REST = timedelta(hours=1)
"""How long an urged case rests before it can be urged again."""

_ENDINGS = {
    "agreed": Message("这件事已经办结，不能再操作。"),
    "refused": Message("这件事已被拒绝，不能再操作。"),
    "withdrawn": Message("这件事已撤回，不能再操作。"),
}
_NOT_YOURS = Message("这一步没有轮到你处理。请刷新页面，查看现在由谁处理。")
_NOT_OPEN = Message("这一步现在不需要处理，可能已经由别人办完。请刷新页面查看进展。")


def perform(moving: Moving) -> None:
    """Changes ``moving`` by its event; raises :class:`NotAllowed`."""
    event = moving.event
    if moving.state.status in ENDED:
        raise NotAllowed(_ENDINGS[moving.state.status])
    _VERBS[event.verb](moving)


# --- deciding -------------------------------------------------------------------------------


def _submit(moving: Moving) -> None:
    """Nothing to do: the walk opens what comes first."""


def _agree(moving: Moving) -> None:
    step, at, mine = _turn(moving)
    if type(step) is Fill:
        raise NotAllowed(Message("这一步需要填写内容。请填写后提交。"))
    _decide(moving, at, mine, "agreed")


def _fill(moving: Moving) -> None:
    step, at, mine = _turn(moving)
    if type(step) is not Fill:
        raise NotAllowed(Message("这一步不需要填写内容。请选择同意、退回或拒绝。"))
    _decide(moving, at, mine, "agreed")


def _refuse_it(moving: Moving) -> None:
    step, at, mine = _turn(moving)
    if type(step) is Fill:
        raise NotAllowed(Message("填写内容的步骤不能拒绝。内容有问题时请退回。"))
    _decide(moving, at, mine, "refused")
    added = any(at.parties[number].added for number in mine)
    if added or step.mode != "ratio" or not assigning.reachable(step, _at(moving)):
        moving.end("refused")


def _decide(moving: Moving, at: StepState, mine: list[int], verdict: str) -> None:
    """One person, one decision: it is given for every voice of the step that the person has.

    What the initiator does in a step of their own does not keep them from withdrawing.
    """
    event = moving.event
    parties = list(at.parties)
    for number in mine:
        parties[number] = replace(
            parties[number],
            verdict=verdict,
            by=event.by,
            on_behalf_of=event.on_behalf_of,
            at=moving.now,
        )
    moving.steps[event.step] = replace(at, parties=tuple(parties))
    if not moving.state.decided and event.by not in moving.state.starters:
        moving.change(decided=True)


def _at(moving: Moving) -> StepState:
    return moving.steps[moving.event.step]


def _turn(moving: Moving, may: str = "") -> tuple[Approve | Fill, StepState, list[int]]:
    """The step, its state, and the parties for which this person has the turn."""
    event = moving.event
    person = event.on_behalf_of or event.by
    step, at = _open_step(moving)
    if event.by in moving.state.barred and event.by != person:
        raise NotAllowed(Message("你是发起人或当事人，不能代理别人处理这件事。"))
    mine = [n for n in assigning.turns(step, at) if person in at.parties[n].who]
    if not mine:
        raise NotAllowed(_why_not(moving.state, at, person))
    if may and may not in step.may:
        raise NotAllowed(Message("这一步的流程设置不允许这样处理。"))
    return step, at, mine


def _open_step(moving: Moving) -> tuple[Approve | Fill, StepState]:
    step = moving.definition.structure.signed(moving.event.step)
    at = moving.steps.get(moving.event.step)
    if moving.state.status == "returned":
        raise NotAllowed(Message("这件事已退回给发起人修改，重新提交后才能处理。"))
    if step is None or at is None or at.status != "open":
        raise NotAllowed(_NOT_OPEN)
    return step, at


def _why_not(state: State, at: StepState, person: str) -> Message:
    for party in at.parties:
        if party.verdict and person in (party.on_behalf_of or party.by,):
            return Message("你已经处理过这一步，不能再次处理。")
    if any(person in party.who and not party.verdict and not party.dropped for party in at.parties):
        return Message("还没有轮到你：请等前面的人处理完。")
    if person in state.barred:
        return Message("你是发起人或当事人，不能审批这件事。")
    return _NOT_YOURS


# --- going back -----------------------------------------------------------------------------


def _return(moving: Moving) -> None:
    event = moving.event
    at = moving.steps.get(event.step)
    if at is not None and at.status in ("waiting", "failed"):
        _require_keeper(moving, at)
    else:
        _turn(moving, "return")
    target = event.to or START
    if target == START:
        moving.change(status="returned", returned_from=event.step, decided=True, wake_on=None)
        _find_starter(moving)
        moving.tell("returned", event.step, moving.state.starters)
        return
    if target not in earlier(moving.definition, moving.steps, event.step):
        raise NotAllowed(Message("不能退回到这一步：只能退回给发起人，或者前面已经办完的步骤。"))
    structure = moving.definition.structure
    for key in structure.after(target):
        moving.steps.pop(key, None)
    for key in structure.places[target].inside:
        moving.steps[key] = replace(moving.steps[key], status="open", done_at=None)
    moving.change(status="open", decided=True, wake_on=None)


def _withdraw(moving: Moving) -> None:
    state = moving.state
    if moving.event.by not in state.starters:
        raise NotAllowed(Message("只有发起人可以撤回。"))
    if state.status != "returned" and state.decided:
        raise NotAllowed(Message("已经有人处理，不能撤回了。可以请处理人退回给你。"))
    moving.end("withdrawn")


def _resubmit(moving: Moving) -> None:
    state, event = moving.state, moving.event
    if state.status != "returned":
        raise NotAllowed(Message("这件事没有退回给你，不需要重新提交。"))
    if event.by not in state.starters:
        raise NotAllowed(Message("只有发起人可以重新提交。"))
    barred = state.barred if event.by in state.barred else (*state.barred, event.by)
    moving.change(
        status="open", decided=False, returned_from="", submitted_at=moving.now, barred=barred
    )
    if moving.definition.resubmit == "restart" or _ways_changed(moving):
        moving.steps = {}
        return
    for key, at in tuple(moving.steps.items()):
        step = moving.definition.structure.signed(key)
        if isinstance(moving.definition.structure.steps[key], Act):
            del moving.steps[key]
        elif step is not None and at.status == "open":
            moving.steps[key] = _asked_anew(moving, step, at)


def _ways_changed(moving: Moving) -> bool:
    """Whether the changed facts lead another way than the one already gone: then whoever would
    have decided there must not be passed over."""
    steps = moving.definition.structure.steps
    return any(
        moving.asking.arm(branch) != at.arm
        for key, at in moving.steps.items()
        if isinstance(branch := steps[key], Branch)
    )


def _asked_anew(moving: Moving, step: Approve | Fill, at: StepState) -> StepState:
    """The same people decide the step again, with new limits."""
    parties = tuple(
        party if party.dropped else assigning.refreshed(
            moving.case, replace(party, verdict="", by="", on_behalf_of="", at=None),
            step, moving.asking,
        )
        for party in at.parties
    )  # fmt: skip
    return limited(moving, step, StepState(status="open", since=moving.now, parties=parties))


# --- others join or take over ---------------------------------------------------------------


def _transfer(moving: Moving) -> None:
    _, at, mine = _turn(moving, "transfer")
    person = moving.event.on_behalf_of or moving.event.by
    new = _one_newcomer(moving, at)
    parties = list(at.parties)
    for number in mine:
        party = parties[number]
        who = tuple(new if one == person else one for one in party.who)
        parties[number] = replace(party, who=who, why="handed_over", own=False)
    moving.steps[moving.event.step] = replace(at, parties=tuple(parties))


def _delegate(moving: Moving) -> None:
    _, at, _ = _turn(moving, "delegate")
    event = moving.event
    new = _one_newcomer(moving, at)
    if any(ask.who == new and ask.answered_at is None for ask in at.asks):
        raise NotAllowed(Message("已经在等这个人的意见，不用再次委派。"))
    ask = Ask(by=event.on_behalf_of or event.by, who=new, at=moving.now)
    moving.steps[event.step] = replace(at, asks=(*at.asks, ask))
    moving.tell("asked", event.step, (new,))


def _opine(moving: Moving) -> None:
    _, at = _open_step(moving)
    by = moving.event.on_behalf_of or moving.event.by
    waiting = [n for n, ask in enumerate(at.asks) if ask.who == by and ask.answered_at is None]
    if not waiting:
        raise NotAllowed(Message("没有人在等你的意见，可能已经处理完。请刷新页面查看。"))
    asks = list(at.asks)
    for number in waiting:
        asks[number] = replace(asks[number], answered_at=moving.now)
    moving.steps[moving.event.step] = replace(at, asks=tuple(asks))
    moving.tell("opined", moving.event.step, tuple({asks[n].by for n in waiting}))


def _add_signers(moving: Moving) -> None:
    _, at, mine = _turn(moving, "add_signer")
    event = moving.event
    if event.place not in ("before", "after"):
        raise NotAllowed(Message("请选择加签的位置：在你之前，或者在你之后。"))
    if not event.who:
        raise NotAllowed(Message("请选择要加签的人。"))
    mine_first = at.parties[mine[0]]
    # Added after someone who was added before: still ahead of whoever waits for both.
    ahead = tuple(mine) if event.place == "before" else mine_first.ahead_of
    new = tuple(
        Party(
            who=(who,),
            why="added",
            added="before" if ahead else "after",
            added_by=event.on_behalf_of or event.by,
            ahead_of=ahead,
        )
        for who in _newcomers(moving, at, event.who)
    )
    moving.steps[event.step] = replace(at, parties=(*at.parties, *new))


def _remove_signer(moving: Moving) -> None:
    event = moving.event
    step, at = _open_step(moving)
    if "remove_signer" not in step.may:
        raise NotAllowed(Message("这一步的流程设置不允许减签。"))
    person = event.on_behalf_of or event.by
    if len(event.who) != 1:
        raise NotAllowed(Message("请选择要减去的一个人。"))
    parties = list(at.parties)
    for number, party in enumerate(parties):
        if party.who != event.who or not party.added or party.verdict or party.dropped:
            continue
        if party.added_by != person:
            raise NotAllowed(Message("只有加签的人可以减去加签。"))
        parties[number] = replace(party, dropped=True)
        moving.steps[event.step] = replace(at, parties=tuple(parties))
        return
    raise NotAllowed(Message("这个人不是加签的人，或者已经处理过，不能减去。"))


def _copy(moving: Moving) -> None:
    event = moving.event
    if not event.who:
        raise NotAllowed(Message("请选择要抄送的人。"))
    if not all(moving.asking.active(who) for who in event.who):
        raise NotAllowed(Message("选择的人已停用或不存在。请重新选择。"))
    copy_to(moving, event.step, event.who)


def _urge(moving: Moving) -> None:
    state = moving.state
    if moving.event.by not in state.starters:
        raise NotAllowed(Message("只有发起人可以催办。"))
    if state.status != "open":
        raise NotAllowed(Message("现在没有人在处理这件事，不需要催办。"))
    if state.urged_at is not None and moving.now - state.urged_at < URGE_REST:
        raise NotAllowed(Message("一小时内已经催办过。请稍后再催。"))
    moving.change(urged_at=moving.now)
    for key, at in moving.steps.items():
        step = moving.definition.structure.signed(key)
        if step is not None and at.status == "open":
            who = waiting_for(step, at)
            moving.tell("urged", key, who)


def _one_newcomer(moving: Moving, at: StepState) -> str:
    if len(moving.event.who) != 1:
        raise NotAllowed(Message("请选择一个人。"))
    return _newcomers(moving, at, moving.event.who)[0]


def _newcomers(moving: Moving, at: StepState, who: tuple[str, ...]) -> tuple[str, ...]:
    """The people, when each may join the step."""
    there = {one for party in at.parties if not party.dropped for one in party.who}
    there |= {party.on_behalf_of or party.by for party in at.parties if party.verdict}
    for one in who:
        if one in moving.state.barred:
            raise NotAllowed(Message("发起人和当事人不能参与审批。请选择别人。"))
        if one in there:
            raise NotAllowed(Message("选择的人已经在这一步里。请选择别人。"))
        if not moving.asking.active(one):
            raise NotAllowed(Message("选择的人已停用或不存在。请重新选择。"))
    if len(set(who)) != len(who):
        raise NotAllowed(Message("同一个人选了两次。请去掉重复的人。"))
    return who


# --- what the system does -------------------------------------------------------------------


def _overdue(moving: Moving) -> None:
    step, at = _open_step(moving)
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


def _reassign(moving: Moving) -> None:
    """Asks the directory again for all that waits; of one step when the event names it."""
    if moving.state.status == "returned":
        _find_starter(moving)
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
        moving.tell("stranded", moving.event.step)
    return _if_changed(at if len(asks) == len(at.asks) else replace(at, asks=asks), parties)


def _if_changed(at: StepState, parties: tuple[Party, ...]) -> StepState:
    return at if parties == at.parties else replace(at, parties=parties)


def _find_starter(moving: Moving) -> None:
    """A returned case whose initiator left goes to the keepers, who submit or withdraw it."""
    here = tuple(one for one in moving.state.starters if moving.asking.active(one))
    if here != moving.state.starters:
        moving.change(starters=here or keeping(moving)[0].who)
        if not moving.state.starters:
            moving.tell("stranded")


def _wake(moving: Moving) -> None:
    state = moving.state
    if state.status != "waiting" or state.wake_on is None or today(moving.now) < state.wake_on:
        raise NotAllowed(Message("还没有到生效日期。"))
    for key, at in moving.steps.items():
        if at.status == "waiting":
            moving.change(status="open", wake_on=None)
            _perform_now(moving, key, at)
            return


def _perform_now(moving: Moving, key: str, at: StepState) -> None:
    act = moving.definition.structure.steps[key]
    assert isinstance(act, Act)  # noqa: S101 - only acts wait or fail
    moving.steps[key] = replace(at, status="due", parties=())
    moving.effects.append(Effect(kind="perform", step=key, act=act.act))


def _acted(moving: Moving) -> None:
    at = _due(moving)
    moving.steps[moving.event.step] = replace(at, status="done", done_at=moving.now, parties=())


def _act_failed(moving: Moving) -> None:
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


def _retry(moving: Moving) -> None:
    at = moving.steps.get(moving.event.step)
    if at is None or at.status != "failed":
        raise NotAllowed(Message("只有生效失败的事项才需要重试。"))
    _require_keeper(moving, at)
    _perform_now(moving, moving.event.step, at)


def _require_keeper(moving: Moving, at: StepState) -> None:
    event = moving.event
    if (event.on_behalf_of or event.by) not in at.parties[0].who or (
        event.by in moving.state.barred
    ):
        raise NotAllowed(_NOT_YOURS)


_VERBS: dict[str, Callable[[Moving], None]] = {
    "submit": _submit,
    "agree": _agree,
    "refuse": _refuse_it,
    "return": _return,
    "withdraw": _withdraw,
    "resubmit": _resubmit,
    "transfer": _transfer,
    "delegate": _delegate,
    "opine": _opine,
    "add_signers": _add_signers,
    "remove_signer": _remove_signer,
    "copy": _copy,
    "urge": _urge,
    "fill": _fill,
    "overdue": _overdue,
    "reassign": _reassign,
    "wake": _wake,
    "acted": _acted,
    "act_failed": _act_failed,
    "retry": _retry,
}
