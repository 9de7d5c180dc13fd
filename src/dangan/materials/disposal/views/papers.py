"""Papers of a destruction as PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.disposal.queries import papers


@page("disposal.view")
@require_safe
def paper(request: ActorRequest, list_: UUID, paper: str) -> HttpResponse:
    """销毁清册, 鉴定意见 or 销毁证明; its name holds the list's number and nobody's."""
    made = papers.paper(request.actor, list_, paper)
    response = HttpResponse(made.data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return response
