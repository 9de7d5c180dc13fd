"""调岗 (C4): from one unit to another."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from dangan.lifecycle.kinds import vocabulary as v
from dangan.lifecycle.kinds.base import MovementKind


class Transfer(MovementKind):
    """Both heads agree, administration allots desk and equipment; old rights end with the post."""

    key = "transfer"
    label = gettext_lazy("调岗")
    icon = "arrows-exchange"
    facts = (
        v.EFFECTIVE,
        v.NEW_UNIT,
        v.LEVEL,
        v.CHANGES_CONTRACT,
        v.CHANGES_PAY,
        v.SECURITY_CRITICAL,
        v.BY_SELF,
    )
    parts = (v.EQUIPMENT, v.CONTRACT, v.PAY)
