"""Roles, the matrix, and requests that wait for another person."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access import actions, queries
from dangan.access.pages import ActorRequest, page
from dangan.dictionary.rules import FieldClass
from dangan.ui.messages import say


@page("rights.view")
@require_safe
def roles(request: ActorRequest) -> HttpResponse:
    """Every role, and what the chosen one may do with which set up to which class."""
    views = queries.roles(request.actor, request.GET.get("role", ""))
    chosen = next(view for view in views if view.chosen)
    context = {"roles": views, "chosen": chosen, "classes": list(FieldClass), "nav": "roles"}
    return render(request, "access/roles.html", context)


@page("rights.view")
@require_safe
def requests(request: ActorRequest) -> HttpResponse:
    """Requests that wait for a decision."""
    context = {"requests": queries.open_requests(request.actor), "nav": "roles"}
    return render(request, "access/requests.html", context)


@page("rights.approve", step_up=True)
@require_POST
def approve(request: ActorRequest, wanted: UUID) -> HttpResponse:
    """Lets a request take effect."""
    return _decided(request, actions.approve_request, wanted, _("已生效，该账号要重新登录"))


@page("rights.approve", step_up=True)
@require_POST
def decline(request: ActorRequest, wanted: UUID) -> HttpResponse:
    """Closes a request without effect."""
    return _decided(request, actions.decline_request, wanted, _("已拒绝，权限没有变化"))


@page("rights.request")
@require_POST
def withdraw(request: ActorRequest, wanted: UUID) -> HttpResponse:
    """Takes back one's own request."""
    return _decided(request, actions.withdraw_request, wanted, _("已收回，权限没有变化"))


def _decided(
    request: ActorRequest, action: actions.Decide, wanted: UUID, done: str
) -> HttpResponse:
    try:
        action(request.actor, request=wanted)
    except actions.RightsProblem as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, done)
    if request.actor.may("rights.view"):
        return redirect("access:requests")
    return redirect(settings.LOGIN_REDIRECT_URL)
