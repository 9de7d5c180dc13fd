"""Where rows and requests stand, and the last words on a returned one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dangan.dossiers.models import Proposal
from dangan.workflow import opening
from dangan.workflow.models import Case, CaseEvent

PENDING = (Proposal.State.DRAFT, Proposal.State.OPEN, Proposal.State.RETURNED)
REQUESTS = 20
"""Requests on one page."""
OPEN = "open"
WAITING = "waiting"
RETURNED = "returned"
DRAFT = "draft"
EFFECTIVE = "effective"
OPEN_CELLS = 4
"""Fields of a row that stand open; the rest unfolds."""
LABELS = {
    DRAFT: _("未提交"),
    OPEN: _("审批中"),
    WAITING: _("待生效"),
    RETURNED: _("已退回"),
    EFFECTIVE: _("已生效"),
    "refused": _("已拒绝"),
    "withdrawn": _("已撤回"),
}
MARKS = {
    DRAFT: "draft",
    OPEN: "run",
    WAITING: "run",
    RETURNED: "back",
    EFFECTIVE: "ok",
    "refused": "off",
    "withdrawn": "off",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in the last event of a kind, and by whom."""

    words: str
    by: UUID


def last_returns(cases: Sequence[Case]) -> dict[UUID, Said]:
    """What was said when each of these cases was last returned; two statements."""
    if not cases:
        return {}
    by_id = {case.id: case for case in cases}
    keys = opening.keys_for(cases)
    events = CaseEvent.objects.filter(case__in=list(by_id), verb="return").order_by("seq")
    return {
        event.case_id: Said(
            str(opening.open_event(opening.key_in(keys, by_id[event.case_id]), event).get("words")
                or ""),
            event.actor,
        )
        for event in events
    }  # fmt: skip
