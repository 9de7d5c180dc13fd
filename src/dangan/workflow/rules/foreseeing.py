"""Who would decide a case: the dry run of a definition."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

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
from dangan.workflow.rules.directory import Directory, Recording
from dangan.workflow.rules.states import Facts, Party


class Foreseen(NamedTuple):
    """One step on the way. ``copied`` for a step that only informs; ``parties`` elsewhere, each
    with who and how they were found."""

    key: str
    step: Step
    parties: tuple[Party, ...] = ()
    copied: tuple[str, ...] = ()


def foresee(
    definition: Definition, *, facts: Facts, initiator: str, subject: str, directory: Directory
) -> list[Foreseen]:
    """Every step the case would pass if all agreed, with the people as they are today."""
    asking = Recording(directory, _no_limits, facts)
    account = asking.account_of(subject)
    barred = tuple(dict.fromkeys(one for one in (initiator, account) if one))
    unit = asking.place(subject, initiator)
    case = Case(definition, initiator, subject, account, unit, barred)
    return _sequence(definition.steps, case, asking)


def _sequence(steps: tuple[Step, ...], case: Case, asking: Recording) -> list[Foreseen]:
    found: list[Foreseen] = []
    for step in steps:
        if isinstance(step, Approve | Fill):
            found.append(Foreseen(step.key, step, assigning.parties(case, step, asking)))
        elif isinstance(step, Notify):
            who = assigning.copied(case, step.who, asking)
            found.append(Foreseen(step.key, step, copied=who))
        elif isinstance(step, Act):
            found.append(Foreseen(step.key, step))
        elif isinstance(step, Branch):
            found += _sequence(children(step)[asking.arm(step)], case, asking)
        elif isinstance(step, Parallel):
            for lane in step.lanes:
                found += _sequence(lane.steps, case, asking)
    return found


def _no_limits(start: datetime, days: float) -> datetime:  # noqa: ARG001 - the calendar's shape
    return start
