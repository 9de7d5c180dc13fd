"""Budgets by role, asking for an extension, deciding on one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.security import actions, queries
from dangan.security.actions import BudgetProblem
from dangan.security.forms import BudgetForm, ExtensionForm
from dangan.ui.messages import say


@page("security.view")
@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """The budgets of all roles."""
    context = {"lines": queries.budgets(request.actor), "nav": "security_budgets"}
    return render(request, "security/budgets.html", context)


@page("security.manage", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ActorRequest, role: str) -> HttpResponse:
    """One role's numbers."""
    line = next((one for one in queries.budgets(request.actor) if one.role == role), None)
    if line is None:
        raise Absent
    initial = {
        "per_hour": line.per_hour,
        "per_day": line.per_day,
        "exported_per_day": line.exported,
    }
    form = BudgetForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_budget(
                request.actor,
                role=role,
                per_hour=given["per_hour"],
                per_day=given["per_day"],
                exported=given["exported_per_day"],
            )
        except BudgetProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("上限已修改，马上生效。"))
            return redirect("security:budgets")
    context = {"form": form, "line": line, "nav": "security_budgets"}
    return render(request, "security/budget.html", context, status=422 if form.errors else 200)


@page("dossier.open")
@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: ActorRequest) -> HttpResponse:
    """What I have used today, and asking for more."""
    form = ExtensionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.ask_extension(request.actor, people=given["people"], reason=given["reason"])
        except BudgetProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("已提交，由上级或安全管理员审批。"))
            return redirect("security:extension")
    context = {
        "form": form,
        "spent": queries.spent(request.actor),
        "mine": queries.own_extension(request.actor),
    }
    return render(request, "security/extension.html", context, status=422 if form.errors else 200)


@page("cases.own")
@require_safe
def waiting(request: ActorRequest) -> HttpResponse:
    """Extensions that wait for me."""
    context = {"lines": queries.extensions(request.actor)}
    return render(request, "security/extensions.html", context)


@page("cases.own", step_up=True)
@require_POST
def decide(request: ActorRequest, extension: UUID) -> HttpResponse:
    """Agrees or refuses."""
    agree = request.POST.get("verdict") == "agree"
    actions.decide_extension(request.actor, extension=extension, agree=agree)
    messages.success(request, _("已同意，当天有效。") if agree else _("已拒绝。"))
    return redirect("security:extensions")
