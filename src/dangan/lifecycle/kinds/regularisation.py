"""转正: the end of probation."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.lifecycle.kinds import vocabulary as v
from dangan.lifecycle.kinds.base import MovementKind
from dangan.lifecycle.rules.bodies import Body
from dangan.workflow.handling import Facts


class Regularisation(MovementKind):
    """Self summary, the head's assessment, and the outcome."""

    key = "regularisation"
    label = gettext_lazy("转正")
    icon = "user-check"
    facts = (v.EFFECTIVE, v.BY_SELF, v.OUTCOME, v.CHANGES_PAY)
    parts = (v.SUMMARY, v.ASSESSMENT, v.PAY)

    def summary(self, day: str) -> str:
        return _("{day} 转正").format(day=day)

    def facts_after(self, part: str, body: Body) -> Facts:
        """The outcome is the head's to say; branches after the assessment see it."""
        if part != v.ASSESSMENT.key:
            return {}
        return {"outcome": body.text("outcome")}
