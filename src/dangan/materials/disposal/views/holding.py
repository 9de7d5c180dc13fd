"""Holds: the list, placing, lifting."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, refuse
from dangan.materials.disposal import actions
from dangan.materials.disposal.forms import HoldForm, ReasonForm
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.queries.holding import hold_lines
from dangan.ui.messages import say


@page("disposal.view")
@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: ActorRequest) -> HttpResponse:
    """Holds in force or past ones, and the form to place one."""
    manages = request.actor.may("holds.manage")
    begun = {"scope": "volume", "named": request.GET["volume"]} if "volume" in request.GET else {}
    form = HoldForm(request.actor, request.POST or None, begun) if manages else None
    if request.method == "POST":
        if form is None:
            raise refuse(request.actor, "holds.manage")
        if form.is_valid() and form.target is not None:
            try:
                placed = actions.place_hold(
                    request.actor,
                    target=form.target,
                    kind=form.cleaned_data["kind"],
                    reason=form.cleaned_data["reason"],
                    until=form.cleaned_data["until"],
                )
            except DisposalProblem as problem:
                form.add_error(None, say(problem.message))
            except Absent:
                form.add_error("named", _("没有找到，请核对工号、档号和编号。"))
            else:
                done = _("保全 {number} 已设置，解除前不能销毁、转出或删除")
                messages.success(request, done.format(number=placed.number))
                return redirect("disposal:holds")
    past = request.GET.get("past") == "1"
    context = {
        "lines": hold_lines(request.actor, past=past),
        "form": form,
        "past": past,
        "nav": "disposal",
        "section": "holds",
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "disposal/holds.html", context, status=status)


@page("holds.manage", step_up=True)
@require_POST
def lift(request: ActorRequest, hold: UUID) -> HttpResponse:
    """Lifts a hold that somebody else placed."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        row = actions.lift_hold(request.actor, hold=hold, reason=reason)
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("保全 {number} 已解除").format(number=row.number))
    return redirect("disposal:holds")
