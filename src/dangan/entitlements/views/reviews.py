"""Access reviews: the list, one of them, the report, and the lines waiting for me."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.entitlements import actions, queries
from dangan.entitlements.forms import CampaignForm, VerdictForm
from dangan.organization.calendar.queries import calendar
from dangan.ui.messages import say

USUAL_DAYS = 10
"""Working days that the form offers."""


@page("reviews.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: ActorRequest) -> HttpResponse:
    """Reviews, and the form to begin one."""
    usual = calendar().add_working_days(timezone.localdate() + timedelta(days=1), USUAL_DAYS)
    form = CampaignForm(request.POST or None, initial={"due": usual})
    if request.method == "POST" and form.is_valid():
        try:
            begun = actions.open_campaign(
                request.actor, unit=form.unit_id, due=form.cleaned_data["due"]
            )
        except actions.BadWish as problem:
            form.add_error(problem.field or None, say(problem.message))
        else:
            messages.success(request, _("复核已发起，已通知各复核人"))
            return redirect("entitlements:review", begun.id)
    context = {"campaigns": queries.campaigns(request.actor), "form": form, "nav": "reviews"}
    status = 422 if form.errors else 200
    return render(request, "entitlements/reviews.html", context, status=status)


@page("reviews.manage")
@require_safe
def campaign(request: ActorRequest, campaign: UUID) -> HttpResponse:
    """How far a review has come, and its lines."""
    view = queries.campaign_view(request.actor, campaign, state=request.GET.get("state", ""))
    return render(request, "entitlements/review.html", {"view": view, "nav": "reviews"})


@page("reviews.manage")
@require_POST
def end(request: ActorRequest, campaign: UUID) -> HttpResponse:
    """Ends a review before its day: what is not confirmed lapses."""
    lapsed = actions.end_campaign(request.actor, campaign=campaign)
    done = _("复核已结束，收回 {count} 项未确认的授权").format(count=lapsed)
    messages.success(request, done)
    return redirect("entitlements:review", campaign)


@page("reviews.manage")
@require_safe
def report(request: ActorRequest) -> HttpResponse:
    """Over-broad, unused, company-wide and conflicting grants."""
    context = {"lines": queries.report(request.actor), "nav": "reviews"}
    return render(request, "entitlements/report.html", context)


@page("reviews.answer")
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """The grants that I am asked about."""
    context = {"reviews": queries.my_reviews(request.actor), "nav": "my_reviews"}
    return render(request, "entitlements/my_reviews.html", context)


@page("reviews.answer", step_up=True)
@require_POST
def decide(request: ActorRequest) -> HttpResponse:
    """Confirms or revokes the chosen lines."""
    form = VerdictForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["item"]:
        messages.error(request, _("选中要办理的授权"))
        return redirect("entitlements:my_reviews")
    given = form.cleaned_data
    try:
        count = actions.decide_items(
            request.actor,
            items=given["item"],
            verdict="revoke" if given["verdict"] == "revoke" else "confirm",
            reason=given["reason"],
        )
    except actions.BadWish as problem:
        messages.error(request, say(problem.message))
    else:
        done = _("已确认 {count} 项") if given["verdict"] == "confirm" else _("已收回 {count} 项")
        messages.success(request, done.format(count=count))
    return redirect("entitlements:my_reviews")
