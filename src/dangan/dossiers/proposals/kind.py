"""The kind of case that decides proposed changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Absent
from dangan.dictionary.rules import Message
from dangan.dossiers.actions import apply_case
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals import queries, routes
from dangan.dossiers.proposals.actions import release
from dangan.dossiers.proposals.facts import fact_table
from dangan.dossiers.proposals.opening import open_held
from dangan.dossiers.proposals.portraits import install_portrait
from dangan.dossiers.rules import SubjectPlan
from dangan.ui.languages import label as in_language
from dangan.vault.rules import KeyDestroyed
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Named
from dangan.workflow.models import Case, CaseEvent

if TYPE_CHECKING:
    from dangan.access.rules import Actor

APPLY = Named("apply", "写入档案", "Write into the dossier")


class _Facts:
    """The facts as the dictionary stands: sets added on a page are there too."""

    def __get__(self, instance: object, owner: type) -> tuple[Fact, ...]:
        return fact_table()


class ChangeKind(CaseKind):
    """信息变更: rows of one dossier, agreed to or not."""

    key = routes.KIND
    label = gettext_lazy("信息变更")
    icon = "edit"
    facts: ClassVar[tuple[Fact, ...]] = _Facts()  # type: ignore[assignment]  # read as that
    acts = (APPLY,)
    template = "dossiers/proposals/case.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:
        del actor
        labels = queries.case_labels([case.object for case in cases if case.object])
        return {
            case.id: _summary(*labels[case.object])
            for case in cases
            if case.object and case.object in labels
        }

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        found = Proposal.objects.select_related("change").filter(id=_object(case)).first()
        if found is None:
            raise Absent
        return {"view": queries.view_of(actor, found), "case": case}

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        if act != APPLY.key:
            raise LookupError(act)
        stored = _locked(case)
        if stored.state == Proposal.State.EFFECTIVE:
            return
        try:
            held = open_held(stored)
        except KeyDestroyed as error:
            raise CannotTakeEffect(Message("这份档案已销毁，没有生效。")) from error
        written = apply_case(
            actor,
            case=case.id,
            number=case.number,
            decided_by=_decided_by(actor, case),
            plan=SubjectPlan(held.body.plans, stored.subject_id),
            effective=stored.effective,
            reason=held.body.words,
        )
        install_portrait(actor, held)
        stored.state, stored.change_id = Proposal.State.EFFECTIVE, written.change or None
        stored.save(update_fields=["state", "change"])
        release(stored)

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        stored = _locked(case)
        if outcome == "agreed":
            self.perform(actor, case, APPLY.key)
            return
        stored.state = Proposal.State.REFUSED if outcome == "refused" else Proposal.State.WITHDRAWN
        stored.save(update_fields=["state"])
        release(stored)

    def returned(self, actor: Actor, case: Case) -> None:
        del actor
        stored = _locked(case)
        stored.state = Proposal.State.RETURNED
        stored.save(update_fields=["state"])

    def edit_url(self, case: Case) -> str:
        return reverse("proposals:proposal", args=[case.object]) if case.object else ""


def _object(case: Case) -> UUID:
    if case.object is None:
        raise Absent
    return case.object


def _locked(case: Case) -> Proposal:
    return Proposal.objects.select_for_update(of=("self",)).get(id=_object(case))


def _decided_by(actor: Actor, case: Case) -> UUID:
    """Whoever acts; for what falls due by date, whoever agreed last."""
    if actor.kind not in ("system", "console"):
        return actor.id
    last = CaseEvent.objects.filter(case=case, verb="agree").order_by("-seq").first()
    return last.actor if last else actor.id


def _summary(sets: Sequence[Any], rows: int) -> str:
    names = [in_language(item.label, item.label_en) for item in sets]
    if len(names) > 3:
        return _("{sets}等 {n} 个信息集，共 {rows} 行").format(
            sets="、".join(names[:3]), n=len(names), rows=rows
        )
    return _("{sets}，{rows} 行").format(sets="、".join(names), rows=rows)
