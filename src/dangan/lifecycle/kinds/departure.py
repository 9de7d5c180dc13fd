"""离职 (C5): notice, hand-over, settlement, and the end of every right on the last day."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.lifecycle.kinds import vocabulary as v
from dangan.lifecycle.kinds.base import MovementKind


class Departure(MovementKind):
    """Departments sign 离公司手续单 side by side; the account ends with the employment."""

    key = "departure"
    label = gettext_lazy("离职")
    icon = "door-exit"
    facts = (
        v.EFFECTIVE,
        v.BY_SELF,
        v.SHORT_NOTICE,
        v.TECHNICAL,
        v.HEADS_UNIT,
        v.ENDED_BY,
    )
    parts = (v.AGREEMENT, v.SETTLEMENT, v.SECRECY, *v.HANDOVER)

    def summary(self, day: str) -> str:
        return _("最后工作日 {day}").format(day=day)
