"""Deciding a step: agree, refuse, return, fill in, agree to many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor, Refused
from dangan.dictionary.rules import Message
from dangan.ui.messages import say
from dangan.workflow.actions.acting import decide, event_of
from dangan.workflow.actions.running import Run, Running
from dangan.workflow.deputising import acting_as
from dangan.workflow.handling import CannotTakeEffect, kind_of
from dangan.workflow.models import Case, Task
from dangan.workflow.problems import AlreadyDecided, BadPart, NotAllowed
from dangan.workflow.rules.definitions import Fill


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of many: ``problem`` is empty when it was agreed."""

    task: int
    number: str
    problem: str = ""


def agree(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """同意. The effect, if this was the last decision, happens in the same transaction.

    Raises :class:`CannotTakeEffect` when it cannot; then nothing has been decided.
    """
    event = event_of(actor, "agree", step, on_behalf_of=on_behalf_of)
    return decide(actor, case=case, event=event, words=words, version=version)


def refuse(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """拒绝: the case ends."""
    event = event_of(actor, "refuse", step, on_behalf_of=on_behalf_of)
    return decide(actor, case=case, event=event, words=words, version=version)


def return_case(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
    to: str = "start",
) -> Case:
    """退回 to whoever started it, or to an earlier step."""
    event = event_of(actor, "return", step, on_behalf_of=on_behalf_of, to=to)
    return decide(actor, case=case, event=event, words=words, version=version)


def fill(
    actor: Actor,
    *,
    case: UUID,
    step: str,
    part: str,
    data: Mapping[str, Any],
    words: str = "",
    version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:
    """Stores what a fill step asks for and passes the step on.

    Raises :class:`BadPart` with the bound form when something in it is wrong.
    """

    def store(run: Run, item: Running) -> None:
        wanted = item.definition.structure.steps.get(step)
        signer = on_behalf_of or actor.id
        if not isinstance(wanted, Fill) or wanted.part != part:
            raise NotAllowed(Message("这一步不填写这些内容。请刷新页面查看。"))
        if (step, signer, "fill") not in item.open_tasks:
            return  # the engine says why not
        kind = kind_of(item.case.kind)
        form = kind.fill_form(actor, item.case, part, data)
        if not form.is_valid():
            raise BadPart(form)
        run.keep_facts(item, kind.fill(actor, item.case, part, form))

    event = event_of(actor, "fill", step, on_behalf_of=on_behalf_of)
    return decide(actor, case=case, event=event, words=words, version=version, before=store)


def agree_many(actor: Actor, *, tasks: Sequence[int], words: str = "") -> list[Result]:
    """批量同意, each in a transaction of its own; what cannot be agreed says why.

    Tasks of others and tasks that do not exist are answered alike.
    """
    acting = acting_as(actor)
    found = {
        task.pk: task
        for task in Task.objects.filter(pk__in=tasks, account__in=acting).select_related("case")
    }
    return [_agree_one(actor, pk, found.get(pk), words) for pk in dict.fromkeys(tasks)]


def _agree_one(actor: Actor, pk: int, task: Task | None, words: str) -> Result:
    if task is None:
        return Result(pk, "", _("没有找到，或者已不归你办理"))
    if task.role != "sign":
        return Result(pk, task.case.number, _("这一步要单独办理，请打开流程"))
    behalf = task.account if task.account != actor.id else None
    problem = ""
    try:
        agree(actor, case=task.case_id, step=task.step, words=words, on_behalf_of=behalf)
    except (NotAllowed, CannotTakeEffect) as error:
        problem = say(error.message)
    except AlreadyDecided as error:
        problem = _("{who}已经处理过").format(who=error.who)
    except (Absent, Refused):
        problem = _("没有找到，或者已不归你办理")
    return Result(pk, task.case.number, problem)
