"""What each verb requires and changes. Who may see a case, and who is whose deputy, is decided
outside; whether this person may do this to this step now is decided here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from dangan.dictionary.rules import Message
from dangan.workflow.rules import assigning, falling_due
from dangan.workflow.rules.definitions import Act, Approve, Branch, Fill
from dangan.workflow.rules.falling_due import find_starter, perform_now
from dangan.workflow.rules.requiring import (
    NOT_YOURS,
    open_step,
    refuse_concerned_deputy,
    turn,
)
from dangan.workflow.rules.states import (
    ENDED,
    START,
    SYSTEM_VERBS,
    Ask,
    NotAllowed,
    Party,
    StepState,
)
from dangan.workflow.rules.walking import (
    Moving,
    copy_to,
    earlier,
    limited,
    waiting_for,
)

URGE_REST = timedelta(hours=1)
"""How long an urged case rests before it can be urged again."""

_ENDINGS = {
    "agreed": Message("这件事已经办结，不能再操作。"),
    "refused": Message("这件事已被拒绝，不能再操作。"),
    "withdrawn": Message("这件事已撤回，不能再操作。"),
}


def perform(moving: Moving) -> None:
    """Changes ``moving`` by its event; raises :class:`NotAllowed`."""
    event = moving.event
    if moving.state.status in ENDED:
        raise NotAllowed(_ENDINGS[moving.state.status])
    if event.by and event.verb in SYSTEM_VERBS:
        raise NotAllowed(Message("这一步由系统处理，不能由人操作。"))
    _VERBS[event.verb](moving)


# --- deciding -------------------------------------------------------------------------------


def _submit(moving: Moving) -> None:
    """Nothing to do: the walk opens what comes first."""


def _agree(moving: Moving) -> None:
    step, at, mine = turn(moving)
    if type(step) is Fill:
        raise NotAllowed(Message("这一步需要填写内容。请填写后提交。"))
    _decide(moving, at, mine, "agreed")


def _fill(moving: Moving) -> None:
    step, at, mine = turn(moving)
    if type(step) is not Fill:
        raise NotAllowed(Message("这一步不需要填写内容。请选择同意、退回或拒绝。"))
    _decide(moving, at, mine, "agreed")


def _refuse_it(moving: Moving) -> None:
    step, at, mine = turn(moving)
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


# --- going back -----------------------------------------------------------------------------


def _return(moving: Moving) -> None:
    event = moving.event
    at = moving.steps.get(event.step)
    if at is not None and at.status in ("waiting", "failed"):
        _require_keeper(moving, at)
    else:
        turn(moving, "return")
    target = event.to or START
    if target == START:
        moving.change(status="returned", returned_from=event.step, decided=True, wake_on=None)
        find_starter(moving)
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
    _, at, mine = turn(moving, "transfer")
    person = moving.event.on_behalf_of or moving.event.by
    new = _one_newcomer(moving, at)
    parties = list(at.parties)
    for number in mine:
        party = parties[number]
        who = tuple(new if one == person else one for one in party.who)
        parties[number] = replace(party, who=who, why="handed_over", own=False)
    moving.steps[moving.event.step] = replace(at, parties=tuple(parties))


def _delegate(moving: Moving) -> None:
    _, at, _ = turn(moving, "delegate")
    event = moving.event
    new = _one_newcomer(moving, at)
    if any(ask.who == new and ask.answered_at is None for ask in at.asks):
        raise NotAllowed(Message("已经在等这个人的意见，不用再次委派。"))
    ask = Ask(by=event.on_behalf_of or event.by, who=new, at=moving.now)
    moving.steps[event.step] = replace(at, asks=(*at.asks, ask))
    moving.tell("asked", event.step, (new,))


def _opine(moving: Moving) -> None:
    _, at = open_step(moving)
    refuse_concerned_deputy(moving)
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
    _, at, mine = turn(moving, "add_signer")
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
    step, at = open_step(moving)
    refuse_concerned_deputy(moving)
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


def _retry(moving: Moving) -> None:
    at = moving.steps.get(moving.event.step)
    if at is None or at.status != "failed":
        raise NotAllowed(Message("只有生效失败的事项才需要重试。"))
    _require_keeper(moving, at)
    perform_now(moving, moving.event.step, at)


def _require_keeper(moving: Moving, at: StepState) -> None:
    event = moving.event
    if (event.on_behalf_of or event.by) not in at.parties[0].who or (
        event.by in moving.state.barred
    ):
        raise NotAllowed(NOT_YOURS)


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
    "overdue": falling_due.overdue,
    "reassign": falling_due.reassign,
    "wake": falling_due.wake,
    "acted": falling_due.acted,
    "act_failed": falling_due.act_failed,
    "retry": _retry,
}
