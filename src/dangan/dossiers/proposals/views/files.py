"""Proofs of a proposal: looked at with a watermark, or downloaded."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals import queries
from dangan.files import responses

SMALL, LARGE = 280, 1200
"""Widths in pixels of a thumbnail and of a page to read."""
SHEETS = 50


@page("cases.own")
@require_safe
def look(request: ActorRequest, proposal: UUID, file: UUID) -> HttpResponse:
    """The pages of one proof as pictures."""
    info = queries.proof(request.actor, proposal, file)
    pages = info.pages or 1
    context = {
        "proposal": proposal,
        "info": info,
        "sheets": range(1, min(pages, SHEETS) + 1),
        "more": max(0, pages - SHEETS),
        "back": _back(request, proposal),
        "nav": "flows-todo",
    }
    return render(request, "dossiers/proposals/file.html", context)


@page("cases.own")
@require_safe
def sheet(request: ActorRequest, proposal: UUID, file: UUID, number: int) -> HttpResponse:
    """One page as a picture with who looks and when across it."""
    queries.proof(request.actor, proposal, file)
    width = SMALL if request.GET.get("small") else LARGE
    return responses.preview(
        request, request.actor, file, page=number, width=width, why=_why(proposal)
    )


@page("cases.own", step_up=True)
@require_safe
def download(request: ActorRequest, proposal: UUID, file: UUID) -> StreamingHttpResponse:
    """The file itself, to be saved."""
    queries.proof(request.actor, proposal, file)
    return responses.download(request, request.actor, file, why=_why(proposal))


def _why(proposal: UUID) -> str:
    """The number of the case, kept with the look."""
    return Proposal.objects.values_list("case_number", flat=True).get(id=proposal)


def _back(request: ActorRequest, proposal: UUID) -> str:
    found = Proposal.objects.get(id=proposal)
    if found.opened_by == request.actor.id or found.case is None:
        return reverse("proposals:proposal", args=[proposal])
    return reverse("workflow:case", args=[found.case])
