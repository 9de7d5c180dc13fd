"""Files of a case: looked at with a watermark, or downloaded. Whoever sees the case sees them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.files import queries as file_queries
from dangan.files import responses
from dangan.workflow import queries
from dangan.workflow.queries import CaseView

SMALL, LARGE = 280, 1200
"""Widths in pixels of a thumbnail and of a page to read."""
SHEETS = 50


@page("cases.own")
@require_safe
def look(request: ActorRequest, case: UUID, file: UUID) -> HttpResponse:
    """The pages of one file as pictures."""
    view = _view_with(request, case, file)
    info = file_queries.infos([file]).get(file)
    if info is None:
        raise Absent
    context = {
        "view": view,
        "info": info,
        "sheets": range(1, min(info.pages or 1, SHEETS) + 1),
        "more": max(0, (info.pages or 1) - SHEETS),
        "nav": "flows-todo",
    }
    return render(request, "workflow/file.html", context)


@page("cases.own")
@require_safe
def sheet(request: ActorRequest, case: UUID, file: UUID, number: int) -> HttpResponse:
    """One page as a picture with who looks and when across it."""
    view = _view_with(request, case, file)
    width = SMALL if request.GET.get("small") else LARGE
    return responses.preview(
        request, request.actor, file, page=number, width=width, why=view.number
    )


@page("cases.own", step_up=True)
@require_safe
def download(request: ActorRequest, case: UUID, file: UUID) -> StreamingHttpResponse:
    """The file itself, to be saved."""
    view = _view_with(request, case, file)
    return responses.download(request, request.actor, file, why=view.number)


def _view_with(request: ActorRequest, case: UUID, file: UUID) -> CaseView:
    """The case, provided the file is attached to it; everything else is absent."""
    view = queries.case_view(request.actor, case)
    of_comments = {item for comment in view.comments for item in comment.files}
    if file not in of_comments and file not in view.files:
        raise Absent
    return view
