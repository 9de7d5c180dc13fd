"""Planting canaries: asked for by security, agreed to by HR, whose dossier it then is."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from dangan.access.models import Grant
from dangan.access.queries import in_force
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import InvalidRecord, RowPlan
from dangan.notices.actions import tell
from dangan.organization import queries as organization
from dangan.security.budgets import CANARY
from dangan.security.models import Canary
from dangan.security.rules.invented import Invented, rows_of
from dangan.security.sealing import seal_subject
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

ASK = "security.manage"
AGREE = "canaries.agree"
REASON = "新入职建档"
"""What the first update record of a canary says: what that of anybody else might say."""


class CanaryProblem(Exception):  # noqa: N818 - an answer, not an error
    """The dossier cannot be made so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def ask_canary(actor: Actor, *, unit: UUID) -> Canary:
    """Asks for a canary in a unit. Permission security.manage; HR managers are told."""
    require(actor, ASK)
    tree = organization.tree()
    if unit not in tree.nodes or tree.nodes[unit].closed:
        raise CanaryProblem(Message("请选择一个在用的部门。"))
    with recording(actor):
        canary = Canary.objects.create(unit=unit, asked_by=actor.id, asked_at=timezone.now())
        held = Grant.objects.filter(
            in_force(timezone.localdate()), role="hr_manager", account__state="active"
        )
        tell(
            accounts=set(held.values_list("account", flat=True)) - {actor.id},
            topic="canary.asked",
            url=reverse("security:canary", args=[canary.id]),
            facts={"date": timezone.localdate().isoformat()},
        )
        actor.trail.add(Event("canary.ask", object=str(canary.id), facts={"unit": str(unit)}))
    return canary


def decide_canary(actor: Actor, *, canary: UUID, person: Invented | None) -> None:
    """Plants the invented person, or refuses for None. Permission canaries.agree, and not whoever
    asked.

    The dossier is made by the same verb as anybody's, in HR's name; that it is a canary stands
    sealed. Raises :class:`Absent` for one already decided, :class:`CanaryProblem` when a value
    does not fit or is taken.
    """
    require(actor, AGREE)
    with recording(actor):
        row = Canary.objects.select_for_update().filter(pk=canary, state="asked").first()
        if row is None:
            raise Absent
        if row.asked_by == actor.id:
            raise refuse(actor, AGREE, "自己的申请由另一个人办理。")
        row.state = Canary.State.PLANTED if person else Canary.State.REFUSED
        row.decided_by, row.decided_at = actor.id, timezone.now()
        if person:
            subject = _make(actor, row.unit, person)
            row.token = vault.token_of(CANARY, str(subject))
            row.sealed = seal_subject(vault.key_of(SYSTEM), row, subject)
        row.save()
        name = "canary.plant" if person else "canary.refuse"
        actor.trail.add(Event(name, object=str(row.id), facts={"unit": str(row.unit)}))


def _make(actor: Actor, unit: UUID, person: Invented) -> UUID:
    rows = [RowPlan(key, values) for key, values in rows_of(person, str(unit))]
    try:
        made = dossiers.create_subject(
            actor, rows=rows, reason=REASON, state=Subject.State.CONFIRMED
        )
    except InvalidRecord as problem:
        raise CanaryProblem(problem.problems[0].message) from None
    return made.subject
