"""转入: packets that come."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.forms import (
    ArrivalForm,
    DecideForm,
    LinkForm,
    StatedSet,
    TallyForm,
    first_error,
)
from dangan.materials.transfers.models import Arrival
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.views.sending import NAV, as_pdf, offset_of
from dangan.ui.messages import say

PAPERS = {"receipt": papers.receipt, "refusal": papers.refusal}


@page("transfers.manage")
@require_safe
def arrivals(request: ActorRequest) -> HttpResponse:
    """转入登记."""
    state = request.GET.get("state", "")
    shown = queries.arrivals(
        request.actor, state=state, offset=offset_of(request, queries.PER_PAGE)
    )
    context = {
        "page": shown,
        "state": state,
        "states": Arrival.State.choices,
        "nav": NAV,
    }
    return render(request, "transfers/arrivals.html", context)


@page("transfers.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: ActorRequest) -> HttpResponse:
    """登记转入."""
    form = ArrivalForm(request.POST or None)
    rows = StatedSet(request.POST or None, prefix="p")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        persons = [one for row in rows if (one := row.stated()) is not None]
        try:
            made = actions.register_arrival(request.actor, form.packet(persons))
        except TransferProblem as problem:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, say(problem.message))
        else:
            messages.success(request, _("{number} 已登记，请核对").format(number=made.number))
            return redirect("transfers:arrival", arrival=made.pk)
    context = {"form": form, "rows": rows, "nav": NAV}
    status = 422 if form.errors or (rows.is_bound and not rows.is_valid()) else 200
    return render(request, "transfers/arrive.html", context, status=status)


@page("transfers.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def arrival(request: ActorRequest, arrival: UUID) -> HttpResponse:
    """核对: the packet against its slip."""
    view = queries.arrival(request.actor, arrival)
    waiting = view.arrival.state == Arrival.State.ARRIVED
    data = request.POST or None
    forms = [
        TallyForm(request.actor, item, data, prefix=f"l{item.line.order}")
        for item in (view.persons if waiting else ())
    ]
    status = 200
    if request.method == "POST" and waiting:
        wrong = [form for form in forms if not form.is_valid()]
        if not wrong:
            try:
                actions.tally(
                    request.actor,
                    arrival=arrival,
                    counted={form.item.line.order: form.tallied() for form in forms},
                )
            except TransferProblem as problem:
                messages.error(request, say(problem.message))
            else:
                messages.success(request, _("已核对"))
            return redirect("transfers:arrival", arrival=arrival)
        status = 422
    context = {
        "view": view,
        "forms": forms,
        "decide_form": DecideForm(view.fonds),
        "link_form": LinkForm(request.actor),
        "nav": NAV,
    }
    return render(request, "transfers/arrival.html", context, status=status)


@page("transfers.manage")
@require_POST
def decide(request: ActorRequest, arrival: UUID) -> HttpResponse:
    """接收 or 退回."""
    view = queries.arrival(request.actor, arrival)
    form = DecideForm(view.fonds, request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("transfers:arrival", arrival=arrival)
    words = form.cleaned_data["words"]
    try:
        if request.POST.get("verdict") == "refuse":
            actions.refuse(request.actor, arrival=arrival, words=words)
            messages.success(request, _("已退回；打印退回函随档案退回"))
        else:
            if not form.cleaned_data["fonds"]:
                raise Absent
            actions.accept(
                request.actor, arrival=arrival, fonds=UUID(form.cleaned_data["fonds"]), words=words
            )
            messages.success(request, _("已接收；打印回执签字盖章后退回发件机关"))
    except TransferProblem as problem:
        messages.error(request, say(problem.message))
    return redirect("transfers:arrival", arrival=arrival)


@page("transfers.manage")
@require_POST
def link(request: ActorRequest, arrival: UUID, line: int) -> HttpResponse:
    """An accepted file finds its person."""
    view = queries.arrival(request.actor, arrival)
    form = LinkForm(request.actor, request.POST)
    if not any(item.line.pk == line for item in view.persons) or not view.fonds:
        raise Absent
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("transfers:arrival", arrival=arrival)
    try:
        actions.link(
            request.actor,
            line=line,
            subject=form.cleaned_data["subject"],
            fonds=view.fonds[0].pk,
        )
    except TransferProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已归到这个人的档案"))
    return redirect("transfers:arrival", arrival=arrival)


@page("transfers.manage")
@require_safe
def paper(request: ActorRequest, arrival: UUID, kind: str) -> HttpResponse:
    """回执 or 退回函 as PDF."""
    if kind not in PAPERS:
        raise Absent
    return as_pdf(PAPERS[kind](request.actor, arrival), f"arrival-{kind}")
