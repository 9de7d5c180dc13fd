"""我的申请: what I asked for, how far it is, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.self_service import actions, queries
from dangan.dossiers.self_service.rules import FILTERS
from dangan.dossiers.self_service.views.info import REFUSALS, send
from dangan.dossiers.self_service.views.telling import sentence_of


@page("self.edit")
@require_safe
def requests(request: ActorRequest) -> HttpResponse:
    """Every request of one's own, newest first."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in FILTERS else ""
    number = request.GET.get("page", "1")
    at = max(1, int(number)) - 1 if number.isdecimal() and len(number) < 6 else 0
    found = queries.requests(request.actor, state=state, offset=at * queries.REQUESTS)
    context = {
        "page": found,
        "chosen": state,
        "filters": [(key, queries.LABELS[key], found.counts[key]) for key in FILTERS],
        "lines": found.lines,
        "subject": request.actor.subject,
    }
    response = render(request, "dossiers/self/requests.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("self.edit")
@require_POST
def take_back(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """收回, while nobody has decided."""
    try:
        again = actions.take_back(request.actor, proposal=proposal)
    except REFUSALS as refused:
        messages.warning(request, sentence_of(refused))
        return redirect("self:requests")
    if again:
        messages.success(request, _("已收回，内容回到草稿，改好可以再提交。"))
    else:
        messages.success(request, _("已收回。你另有一份草稿，提交或还原它之后可以重新编辑这一份。"))
    return redirect("self:requests")


@page("self.edit")
@require_POST
def reopen(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """Makes a withdrawn or refused request a draft again."""
    try:
        proposals.reopen(request.actor, proposal=proposal)
    except REFUSALS as refused:
        messages.warning(request, sentence_of(refused))
        return redirect("self:requests")
    messages.success(request, _("已放回草稿，改好可以再提交。"))
    return redirect("dossiers:me")


@page("self.edit")
@require_POST
def discard(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """Throws a draft away; a returned request is withdrawn."""
    try:
        proposals.discard(request.actor, proposal=proposal)
    except REFUSALS as refused:
        messages.warning(request, sentence_of(refused))
    else:
        messages.success(request, _("已删除"))
    return redirect("self:requests")


@page("self.edit")
@require_POST
def send_all(request: ActorRequest) -> HttpResponse:
    """提交全部草稿."""
    for problem in send(request, sets=[]):
        messages.warning(request, problem)
    return redirect("self:requests")
