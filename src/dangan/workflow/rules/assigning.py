"""Who a step waits for: assignee rules, who is next in charge, and whose turn it is.

Two promises are kept here. Whoever started the case and the person concerned are never found,
except where a rule names them. And a rule that finds nobody goes up: heads of the units above,
the leaders, the definition's keepers. It never counts as agreed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import ceil

import msgspec

from dangan.workflow.rules.definitions import Approve, Assignee, Definition, Fill
from dangan.workflow.rules.directory import Asking
from dangan.workflow.rules.states import Party, StepState

LEADER = "leader"
"""The role that stands above all heads."""


class Case(msgspec.Struct, frozen=True, gc=False):
    """What finding people depends on."""

    definition: Definition
    initiator: str
    subject: str
    subject_account: str
    unit: str
    barred: tuple[str, ...]


def parties(case: Case, step: Approve | Fill, asking: Asking) -> tuple[Party, ...]:
    """The voices of a step that opens now."""
    found = [
        party
        for number, rule in enumerate(step.who)
        for party in _parties_of(case, rule, number, asking)
    ]
    if step.mode == "any" or type(step) is Fill:
        return (_pooled(found),)
    return tuple(_without_twins(found))


def copied(case: Case, rules: Sequence[Assignee], asking: Asking) -> tuple[str, ...]:
    """Who gets a copy: nobody is barred from reading, and nobody stands in."""
    found: dict[str, None] = {}
    for rule in rules:
        for account in _named(case, rule, asking, ())[0]:
            found[account] = None
    return tuple(found)


def refreshed(case: Case, party: Party, step: Approve | Fill, asking: Asking) -> Party:
    """The party as the directory sees it today: who left is replaced, who took over is in.

    Hand-overs and added signers stay with whom they were given to while those are there and may
    decide; then the rule, or whoever is next in charge, takes the place.
    """
    moved = party.rule < 0 or party.why in ("handed_over", "escalated")
    kept = tuple(
        who
        for who in party.who
        if asking.active(who) and (who not in case.barred or (party.own and _is_own(case, who)))
    )
    if moved and kept:
        return _with(party, kept, party.why)
    if party.rule < 0:
        return _with(party, *above(case, case.unit, asking, case.barred))
    if step.mode == "any" or type(step) is Fill:
        fresh = _pooled(
            [p for n, r in enumerate(step.who) for p in _parties_of(case, r, n, asking)]
        )
        return _with(party, fresh.who, fresh.why, own=fresh.own)
    who, why, own = _found(case, step.who[party.rule], asking)
    if party.each:
        still = tuple(one for one in kept if one in who)
        who, why = (still, party.why) if still else above(case, case.unit, asking, case.barred)
    return _with(party, who, why, own=own)


def above(
    case: Case, unit: str, asking: Asking, without: Collection[str]
) -> tuple[tuple[str, ...], str]:
    """Who is next in charge: heads upward, then leaders, then keepers; ``()`` when nobody is."""
    return _upward(case, unit, asking.heads(unit), asking, without)


def _upward(
    case: Case, unit: str, line: Iterable[str], asking: Asking, without: Collection[str]
) -> tuple[tuple[str, ...], str]:
    for head in line:
        if head and head not in without:
            return (head,), "above"
    for role, why in ((LEADER, "above"), (case.definition.keeper, "keeper")):
        for reach in (unit, "") if unit else ("",):
            if who := _less(asking.holders(role, reach), without):
                return who, why
    return (), ""


def _parties_of(case: Case, rule: Assignee, number: int, asking: Asking) -> list[Party]:
    who, why, own = _found(case, rule, asking)
    if rule.everyone and why == rule.rule:
        return [Party(who=(one,), why=why, rule=number, own=own, each=True) for one in who]
    return [Party(who=who, why=why, rule=number, own=own)]


def _found(case: Case, rule: Assignee, asking: Asking) -> tuple[tuple[str, ...], str, bool]:
    """Who, how they were found, and whether the rule names the initiator or the subject."""
    who, line, unit = _named(case, rule, asking, case.barred)
    if who:
        return who, rule.rule, rule.rule in ("initiator", "subject")
    return *_upward(case, unit, line, asking, case.barred), False


def _named(
    case: Case, rule: Assignee, asking: Asking, without: Collection[str]
) -> tuple[tuple[str, ...], Sequence[str], str]:
    """Whom the rule itself means; and the line of heads and the unit where to go on if nobody."""
    kind, unit = rule.rule, case.unit
    if kind == "role":
        who = _less(asking.holders(rule.role, unit), without)
        return who, () if who else asking.heads(unit), unit
    if kind in ("head", "fact_head"):
        if kind == "fact_head":
            unit = asking.unit_fact(rule.fact) or unit
        line = asking.heads(unit)[rule.up :]
        return _first(line, without), line[1:], unit
    if kind == "supervisor":
        line = asking.supervisors(case.subject)[rule.up :] if case.subject else ()
        who = _first(line, without)
        return who, () if who else (*line, *asking.heads(unit)), unit
    account = {"person": rule.account, "initiator": case.initiator}.get(kind, case.subject_account)
    if account and asking.active(account) and (kind != "person" or account not in without):
        return (account,), (), unit
    return (), asking.heads(unit), unit


def _first(line: Sequence[str], without: Collection[str]) -> tuple[str, ...]:
    """The one the rule means, and only that one: who stands in is found by going upward."""
    return (line[0],) if line and line[0] and line[0] not in without else ()


def _less(who: Sequence[str], without: Collection[str]) -> tuple[str, ...]:
    return tuple([one for one in who if one not in without])


def _pooled(found: Sequence[Party]) -> Party:
    """One voice of all: whoever comes first. Those who stand in drop out beside those meant."""
    if len(found) == 1:
        return found[0]
    meant = [party for party in found if party.why not in ("above", "keeper", "")] or found
    who = tuple(dict.fromkeys(one for party in meant for one in party.who))
    return Party(who=who, why=meant[0].why, rule=0, own=any(party.own for party in meant))


def _without_twins(found: Iterable[Party]) -> Iterable[Party]:
    """Two rules that find the same people are one voice."""
    seen: set[frozenset[str]] = set()
    for party in found:
        people = frozenset(party.who)
        if people not in seen or not people:
            seen.add(people)
            yield party


def _is_own(case: Case, who: str) -> bool:
    return who in (case.initiator, case.subject_account)


def _with(party: Party, who: tuple[str, ...], why: str, *, own: bool | None = None) -> Party:
    own = party.own if own is None else own
    if (who, why, own) == (party.who, party.why, party.own):
        return party
    return Party(
        who=who, why=why, rule=party.rule, own=own, each=party.each,
        added=party.added, added_by=party.added_by, ahead_of=party.ahead_of,
    )  # fmt: skip


def turns(step: Approve | Fill, at: StepState) -> list[int]:
    """The numbers of the parties whose turn it is."""
    if len(at.parties) == 1:  # by far the most frequent
        return [] if at.parties[0].verdict else [0]
    found: list[int] = []
    if not satisfied(step, at):
        for number, party in enumerate(at.parties):
            if party.added or party.verdict:
                continue
            _ahead(at.parties, number, found)
            if step.mode == "in_turn":
                break
        return found
    for number, party in enumerate(at.parties):
        if party.added == "after" and not party.verdict and not party.dropped:
            _ahead(at.parties, number, found)
    return found


def _ahead(parties: Sequence[Party], number: int, found: list[int]) -> None:
    """``number`` itself, or those added ahead of it that have not spoken."""
    waiting = [
        other
        for other, party in enumerate(parties)
        if number in party.ahead_of and not party.verdict and not party.dropped
    ]
    if not waiting and number not in found:
        found.append(number)
    for other in waiting:
        _ahead(parties, other, found)


def satisfied(step: Approve | Fill, at: StepState) -> bool:
    """Whether those the definition asks for have agreed, in the way it asks."""
    if len(at.parties) == 1:
        return at.parties[0].verdict == "agreed"
    asked = [party.verdict for party in at.parties if not party.added]
    return asked.count("agreed") >= needed(step, len(asked))


def reachable(step: Approve | Fill, at: StepState) -> bool:
    """Whether enough can still agree."""
    asked = [party.verdict for party in at.parties if not party.added]
    return len(asked) - asked.count("refused") >= needed(step, len(asked))


def needed(step: Approve | Fill, voices: int) -> int:
    """How many voices must agree."""
    if step.mode == "ratio":
        return max(1, min(voices, ceil(step.ratio * voices - 1e-9)))
    return voices


def complete(step: Approve | Fill, at: StepState) -> bool:
    """Whether the step is over: agreed, and all who were added after have agreed too."""
    return satisfied(step, at) and all(
        party.verdict == "agreed" or party.dropped for party in at.parties if party.added == "after"
    )


def keepers(case: Case, asking: Asking) -> Party:
    """Who gets what cannot go on: the definition's keepers, or who is next in charge."""
    role = case.definition.keeper
    for reach in (case.unit, ""):
        if who := _less(asking.holders(role, reach), case.barred):
            return Party(who=who, why="keeper")
    return Party(*above(case, case.unit, asking, case.barred))
