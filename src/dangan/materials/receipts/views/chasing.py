"""缺件与催收: what a volume lacks, asking for it, and what the departments answer."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access import units
from dangan.access.pages import ActorRequest, page
from dangan.audit.rules import Event
from dangan.materials.catalogue import panels
from dangan.materials.receipts import actions, queries
from dangan.materials.receipts.forms import AskForm
from dangan.materials.receipts.models import Chase
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.materials.receipts.views.receiving import offset_of
from dangan.ui.messages import say
from dangan.ui.printing import pdf

_NUMBER = re.compile(r"-?[0-9]{1,20}")
PRINTED = Path(__file__).parent.parent / "printed"


@page("receipts.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def gaps(request: ActorRequest, volume: UUID) -> HttpResponse:
    """What the volume lacks; ticked ones are asked for."""
    looked, found = queries.gaps(request.actor, volume)
    free = [gap.token for gap in found if gap.wanted is None]
    form = AskForm(request.POST or None, tokens=free)
    if request.method == "POST" and form.is_valid():
        try:
            chases = actions.ask(
                request.actor,
                volume=volume,
                tokens=form.cleaned_data["tokens"],
                due_on=form.cleaned_data["due_on"],
            )
        except ReceiptProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            numbers = "、".join(chase.number for chase in chases)
            messages.success(request, _("已发出催收 %(numbers)s") % {"numbers": numbers})
            return redirect("receipts:gaps", volume=volume)
    context = {
        "head": panels.head(request.actor, looked),
        "volume": looked.volume,
        "gaps": found,
        "free": len(free),
        "form": form,
        "nav": "catalogue",
    }
    return render(request, "receipts/gaps.html", context, status=422 if form.errors else 200)


@page("receipts.manage")
@require_POST
def waive(request: ActorRequest, volume: UUID) -> HttpResponse:
    """One gap is not asked for any more, with a reason."""
    token = request.POST.get("token", "")
    try:
        actions.waive(
            request.actor,
            volume=volume,
            token=int(token) if _NUMBER.fullmatch(token) else 0,
            why=request.POST.get("why", "")[:200],
        )
    except ReceiptProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已记为不再追收"))
    return redirect("receipts:gaps", volume=volume)


@page("receipts.answer")
@require_safe
def chases(request: ActorRequest) -> HttpResponse:
    """The register of requests, for who keeps it and for who owes papers."""
    state = request.GET.get("state", "open")
    found = queries.chases(request.actor, state=state, offset=offset_of(request))
    tabs = [("open", _("催收中")), ("closed", _("已办结")), ("", _("全部"))]
    context = {
        "found": found,
        "state": state,
        "tabs": [(key, label, found.counts.get(key)) for key, label in tabs],
        "nav": "receipts" if request.actor.may("receipts.manage") else "chases",
    }
    return render(request, "receipts/chases.html", context)


@page("receipts.answer")
@require_safe
def chase(request: ActorRequest, chase: int) -> HttpResponse:
    """One request: what is asked for, and what was answered."""
    row, lines = queries.chase(request.actor, chase)
    keeps = request.actor.may_at("receipts.manage", units.path(row.unit))
    context = {
        "chase": row,
        "unit": units.label(row.unit) if row.unit else "",
        "lines": lines,
        "keeps": keeps,
        "late": row.state == Chase.State.OPEN and row.due_on < timezone.localdate(),
        "settled": all(line.row.state not in {"asked", "sent"} for line in lines),
        "nav": "receipts" if request.actor.may("receipts.manage") else "chases",
    }
    return render(request, "receipts/chase.html", context)


@page("receipts.answer")
@require_POST
def answer(request: ActorRequest, chase: int, wanted: int) -> HttpResponse:
    """The paper is on its way, or there is none."""
    try:
        actions.answer(
            request.actor,
            wanted=wanted,
            sent=request.POST.get("deed") == "sent",
            words=request.POST.get("words", "")[:200],
        )
    except ReceiptProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已答复，档案管理员会收到通知"))
    return redirect("receipts:chase", chase=chase)


@page("receipts.manage")
@require_POST
def settle(request: ActorRequest, chase: int) -> HttpResponse:
    """Closes a request."""
    try:
        actions.settle(request.actor, chase=chase)
    except ReceiptProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("催收已办结"))
    return redirect("receipts:chase", chase=chase)


@page("receipts.manage")
@require_safe
def notice(request: ActorRequest, chase: int) -> HttpResponse:
    """材料催收通知单 as PDF, for departments that are asked on paper."""
    row, lines = queries.chase(request.actor, chase)
    for subject in {line.row.subject for line in lines}:
        request.actor.trail.add(Event("chase.print", subject=subject, object=row.number))
    values = {
        "number": row.number,
        "unit": units.label(row.unit) if row.unit else "",
        "asked": f"{timezone.localtime(row.asked_at):%Y-%m-%d}",
        "due": row.due_on.isoformat(),
        "lines": [
            {
                "name": line.person.name,
                "employee_number": line.person.employee_number,
                "category": line.lack.category,
                "title": line.lack.title,
                "state": line.row.get_state_display(),
            }
            for line in lines
        ],
    }
    response = HttpResponse(pdf(PRINTED / "chase.typ", values), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
