"""Requests for rights as cases: what access asks of the workflow above it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dangan.access import actions as access
from dangan.access.models import RightsRequest
from dangan.access.requests import Verdict
from dangan.access.rules import Absent, Actor, refuse
from dangan.dictionary.rules import Message
from dangan.entitlements import starting
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case, Task
from dangan.workflow.problems import AlreadyDecided, CannotStart, NotAllowed

DONE = Message("这项申请已经办结")


class CaseDesk:
    """The :class:`dangan.access.requests.Desk` that runs each request as a case."""

    def opened(self, actor: Actor, request: RightsRequest, reason: str) -> None:
        try:
            starting.open_rights_change(actor, request, reason)
        except CannotStart as problem:
            raise access.RightsProblem(problem.message) from None

    def turns(self, actor: Actor, requests: Collection[UUID]) -> Collection[UUID]:
        found = _tasks(actor).filter(case__object__in=requests)
        return {row for row in found.values_list("case__object", flat=True) if row}

    def decide(self, actor: Actor, request: RightsRequest, verdict: Verdict) -> None:
        case = Case.objects.filter(object=request.id, kind="rights_change").first()
        if case is None:
            raise Absent
        try:
            self._decide(actor, case, verdict)
        except (NotAllowed, CannotTakeEffect) as problem:
            raise access.RightsProblem(problem.message) from None
        except AlreadyDecided:
            raise access.RightsProblem(DONE) from None

    def _decide(self, actor: Actor, case: Case, verdict: Verdict) -> None:
        if verdict == "withdraw":
            workflow.withdraw(actor, case=case.id)
            return
        step = _step(actor, case)
        if step is None:
            raise refuse(actor, "rights.approve", _("这项申请现在不由你审批"))
        if verdict == "refuse":
            workflow.refuse(actor, case=case.id, step=step)
            return
        # Whoever stands in for a missing head may be asked again in the next step: said once.
        while step is not None:
            workflow.agree(actor, case=case.id, step=step)
            step = _step(actor, case)


def _step(actor: Actor, case: Case) -> str | None:
    """The step of the case that waits for the actor."""
    return _tasks(actor).filter(case=case).values_list("step", flat=True).first()


def _tasks(actor: Actor) -> QuerySet[Task]:
    return Task.objects.filter(account=actor.id, role="sign", state=Task.State.OPEN)
