"""What all verbs on a running case share: lock, rights, version, refusals that are logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event as Noted
from dangan.dictionary.rules import Message
from dangan.workflow.actions.running import Run, Running
from dangan.workflow.handling import CannotTakeEffect, kinds
from dangan.workflow.models import Case, CaseEvent, Task
from dangan.workflow.problems import AlreadyDecided, CaseMoved, NotAllowed
from dangan.workflow.rights import look
from dangan.workflow.rules.states import Event

CONTENT = ("resubmit", "fill", "return")
"""Verbs that change what is decided upon: a decision based on an earlier version is not taken."""


@contextmanager
def acting(
    actor: Actor, case: UUID, verb: str, *, on_behalf_of: UUID | None = None
) -> Iterator[tuple[Run, Running]]:
    """The locked case in a run that is saved at the end; whatever is refused is logged.

    Raises :class:`Absent`, :class:`CaseMoved`, and what the verb raises.
    """
    with recording(actor):
        seen = look(actor, case, lock=True)
        row = seen.case
        try:
            run = Run(actor)
            if on_behalf_of is not None and on_behalf_of not in seen.acting[1:]:
                raise NotAllowed(Message("你现在不是这个人的代理人。请刷新页面查看。"))
            run.load([row])
            run.seen = seen
            yield run, run.running[case]
            run.save()
        except (NotAllowed, AlreadyDecided, CaseMoved, CannotTakeEffect) as error:
            facts = {"case": str(case), "why": type(error).__name__}
            actor.trail.add(
                Noted(
                    f"case.{verb}",
                    outcome="refused",
                    subject=row.subject,
                    object=row.number,
                    facts=facts,
                )
            )
            raise


def decide(
    actor: Actor,
    *,
    case: UUID,
    event: Event,
    words: str,
    version: int | None,
    before: Callable[[Run, Running], None] | None = None,
) -> Case:
    """One event of a person at a step; ``before`` runs once it is sure to be their turn.

    Raises :class:`AlreadyDecided` when the step was theirs and somebody was faster.
    """
    behalf = UUID(event.on_behalf_of) if event.on_behalf_of else None
    with acting(actor, case, event.verb, on_behalf_of=behalf) as (run, item):
        if actor.kind == "token" and event.verb in {"agree", "fill"} and _grave(item.case.kind):
            raise NotAllowed(Message("这件事由本人登录后办理"))
        signer = behalf or actor.id
        mine = [task for task in item.open_tasks.values() if task.account == signer]
        if not any(task.step == event.step for task in mine):
            _say_who_was_first(item.case, event.step, signer)
        check_base(item.case, version)
        run.refresh(item, event.step)
        if before is not None:
            before(run, item)
        run.happen(item, event, words.strip())
        return item.case


def _grave(kind: str) -> bool:
    return any(known.key == kind and known.grave for known in kinds())


def check_base(case: Case, version: int | None) -> None:
    """Raises :class:`CaseMoved` when what is decided upon is not what was read."""
    if version is None or version == case.version:
        return
    later = CaseEvent.objects.filter(case=case, seq__gt=version, verb__in=CONTENT)
    if version > case.version or later.exists():
        raise CaseMoved(version, case.version)


def _say_who_was_first(case: Case, step: str, signer: UUID) -> None:
    """Raises :class:`AlreadyDecided` when the step had been the signer's and is decided."""
    had = Task.objects.filter(case=case, step=step, account=signer).exclude(state=Task.State.OPEN)
    if not had.exists():
        return
    last = (
        CaseEvent.objects.filter(case=case, seq__gt=1)
        .filter(step__in=(step, ""))
        .exclude(verb__in=("copy", "urge", "overdue", "add_signers", "remove_signer", "delegate"))
        .order_by("-seq")
        .first()
    )
    if last is not None:
        name = names_of_accounts([last.actor]).get(last.actor, "")
        raise AlreadyDecided(name, last.at, last.verb)


def event_of(
    actor: Actor,
    verb: str,
    step: str,
    *,
    on_behalf_of: UUID | None = None,
    to: str = "",
    who: Sequence[UUID] = (),
    place: str = "",
) -> Event:
    """The engine's event for what the actor does."""
    return Event(
        verb=verb,  # type: ignore[arg-type]  # one of the engine's words, given by the verbs here
        by=str(actor.id),
        on_behalf_of=str(on_behalf_of) if on_behalf_of and on_behalf_of != actor.id else "",
        step=step,
        to=to,
        who=tuple(str(one) for one in who),
        place=place,  # type: ignore[arg-type]  # before, after or nothing
    )
