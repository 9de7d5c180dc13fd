"""Canaries: asked for by security, planted by HR."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.security import actions, queries
from dangan.security.actions import CanaryProblem
from dangan.security.forms import AskCanaryForm, PlantForm
from dangan.ui.messages import say


@page("security.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ActorRequest) -> HttpResponse:
    """All canaries, and asking for one."""
    form = AskCanaryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_canary(request.actor, unit=UUID(form.cleaned_data["unit"]))
        except CanaryProblem as problem:
            form.add_error("unit", say(problem.message))
        else:
            messages.success(request, _("已提交，由人事经理布设。"))
            return redirect("security:canaries")
    context = {
        "lines": queries.canaries(request.actor),
        "form": form,
        "nav": "security_canaries",
    }
    return render(request, "security/canaries.html", context, status=422 if form.errors else 200)


@page("canaries.agree")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: ActorRequest, canary: UUID) -> HttpResponse:
    """Somebody invented, to be looked over and planted, or the request refused."""
    asked = queries.canary_asked(request.actor, canary)
    if request.method == "POST" and request.POST.get("verdict") == "refuse":
        actions.decide_canary(request.actor, canary=canary, person=None)
        messages.success(request, _("已拒绝。"))
        return redirect("/")
    posted = request.POST if request.method == "POST" else None
    form = PlantForm(posted, initial=asdict(asked.person))
    if posted is not None and form.is_valid():
        try:
            actions.decide_canary(request.actor, canary=canary, person=form.person())
        except CanaryProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("已布设。请不要告诉任何人是哪一份，自己也不要再打开。"))
            return redirect("/")
    context = {"asked": asked, "form": form}
    return render(request, "security/canary.html", context, status=422 if form.errors else 200)
