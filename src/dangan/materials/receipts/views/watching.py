"""一月归档: changes whose papers must reach the archive within the month."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary import queries as dictionary_queries
from dangan.materials.receipts import actions, queries
from dangan.materials.receipts.views.receiving import offset_of
from dangan.ui.languages import label


@page("receipts.manage")
@require_safe
def expected(request: ActorRequest) -> HttpResponse:
    """What has not come, the longest overdue first."""
    found = queries.expected(request.actor, offset=offset_of(request))
    sets = dictionary_queries.current().sets
    context = {
        "found": found,
        "lines": [
            (line, label(sets[line.row.info_set].label, sets[line.row.info_set].label_en))
            for line in found.lines
            if line.row.info_set in sets
        ],
        "days": queries.filing_days(),
        "nav": "receipts",
    }
    return render(request, "receipts/expected.html", context)


@page("receipts.manage")
@require_POST
def no_paper(request: ActorRequest, expected: int) -> HttpResponse:
    """The change has no paper behind it."""
    actions.no_paper(request.actor, expected=expected)
    messages.success(request, _("已记为没有纸质材料"))
    return redirect("receipts:expected")
