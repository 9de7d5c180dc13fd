"""对外提供 as a case: two approvals in turn, by two different people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.materials.consultation import within
from dangan.materials.consultation.kinds.base import UseKind, signers
from dangan.materials.consultation.models import Provision
from dangan.materials.consultation.queries.requests import provision_content
from dangan.materials.consultation.rules.asking import STUDENT_LOOKS_ONLY, student_may
from dangan.workflow.handling import CannotTakeEffect, Fact, Named
from dangan.workflow.models import Case

APPROVALS = 2


class ProvisionKind(UseKind[Provision]):
    key = "provision"
    label = gettext_lazy("对外提供")
    icon = "share"
    facts = (
        Fact("people", "涉及人数", "Number of people", "number"),
        Fact("one_person", "只涉及一个人的案卷", "One person's volume", "flag"),
        Fact(
            "basis",
            "法律依据",
            "Legal basis",
            "choice",
            (
                ("duty", "法定职责或义务", "Legal duty"),
                ("contract", "合同或人力资源管理", "Contract or HR management"),
                ("consent", "单独同意", "Separate consent"),
                ("entrust", "委托处理", "Entrusted processing"),
                ("emergency", "紧急情况", "Emergency"),
                ("other", "其他法定情形", "Other"),
            ),
        ),
    )
    acts = (Named("provide", "准予对外提供", "Provision is allowed"),)
    template = "consultation/parts/provision_content.html"
    table: ClassVar[type[Provision]] = Provision

    def describe(self, row: Provision) -> str:
        return _("对外提供 {n} 人的信息").format(n=row.people)

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        return provision_content(actor, self.row(case))

    def grant(self, actor: Actor, row: Provision, case: Case) -> None:
        """Two hands whatever the definition says: whoever agreed before is somebody else."""
        before = set(signers(case))
        if len(before | {actor.id}) < APPROVALS or actor.id in before:
            raise CannotTakeEffect(
                Message("对外提供要由两个不同的人先后同意，请转交另一个人办理这一步。")
            )
        if row.by in before:
            raise CannotTakeEffect(Message("申请人不能同意自己的申请，请拒绝后由别人审批。"))
        if row.volume is None:
            return
        for wrong in within.standing_problems(row.volume):
            raise CannotTakeEffect(wrong.message)
        if row.volume.restricted_at is not None:
            raise CannotTakeEffect(Message("这份档案现在限制处理，不能对外提供。"))
        if not student_may(row.volume.subject.kind, "provide"):
            raise CannotTakeEffect(STUDENT_LOOKS_ONLY)
        if any(party.away_from for party in within.parties([row.by], [row.volume.subject_id])):
            raise CannotTakeEffect(Message("申请人现在需要回避，请拒绝这项申请。"))
