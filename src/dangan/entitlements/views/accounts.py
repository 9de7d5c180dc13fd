"""Accounts in motion: a reset that takes two, a hand-over, and a one-time code."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dangan.access import actions as access
from dangan.access import queries as access_queries
from dangan.access.pages import ActorRequest, page
from dangan.entitlements import actions, queries
from dangan.entitlements.forms import CodeForm, HandoverForm, ResetForm
from dangan.ui.messages import say


@page("accounts.manage", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: ActorRequest, account: UUID) -> HttpResponse:
    """Asks that an account's password be set anew, by a code in two halves."""
    view = access_queries.account(request.actor, account)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            wish = actions.ask_reset(
                request.actor, account=account, reason=form.cleaned_data["reason"]
            )
        except actions.BadWish as problem:
            form.add_error(problem.field or None, say(problem.message))
        else:
            messages.success(
                request,
                _("{number} 已提交；同意后，你和审批人各看到一半重置码").format(number=wish.number),
            )
            return redirect("access:account", account)
    context = {"form": form, "view": view, "nav": "accounts"}
    status = 422 if form.errors else 200
    return render(request, "entitlements/reset.html", context, status=status)


@page("rights.request", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: ActorRequest, account: UUID) -> HttpResponse:
    """Asks that administrative roles of an account move to another."""
    view = access_queries.account(request.actor, account)
    form = HandoverForm(request.POST or None, roles=queries.administrative(request.actor, account))
    if request.method == "POST" and form.is_valid():
        try:
            wish = actions.ask_handover(
                request.actor,
                giver=account,
                taker=access_queries.actor_named(form.cleaned_data["taker"]).id,
                roles=form.chosen(),
                reason=form.cleaned_data["reason"],
            )
        except access_queries.NoSuchAccount:
            form.add_error("taker", _("没有这个账号，或它已停用"))
        except actions.BadWish as problem:
            form.add_error(problem.field or None, say(problem.message))
        else:
            messages.success(
                request, _("{number} 已提交，由另一个人审批").format(number=wish.number)
            )
            return redirect("access:account", account)
    context = {"form": form, "view": view, "nav": "accounts"}
    status = 422 if form.errors else 200
    return render(request, "entitlements/handover.html", context, status=status)


@page(None, public=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: ActorRequest) -> HttpResponse:
    """A new password with a one-time code; wrong tries count as at log-in."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            access.use_code(
                request.actor, login=given["login"], code=given["code"], new=given["new"]
            )
        except access.BadPassword as error:
            for message in error.messages:
                form.add_error(error.field, message)
        else:
            messages.success(request, _("密码已换，请用新密码登录"))
            return redirect("access:login")
    status = 422 if form.errors else 200
    return render(request, "entitlements/code.html", {"form": form}, status=status)
