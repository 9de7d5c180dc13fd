"""The case by which a destruction is agreed: 档案销毁."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.materials.disposal.actions.executing import approve, end
from dangan.materials.disposal.actions.listing import KIND
from dangan.materials.disposal.models import DestructionList
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.queries.lists import list_in_case
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Named
from dangan.workflow.models import Case


class DestructionKind(CaseKind):
    """A list on its way: legal and the privacy officer, then the leader."""

    key = KIND
    label = gettext_lazy("档案销毁")
    icon = "trash"
    grave = True
    facts = (
        Fact("items", "项数", "Items", "number"),
        Fact("dossiers", "含整份档案", "Holds whole dossiers", "flag"),
        Fact("kept", "含继续保管", "Something is kept on", "flag"),
    )
    acts = (Named("approve", "批准销毁", "Approve the destruction"),)
    template = "disposal/case.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        ids = [case.object for case in cases if case.object]
        rows = {row.pk: row for row in DestructionList.objects.filter(pk__in=ids)}
        return {
            case.id: _("销毁清册 {number}").format(number=rows[case.object].number)
            for case in cases
            if case.object is not None and case.object in rows
        }

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        found = list_in_case(actor, case)
        return {"list": found} if found else {}

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        if act != "approve":
            raise LookupError(act)
        if case.object is None:
            raise CannotTakeEffect(Message("清册不存在，没有生效。"))
        try:
            approve(actor, list_=case.object)
        except DisposalProblem as problem:
            raise CannotTakeEffect(problem.message) from problem

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:  # noqa: ARG002
        if case.object is not None:
            end(DestructionList.objects.select_for_update().get(pk=case.object), outcome)

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: ARG002
        if case.object is not None:
            rows = DestructionList.objects.filter(pk=case.object)
            rows.update(state=DestructionList.State.DRAFT)

    def edit_url(self, case: Case) -> str:
        return reverse("disposal:list", args=[case.object]) if case.object else ""
