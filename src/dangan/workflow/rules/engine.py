"""The engine: an event and a state make the next state and what follows from it.

Nothing is looked up behind the caller's back: the directory, the calendar's due function, the
facts and the time come in, and everything they answered goes out in ``Outcome.recorded``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dangan.dictionary.rules import Message
from dangan.workflow.rules import verbs
from dangan.workflow.rules.definitions import Definition
from dangan.workflow.rules.directory import Asking, Directory, Due, Recording
from dangan.workflow.rules.directory import Recorded as Replaying
from dangan.workflow.rules.foreseeing import foresee
from dangan.workflow.rules.showing import (
    allowed,
    diagram,
    due_at,
    next_look,
    progress,
    return_targets,
    tasks,
)
from dangan.workflow.rules.states import (
    Event,
    Facts,
    NotAllowed,
    Outcome,
    Recorded,
    State,
)
from dangan.workflow.rules.walking import Moving, consequences, follow

__all__ = [
    "NotAllowed",
    "allowed",
    "diagram",
    "due_at",
    "foresee",
    "next_look",
    "progress",
    "replay",
    "return_targets",
    "start",
    "step",
    "tasks",
]


def start(
    definition: Definition,
    *,
    facts: Facts,
    initiator: str,
    subject: str,
    now: datetime,
    directory: Directory,
    calendar_due: Due,
    barred: tuple[str, ...] = (),
) -> Outcome:
    """Submits a new case. ``subject`` is empty for a case about nobody.

    ``barred`` are accounts that must not decide either, such as one that gains by the case and
    belongs to no dossier. Raises :class:`NotAllowed` when nobody at all could decide.
    """
    who = (subject, *barred) if subject or barred else ()
    event = Event(verb="submit", by=initiator, who=who)
    asking = Recording(directory, calendar_due, facts)
    return _outcome(definition, None, event, now, asking)


def step(
    definition: Definition,
    state: State,
    event: Event,
    *,
    facts: Facts,
    now: datetime,
    directory: Directory,
    calendar_due: Due,
) -> Outcome:
    """What becomes of the case. Raises :class:`NotAllowed`; then nothing has changed."""
    if event.verb == "submit":
        raise NotAllowed(Message("这件事已经提交，不能再次提交。"))
    return _outcome(definition, state, event, now, Recording(directory, calendar_due, facts))


def replay(definition: Definition, recorded: Iterable[Recorded]) -> State:
    """The state that the kept events lead to, asking nobody."""
    state: State | None = None
    for kept in recorded:
        moving = Moving(definition, state, kept.event, kept.at, Replaying(kept.answers))
        verbs.perform(moving)
        state = follow(moving)
    if state is None:
        raise ValueError("a case begins with its submission")
    return state


def _outcome(
    definition: Definition, state: State | None, event: Event, now: datetime, asking: Asking
) -> Outcome:
    moving = Moving(definition, state, event, now, asking)
    verbs.perform(moving)
    after = follow(moving)
    effects = consequences(moving, state, after)
    return Outcome(after, effects, Recorded(event, now, asking.answers))
