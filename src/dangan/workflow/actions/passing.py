"""Letting others decide, advise or know; taking back; urging; trying an effect again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.workflow.actions.acting import acting, check_base, decide, event_of
from dangan.workflow.models import Case
from dangan.workflow.problems import NotAllowed


def transfer(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    to: UUID,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """转交: ``to`` (an account) decides instead, for good."""
    event = event_of(actor, "transfer", step, on_behalf_of=on_behalf_of, who=[to])
    return decide(actor, case=case, event=event, words=words, version=version)


def delegate(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    to: UUID,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """委派: asks ``to`` for an opinion, the decision stays where it is."""
    event = event_of(actor, "delegate", step, on_behalf_of=on_behalf_of, who=[to])
    return decide(actor, case=case, event=event, words=words, version=version)


def give_opinion(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    words: str,
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """The opinion somebody was asked for."""
    event = event_of(actor, "opine", step, on_behalf_of=on_behalf_of)
    return decide(actor, case=case, event=event, words=words, version=version)


def add_signers(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    who: Sequence[UUID],
    place: Literal["before", "after"],
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """加签: these accounts decide too, before or after the actor."""
    event = event_of(actor, "add_signers", step, on_behalf_of=on_behalf_of, who=who, place=place)
    return decide(actor, case=case, event=event, words=words, version=version)


def remove_signer(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    who: UUID,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """减签: ``who``, added by the actor before, need not decide."""
    event = event_of(actor, "remove_signer", step, on_behalf_of=on_behalf_of, who=[who])
    return decide(actor, case=case, event=event, words=words, version=version)


def withdraw(actor: Actor, *, case: UUID, words: str = "", version: int | None = None) -> Case:
    """撤回 by whoever started it, while nobody has decided."""
    with acting(actor, case, "withdraw") as (run, item):
        check_base(item.case, version)
        run.happen(item, event_of(actor, "withdraw", ""), words.strip())
        return item.case


def copy_to(actor: Actor, *, case: UUID, who: Sequence[UUID], words: str = "") -> Case:
    """抄送 to these accounts: from now on they may read the case.

    Whoever has but a copy passes none on.
    """
    with acting(actor, case, "copy") as (run, item):
        if run.seen is None or not run.seen.part:
            raise NotAllowed(Message("你只是收到抄送，不能再抄送给别人。"))
        event = event_of(actor, "copy", "", who=list(dict.fromkeys(who)))
        run.happen(item, event, words.strip())
        return item.case


def urge(actor: Actor, *, case: UUID) -> Case:
    """催办: a notice to everybody whose turn it is; the engine keeps a pause between two."""
    with acting(actor, case, "urge") as (run, item):
        run.happen(item, event_of(actor, "urge", ""))
        return item.case


def retry_act(actor: Actor, *, case: UUID, version: int | None = None) -> Case:
    """Tries an effect again that could not happen on its day; only its keepers may.

    Raises :class:`CannotTakeEffect` when it still cannot; nothing has changed then.
    """
    with acting(actor, case, "retry") as (run, item):
        check_base(item.case, version)
        step = next((task.step for task in item.open_tasks.values() if task.role == "keep"), "")
        run.happen(item, event_of(actor, "retry", step))
        return item.case
