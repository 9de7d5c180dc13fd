"""Before somebody agrees to what gives rights or destroys: a proof that they sit there.

The same deed is done from the page of the case, from the list of many and from the pages of other
rooms; each asks here or states it (``step_up=True``).
"""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpResponse

from dangan.access.factors import door
from dangan.access.pages import ActorRequest, Requirement
from dangan.workflow.handling import kinds

AGREEING = frozenset({"agree", "retry"})
"""Deeds of a case whose effect may happen at once."""
_PROVEN = Requirement("cases.own", step_up=True)


def asked_first(request: ActorRequest, touched: Collection[str]) -> HttpResponse | None:
    """The question who sits there, if one of the kinds ``touched`` is grave and the last proof too
    old; None to go on."""
    grave = {kind.key for kind in kinds() if kind.grave}
    if grave.isdisjoint(touched):
        return None
    return door.step_up(request, request.actor, _PROVEN)
