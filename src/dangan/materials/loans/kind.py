"""档案借阅 as a kind of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue import gates
from dangan.materials.loans.models import Loan, Request
from dangan.materials.loans.queries import content_of
from dangan.materials.loans.telling import letters_to_borrowers
from dangan.notices.actions import tell_all
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Named
from dangan.workflow.models import Case


class LoanKind(CaseKind):
    key = "loan"
    label = gettext_lazy("档案借阅")
    icon = "book-upload"
    facts = (
        Fact("inside", "本单位人员", "Somebody of ours", "flag"),
        Fact("outside", "外单位人员", "Somebody from outside", "flag"),
        Fact("unit", "借阅人部门", "The borrower's unit", "unit"),
        Fact("cadre", "干部人事档案", "A cadre file", "flag"),
        Fact("marked", "机密以上", "Confidential or above", "flag"),
        Fact("days", "借期（工作日）", "Working days", "number"),
        Fact("volumes", "案卷数", "Number of volumes", "number"),
    )
    acts = (Named("release", "可以领取", "Ready to be fetched"),)
    template = "loans/parts/case.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        ids = [case.object for case in cases if case.object]
        rows = {
            row.pk: row
            for row in Request.objects.filter(pk__in=ids).annotate(volumes=Count("loans"))
        }
        return {
            case.id: _("借 {count} 卷，{days} 个工作日").format(
                count=getattr(rows[case.object], "volumes", 0), days=rows[case.object].days
            )
            for case in cases
            if case.object is not None and case.object in rows
        }

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        return content_of(actor, _request(case))

    def perform(self, actor: Actor, case: Case, act: str) -> None:  # noqa: ARG002 - one act
        request = _request(case, lock=True)
        if request.state != Request.State.OPEN:
            raise CannotTakeEffect(Message("这项申请已经办结"))
        volumes = list(request.loans.values_list("volume", flat=True))
        stops = gates.reasons("read", volumes)
        if stops:
            raise CannotTakeEffect(next(iter(stops.values()))[0])
        request.state, request.agreed_at = Request.State.AGREED, timezone.now()
        request.save(update_fields=["state", "agreed_at"])
        request.loans.update(state=Loan.State.READY)
        actor.trail.add(Event("loan.agree", subject=request.subject, object=str(request.pk)))
        first = request.loans.select_related("request").first()
        if first is not None:
            tell_all(letters_to_borrowers([(first, "loan.ready")]))

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        if outcome == "agreed":
            return
        request = _request(case, lock=True)
        refused = outcome == "refused"
        request.state = Request.State.REFUSED if refused else Request.State.WITHDRAWN
        request.save(update_fields=["state"])
        request.loans.filter(state=Loan.State.ASKED).update(
            state=Loan.State.CANCELLED, ended_at=timezone.now(), ended_by=actor.id
        )

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: ARG002
        Request.objects.filter(pk=_request(case).pk).update(state=Request.State.RETURNED)

    def edit_url(self, case: Case) -> str:
        return reverse("loans:resubmit", args=[case.object])


def _request(case: Case, *, lock: bool = False) -> Request:
    rows = Request.objects.select_for_update() if lock else Request.objects.all()
    found = rows.filter(pk=case.object).first() if case.object is not None else None
    if found is None:
        raise LookupError(case.number)
    return found
