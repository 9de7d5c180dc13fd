"""新员工建档 (C1): from draft, or a departed dossier, to filed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.lifecycle.kinds import vocabulary as v
from dangan.lifecycle.kinds.base import MovementKind
from dangan.lifecycle.rules.bodies import Body
from dangan.workflow.handling import Facts


class Newcomer(MovementKind):
    """Somebody comes, or comes back: checks, post, first contract and pay, then filed."""

    key = "newcomer"
    label = gettext_lazy("新员工建档")
    icon = "user-plus"
    facts = (
        v.EFFECTIVE,
        v.NEW_UNIT,
        v.LEVEL,
        v.CHANGES_CONTRACT,
        v.CHANGES_PAY,
        v.SECURITY_CRITICAL,
        v.CHECKED,
        v.REENTRY,
        v.BY_SELF,
    )
    parts = (v.CHECKS, v.CONTRACT, v.PAY, v.EQUIPMENT)

    def facts_after(self, part: str, body: Body) -> Facts:  # noqa: ARG002
        """Filled in whole or not at all, whatever it says."""
        return {"checked": True} if part == v.CHECKS.key else {}

    def summary(self, day: str) -> str:
        return _("{day} 入职").format(day=day)
