"""What pages show of a case: buttons, progress, the diagram."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from dangan.workflow.rules import assigning
from dangan.workflow.rules.conditions import chosen_arm
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
from dangan.workflow.rules.states import ENDED, Facts, Party, State, StepState, Verb
from dangan.workflow.rules.walking import earlier, tasks

__all__ = ["Node", "Progress", "Signer", "allowed", "diagram", "next_look", "progress",
           "return_targets", "tasks"]  # fmt: skip


def allowed(
    definition: Definition, state: State, account: str, by: str = ""
) -> dict[str, tuple[Verb, ...]]:
    """The verbs this account may use, by step; the key ``""`` is the case as a whole.

    For a deputy, ``account`` is the signer and ``by`` the deputy. ``copy`` is for whoever may
    see the case and not listed.
    """
    if state.status in ENDED:
        return {}
    found: dict[str, tuple[Verb, ...]] = {}
    if account in state.starters and by in ("", account) and (whole := _whole(state)):
        found[""] = whole
    if by and by != account and by in state.barred:
        return found
    for key, at in state.steps.items():
        if verbs := _of_step(definition, state, key, at, account):
            found[key] = verbs
    return found


def _whole(state: State) -> tuple[Verb, ...]:
    if state.status == "returned":
        return ("resubmit", "withdraw")
    if state.status != "open":
        return ()
    return ("urge",) if state.decided else ("withdraw", "urge")


def _of_step(
    definition: Definition, state: State, key: str, at: StepState, account: str
) -> tuple[Verb, ...]:
    if state.status == "returned" or at.status in ("done", "due"):
        return ()
    if at.status in ("waiting", "failed"):
        if account not in at.parties[0].who:
            return ()
        return ("return",) if at.status == "waiting" else ("retry", "return")
    step = definition.structure.signed(key)
    if step is None:
        return ()
    verbs: list[Verb] = []
    if any(account in at.parties[number].who for number in assigning.turns(step, at)):
        verbs += ["fill"] if type(step) is Fill else ["agree", "refuse"]
        words: tuple[tuple[str, Verb], ...] = (
            ("return", "return"), ("transfer", "transfer"), ("delegate", "delegate"),
            ("add_signer", "add_signers"),
        )  # fmt: skip
        verbs += [verb for may, verb in words if may in step.may]
    if "remove_signer" in step.may and removable(at, account):
        verbs.append("remove_signer")
    if any(ask.who == account and ask.answered_at is None for ask in at.asks):
        verbs.append("opine")
    return tuple(verbs)


def removable(at: StepState, account: str) -> list[str]:
    """The added signers whom this account may take out again."""
    return [
        party.who[0]
        for party in at.parties
        if party.added and party.added_by == account and not (party.verdict or party.dropped)
        and len(party.who) == 1
    ]  # fmt: skip


def return_targets(definition: Definition, state: State, step: str) -> list[str]:
    """The earlier steps to which ``step`` can be returned, besides ``start``; in order."""
    return earlier(definition, state.steps, step)


def next_look(state: State) -> datetime | None:
    """When the sweep must send ``overdue`` to some step; ``None``: never."""
    if state.status != "open":
        return None
    return min((at.next_at for at in state.steps.values() if at.next_at), default=None)


def due_at(state: State) -> datetime | None:
    """The nearest limit of what is open."""
    found = (at.due_at for at in state.steps.values() if at.due_at and at.status == "open")
    return min(found, default=None) if state.status == "open" else None


class Progress(NamedTuple):
    """Steps of people and acts on the way the case takes: done, open now, in all."""

    done: int
    now: int
    total: int


def progress(definition: Definition, state: State, facts: Facts | None = None) -> Progress:
    """How far the case is. Branches not reached count the arm that ``facts`` lead to, without
    facts the longest."""
    done = now = total = 0
    for step in _way(definition.steps, state, facts):
        at = state.steps.get(step.key)
        total += 1
        if at is not None:
            done += at.status == "done"
            now += at.status != "done"
    return Progress(done, now, total)


def _way(steps: tuple[Step, ...], state: State, facts: Facts | None) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        if isinstance(step, Branch):
            arms = children(step)
            at = state.steps.get(step.key)
            if at is not None:
                found += _way(arms[at.arm], state, facts)
            elif facts is not None:
                found += _way(arms[chosen_arm(step, facts)], state, facts)
            else:
                ways: list[list[Step]] = [_way(arm, state, facts) for arm in arms]
                longest = max(ways, key=len)
                found += longest
        elif isinstance(step, Parallel):
            for lane in step.lanes:
                found += _way(lane.steps, state, facts)
        elif not isinstance(step, Notify):
            found.append(step)
    return found


class Signer(msgspec.Struct, frozen=True):
    """One voice in the diagram. ``state``: done, refused, now, to_come, dropped, not_needed."""

    who: tuple[str, ...]
    why: str
    state: Literal["done", "refused", "now", "to_come", "dropped", "not_needed"]
    by: str = ""
    on_behalf_of: str = ""
    at: datetime | None = None
    added: str = ""
    added_by: str = ""


class Lane(msgspec.Struct, frozen=True):
    """A lane or an arm. ``taken``: gone this way, not this way, or not known yet."""

    label: str
    label_en: str
    nodes: tuple[Node, ...]
    taken: bool | None = None
    otherwise: bool = False


class Node(msgspec.Struct, frozen=True):
    """A step in the diagram. ``state``: done, now, to_come, skipped (another arm was taken),
    returned (it sent the case back), waiting, failed."""

    key: str
    kind: Literal["approve", "fill", "notify", "branch", "parallel", "act"]
    label: str
    label_en: str
    state: Literal["done", "now", "to_come", "skipped", "returned", "refused", "waiting", "failed"]
    mode: str = ""
    signers: tuple[Signer, ...] = ()
    asked: tuple[str, ...] = ()
    since: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    lanes: tuple[Lane, ...] = ()


def diagram(definition: Definition, state: State | None = None) -> tuple[Node, ...]:
    """The flow as nested nodes, with who and when where the case has been. Without a state, the
    bare definition (the editor's diagram)."""
    return tuple(_node(step, state, False) for step in definition.steps)


def _node(step: Step, state: State | None, skipped: bool) -> Node:
    at = state.steps.get(step.key) if state else None
    return Node(
        key=step.key,
        kind=_KINDS[type(step)],
        label=step.label,
        label_en=step.label_en or step.label,
        state=_state(step, state, at, skipped),
        mode=step.mode if isinstance(step, Approve) else "",
        signers=_signers(step, at, state) if isinstance(step, Approve | Fill) and at else (),
        asked=tuple(ask.who for ask in at.asks if ask.answered_at is None) if at else (),
        since=at.since if at else None,
        due_at=at.due_at if at else None,
        done_at=at.done_at if at else None,
        lanes=_lanes(step, state, at, skipped),
    )


_KINDS: dict[type, Literal["approve", "fill", "notify", "branch", "parallel", "act"]] = {
    Approve: "approve",
    Fill: "fill",
    Notify: "notify",
    Branch: "branch",
    Parallel: "parallel",
    Act: "act",
}


def _state(
    step: Step, state: State | None, at: StepState | None, skipped: bool
) -> Literal["done", "now", "to_come", "skipped", "returned", "refused", "waiting", "failed"]:
    if state is None or at is None:
        ended = state is not None and state.status in ENDED
        return "skipped" if skipped or ended else "to_come"
    if at.status == "done":
        return "done"
    if at.status in ("waiting", "failed"):
        return "waiting" if at.status == "waiting" else "failed"
    if state.status == "returned":
        return "returned" if step.key == state.returned_from else "to_come"
    if any(party.verdict == "refused" for party in at.parties) and state.status == "refused":
        return "refused"
    return "skipped" if state.status in ENDED else "now"


def _signers(step: Approve | Fill, at: StepState, state: State | None) -> tuple[Signer, ...]:
    live = at.status == "open" and state is not None and state.status == "open"
    now = set(assigning.turns(step, at)) if live else set()
    return tuple(
        Signer(
            who=party.who,
            why=party.why,
            state=_signer_state(party, number in now, live),
            by=party.by,
            on_behalf_of=party.on_behalf_of,
            at=party.at,
            added=party.added,
            added_by=party.added_by,
        )
        for number, party in _in_order(at.parties)
    )


def _signer_state(
    party: Party, now: bool, live: bool
) -> Literal["done", "refused", "now", "to_come", "dropped", "not_needed"]:
    if party.dropped:
        return "dropped"
    if party.verdict:
        return "done" if party.verdict == "agreed" else "refused"
    if now:
        return "now"
    return "to_come" if live else "not_needed"


def _in_order(parties: tuple[Party, ...]) -> list[tuple[int, Party]]:
    """Those added before stand before whom they were added to, those added after at the end."""
    found: list[tuple[int, Party]] = []

    def put(number: int) -> None:
        for other, party in enumerate(parties):
            if party.ahead_of and party.ahead_of[0] == number:
                put(other)
        found.append((number, parties[number]))

    for number, party in enumerate(parties):
        if not party.ahead_of:
            put(number)
    return sorted(found, key=lambda pair: pair[1].added == "after")


def _lanes(
    step: Step, state: State | None, at: StepState | None, skipped: bool
) -> tuple[Lane, ...]:
    if isinstance(step, Parallel):
        return tuple(
            Lane(lane.label, lane.label_en, _nodes(lane.steps, state, skipped))
            for lane in step.lanes
        )
    if not isinstance(step, Branch):
        return ()
    taken = at.arm if at else None
    labels = [(arm.label, arm.label_en, False) for arm in step.arms] + [("", "", True)]
    return tuple(
        Lane(
            label, label_en,
            _nodes(steps, state, skipped or taken not in (None, number)),
            None if taken is None else taken == number,
            otherwise,
        )
        for number, ((label, label_en, otherwise), steps) in enumerate(
            zip(labels, children(step), strict=True)
        )
    )  # fmt: skip


def _nodes(steps: tuple[Step, ...], state: State | None, skipped: bool) -> tuple[Node, ...]:
    return tuple(_node(step, state, skipped) for step in steps)
