"""移交: lists of hand-over, counting, signing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.forms import BeginForm, CountForm, first_error
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.views.sending import as_pdf, offset_of
from dangan.ui.messages import say

NAV = "handovers"


@page("archive.use")
@require_safe
def handovers(request: ActorRequest) -> HttpResponse:
    """移交登记."""
    shown = queries.handovers(request.actor, offset=offset_of(request, queries.PER_PAGE))
    return render(request, "transfers/handovers.html", {"page": shown, "nav": NAV})


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: ActorRequest) -> HttpResponse:
    """发起移交."""
    form = BeginForm(
        queries.parties(request.actor),
        request.POST or None,
        initial={"giver": str(request.actor.id)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.begin_handover(
                request.actor,
                giver=UUID(given["giver"]),
                taker=UUID(given["taker"]),
                supervisor=UUID(given["supervisor"]),
                reason=given["reason"],
                count_all=given["count"] == "all",
            )
        except TransferProblem as problem:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, say(problem.message))
        else:
            messages.success(request, _("{number} 已发起，由接收人清点").format(number=made.number))
            return redirect("transfers:handover", handover=made.pk)
    status = 422 if form.errors else 200
    return render(request, "transfers/begin.html", {"form": form, "nav": NAV}, status=status)


@page("archive.use")
@require_safe
def handover(request: ActorRequest, handover: UUID) -> HttpResponse:
    """One list of hand-over."""
    view = queries.handover(request.actor, handover, offset=offset_of(request, 100))
    return render(request, "transfers/handover.html", {"view": view, "nav": NAV})


@page("archive.use")
@require_POST
def count(request: ActorRequest, handover: UUID, line: int) -> HttpResponse:
    """清点 of one volume."""
    form = CountForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("transfers:handover", handover=handover)
    return _done(
        request,
        handover,
        lambda: actions.count_volume(request.actor, line=line, **form.cleaned_data),
        "",
    )


@page("archive.use")
@require_POST
def finish(request: ActorRequest, handover: UUID) -> HttpResponse:
    """结束清点."""
    return _done(
        request,
        handover,
        lambda: actions.finish_count(request.actor, handover=handover),
        _("清点结束，请三方签字"),
    )


@page("archive.use")
@require_POST
def sign(request: ActorRequest, handover: UUID) -> HttpResponse:
    """签字."""
    return _done(
        request,
        handover,
        lambda: actions.sign_handover(request.actor, handover=handover),
        _("已签字"),
    )


@page("archive.use")
@require_POST
def cancel(request: ActorRequest, handover: UUID) -> HttpResponse:
    """取消移交."""
    return _done(
        request,
        handover,
        lambda: actions.cancel_handover(request.actor, handover=handover),
        _("已取消，保管人没有变化"),
    )


@page("archive.use")
@require_safe
def paper(request: ActorRequest, handover: UUID) -> HttpResponse:
    """移交清册 as PDF."""
    return as_pdf(papers.custody(request.actor, handover), "custody-list")


def _done(
    request: ActorRequest, handover: UUID, verb: Callable[[], object], said: str
) -> HttpResponse:
    try:
        verb()
    except TransferProblem as problem:
        messages.error(request, say(problem.message))
    else:
        if said:
            messages.success(request, said)
    back = redirect("transfers:handover", handover=handover)
    number = request.POST.get("page", "")
    if number.isdecimal() and len(number) < 6:
        back["Location"] += f"?page={number}"
    return back
