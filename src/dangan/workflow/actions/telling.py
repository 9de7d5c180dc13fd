"""From what followed of an event to notices: who is told what, in words without any person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse

from dangan.notices.actions import Letter, tell_all
from dangan.workflow.deputising import deputies_of
from dangan.workflow.models import Case
from dangan.workflow.rules.definitions import Act, Definition
from dangan.workflow.rules.states import Effect, State

LABEL_AT_MOST = 60

_OF_STEPS = {
    "assigned": "task.assigned",
    "asked": "task.assigned",
    "urged": "task.urged",
    "reminded": "task.due",
    "overdue": "task.overdue",
    "escalated": "task.escalated",
}
"""Topics that name a step, by the effect they tell of; deputies are told with the signer."""
_OF_CASES = {"copied": "case.copied", "opined": "case.commented", "returned": "case.returned"}
_URGENT = frozenset({"task.urged", "task.overdue", "task.escalated"})


class Told(NamedTuple):
    """One notice to some accounts."""

    topic: str
    accounts: tuple[UUID, ...]
    step: str = ""


def url_of(case: UUID) -> str:
    """The address of a case's page."""
    return reverse("workflow:case", args=[case])


def notices_of(
    case: Case, definition: Definition, state: State, effects: Iterable[Effect]
) -> Iterator[Told]:
    """What to tell of a case after these effects, in their order."""
    effects = list(effects)
    later = {effect.kind for effect in effects}
    for effect in effects:
        accounts = tuple(UUID(one) for one in effect.accounts)
        if effect.kind == "assigned" and not effect.step:  # to be changed and submitted again
            if "returned" not in later:
                yield Told("case.returned", accounts)
            continue
        if effect.kind == "assigned" and {"asked", "escalated"} & later:
            accounts = tuple(
                one for one in accounts if not _told_apart(str(one), effect.step, effects)
            )
        if effect.kind in _OF_STEPS and accounts:
            failed = isinstance(definition.structure.steps.get(effect.step), Act)
            topic = "case.stuck" if failed else _OF_STEPS[effect.kind]
            yield Told(topic, accounts, "" if failed else effect.step)
        elif effect.kind in _OF_CASES:
            yield Told(_OF_CASES[effect.kind], accounts)
        elif effect.kind == "released" and state.status == "withdrawn":
            yield Told("case.withdrawn", accounts)
        elif effect.kind == "waiting":
            yield Told("case.agreed", (case.initiator,))
        elif effect.kind == "ended" and effect.outcome != "withdrawn":
            topic = "case.refused" if effect.outcome == "refused" else _agreed(definition)
            yield Told(topic, (case.initiator,))


def _told_apart(account: str, step: str, effects: Iterable[Effect]) -> bool:
    """Whether somebody newly assigned is told in another way of the same step."""
    return any(
        effect.kind in ("asked", "escalated") and effect.step == step and account in effect.accounts
        for effect in effects
    )


def _agreed(definition: Definition) -> str:
    """Flows that do something take effect; the others are agreed."""
    acts = any(isinstance(step, Act) for step in definition.structure.steps.values())
    return "case.effective" if acts else "case.agreed"


class OfCase(NamedTuple):
    """All that is to be told of one case."""

    case: Case
    definition: Definition
    notices: tuple[Told, ...]


def send(cases: Sequence[OfCase], *, without: UUID) -> None:
    """Tells everybody but whoever did it; whoever may act for a signer is told with them.

    In bulk: a sweep tells of hundreds of cases in as many statements as a verb of one.
    """
    signers = {
        account
        for _, _, notices in cases
        for told in notices
        if told.step
        for account in told.accounts
    }
    deputies = deputies_of(signers)
    tell_all([letter for item in cases for letter in _letters(item, deputies, without)])


def _letters(
    item: OfCase, deputies: Mapping[UUID, Sequence[UUID]], without: UUID
) -> Iterator[Letter]:
    case, definition, notices = item
    for told in notices:
        accounts = dict.fromkeys(told.accounts)
        if told.step:
            also = (other for one in told.accounts for other in deputies.get(one, ()))
            accounts |= dict.fromkeys(also)
        accounts.pop(without, None)
        if accounts:
            yield Letter(
                accounts=tuple(accounts),
                topic=told.topic,
                url=url_of(case.id),
                facts=_facts(case, definition, told.step),
                urgent=told.topic in _URGENT,
                unit=case.unit,
            )


def _facts(case: Case, definition: Definition, step: str) -> dict[str, str | int]:
    facts: dict[str, str | int] = {
        "number": case.number,
        "label": definition.label[:LABEL_AT_MOST],
        "label_en": (definition.label_en or definition.label)[:LABEL_AT_MOST],
    }
    if step:
        found = definition.structure.steps[step]
        facts["step"] = found.label[:LABEL_AT_MOST]
        facts["step_en"] = (found.label_en or found.label)[:LABEL_AT_MOST]
    return facts
