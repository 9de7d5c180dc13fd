"""权限变更: a role given or taken for good, asked by one person and decided by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import actions as access
from dangan.access import profiles, units
from dangan.access.models import RequestState, RightsRequest
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, Refused
from dangan.dictionary.rules import Message
from dangan.entitlements import reaching
from dangan.entitlements.kinds import vocabulary as v
from dangan.entitlements.kinds.base import object_of
from dangan.vault.queries import keys_of
from dangan.workflow.handling import CannotTakeEffect, CaseKind
from dangan.workflow.models import Case


class RightsChangeKind(CaseKind):
    key = "rights_change"
    label = gettext_lazy("权限变更")
    icon = "shield-lock"
    grave = True
    facts = (v.VERB, v.ROLE, v.WHOLE, v.OVER_BROAD, v.CONFLICTING, v.SENSITIVE)
    acts = (v.CHANGE,)
    template = "entitlements/parts/rights_content.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        ids = [case.object for case in cases if case.object]
        rows = {row.id: row for row in RightsRequest.objects.filter(pk__in=ids)}
        return {
            case.id: self._line(rows[case.object])
            for case in cases
            if case.object is not None and case.object in rows
        }

    def _line(self, row: RightsRequest) -> str:
        what = reaching.pair_label(row.role, str(row.unit) if row.unit else None)
        text = _("授予{what}") if row.verb == "grant" else _("收回{what}")
        return text.format(what=what)

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:  # noqa: ARG002
        row = RightsRequest.objects.get(pk=object_of(case))
        key = keys_of([row.account_id])[row.account_id]
        return {
            "wish": row,
            "name": names_of_accounts([row.account_id]).get(row.account_id, ""),
            "role": reaching.role_label(row.role),
            "role_help": reaching.role_help(row.role),
            "unit": units.label(row.unit) if row.unit else "",
            "reason": profiles.open_note(key, "rights", row.id, row.reason),
            "reached": reaching.reached(row.role, row.unit),
        }

    def perform(self, actor: Actor, case: Case, act: str) -> None:  # noqa: ARG002 - one act
        try:
            access.carry_out_request(actor, request=object_of(case), number=case.number)
        except access.RightsProblem as problem:
            raise CannotTakeEffect(problem.message) from None
        except Refused as refused:
            raise CannotTakeEffect(
                Message(
                    "{reason}。请转交能审批这项权限的人",
                    reason=refused.reason or Message("没有审批权限"),
                )
            ) from None

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        if outcome == "agreed":
            return
        state = RequestState.DECLINED if outcome == "refused" else RequestState.WITHDRAWN
        access.close_request(actor, request=object_of(case), state=state)
