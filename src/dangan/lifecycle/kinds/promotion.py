"""晋升 (C3): a new post, perhaps with a new contract and pay."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from dangan.lifecycle.kinds import vocabulary as v
from dangan.lifecycle.kinds.base import MovementKind


class Promotion(MovementKind):
    """The old post ends the day before the new one begins; finance sets the pay."""

    key = "promotion"
    label = gettext_lazy("晋升")
    icon = "trending-up"
    facts = (
        v.EFFECTIVE,
        v.NEW_UNIT,
        v.LEVEL,
        v.CHANGES_CONTRACT,
        v.CHANGES_PAY,
        v.SECURITY_CRITICAL,
        v.BY_SELF,
    )
    parts = (v.CONTRACT, v.PAY)
