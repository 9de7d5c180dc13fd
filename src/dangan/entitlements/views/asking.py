"""One's own rights, a temporary grant, and leave to look at fields of somebody."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.entitlements import actions, queries
from dangan.entitlements.forms import RevealWishForm, TemporaryForm
from dangan.ui.messages import say

FIELD_OF = {"fields": "fields_wanted"}


@page("grants.request")
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """What I hold, may look at now, and have asked for."""
    context = {"rights": queries.my_rights(request.actor), "nav": "grants"}
    return render(request, "entitlements/mine.html", context)


@page("grants.request", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def temporary(request: ActorRequest) -> HttpResponse:
    """Asks for a role for some days."""
    today = timezone.localdate()
    form = TemporaryForm(request.POST or None, initial={"begins": today})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            wish = actions.ask_temporary(
                request.actor,
                role=given["role"],
                unit=form.unit_id,
                begins=given["begins"],
                until=given["until"],
                reason=given["reason"],
            )
        except actions.BadWish as problem:
            form.add_error(problem.field or None, say(problem.message))
        else:
            messages.success(request, _("{number} 已提交，审批后生效").format(number=wish.number))
            return redirect("entitlements:mine")
    context = {
        "form": form,
        "longest": settings.DANGAN.temporary_days,
        "nav": "grants",
    }
    status = 422 if form.errors else 200
    return render(request, "entitlements/temporary.html", context, status=status)


@page("grants.request", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: ActorRequest, subject: UUID, info_set: str = "") -> HttpResponse:
    """Asks to see fields of one person for some hours."""
    found = queries.askable(request.actor, subject, info_set)
    offered = [(key, label) for key, label, _class in found.fields]
    form = RevealWishForm(
        request.POST or None,
        fields=offered,
        initial={"hours": 8, "fields_wanted": [request.GET.get("field", "")]},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            wish = actions.ask_reveal(
                request.actor,
                subject=subject,
                fields={found.info_set: given["fields_wanted"]},
                hours=given["hours"],
                reason=given["reason"],
            )
        except actions.BadWish as problem:
            field = FIELD_OF.get(problem.field, problem.field)
            form.add_error(field or None, say(problem.message))
        else:
            messages.success(
                request, _("{number} 已提交，同意后在时限内可以查看").format(number=wish.number)
            )
            return redirect("entitlements:mine")
    context = {"form": form, "found": found, "nav": "roster"}
    status = 422 if form.errors else 200
    return render(request, "entitlements/ask_reveal.html", context, status=status)
