"""Accounts: the list, a new one, one of them, and what may be done to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access import actions, people, queries
from dangan.access.forms import NewAccountForm, RoleFields
from dangan.access.pages import ActorRequest, page
from dangan.ui.messages import say


@page("accounts.view")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: ActorRequest) -> HttpResponse:
    """Accounts, newest first. A log-in name is looked for by POST: it is personal data."""
    login = request.POST.get("login", "")
    locked = request.GET.get("state") == "locked"
    asked = request.GET.get("page", "1")
    before = max(0, int(asked) - 1) if asked.isdecimal() else 0
    found = queries.accounts(
        request.actor, login=login, locked=locked, offset=before * queries.PER_PAGE
    )
    context = {"page": found, "login": login, "locked": locked, "nav": "accounts"}
    return render(request, "access/accounts.html", context)


@page("accounts.manage", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    """A new account, without a password: its holder sets one with a code that takes two."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        subject = people.by_number(given["number"]) if given["number"] else None
        if given["number"] and subject is None:
            form.add_error("number", _("没有这个工号的档案"))
        else:
            try:
                made = actions.create_account(
                    request.actor,
                    login=given["login"],
                    name=given["name"],
                    subject=subject,
                    roles=[(given["role"], form.unit_id)] if given["role"] else [],
                    until=given["until"],
                    reason=given["reason"],
                )
            except (actions.AccountProblem, actions.RightsProblem) as error:
                form.add_error(None, say(error.message))
            else:
                context = {"made": made, "asked": bool(given["role"]), "nav": "accounts"}
                return render(request, "access/account_made.html", context)
    status = 422 if form.errors else 200
    context = {"form": form, "nav": "accounts"}
    return render(request, "access/account_new.html", context, status=status)


@page("accounts.view")
@require_safe
def detail(request: ActorRequest, account: UUID) -> HttpResponse:
    """One account with its roles, and the form to ask for another."""
    return _detail(request, account, RoleFields())


def _detail(
    request: ActorRequest, account: UUID, form: RoleFields, status: int = 200
) -> HttpResponse:
    context = {"view": queries.account(request.actor, account), "form": form, "nav": "accounts"}
    return render(request, "access/account.html", context, status=status)


@page("accounts.manage", step_up=True)
@require_POST
def lock(request: ActorRequest, account: UUID) -> HttpResponse:
    """Locks an account and ends its sessions."""
    actions.lock_account(request.actor, account=account)
    messages.success(request, _("账号已停用，它的登录已全部结束"))
    return redirect("access:account", account)


@page("accounts.unlock", step_up=True)
@require_POST
def unlock(request: ActorRequest, account: UUID) -> HttpResponse:
    """Lets an account log in again."""
    try:
        actions.unlock_account(request.actor, account=account)
    except actions.AccountProblem as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("账号已启用"))
    return redirect("access:account", account)


@page("accounts.manage", step_up=True)
@require_POST
def reopen(request: ActorRequest, account: UUID) -> HttpResponse:
    """Opens the account of somebody who has come back, without the roles it had."""
    try:
        actions.reopen_account(
            request.actor, account=account, reason=request.POST.get("reason", "")
        )
    except actions.AccountProblem as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("账号已恢复，重置密码后才能登录"))
    return redirect("access:account", account)


@page("rights.request", step_up=True)
@require_POST
def ask(request: ActorRequest, account: UUID) -> HttpResponse:
    """Asks for a role for the account."""
    form = RoleFields(request.POST)
    if form.is_valid():
        wish = actions.Wish(
            account=account,
            role=form.cleaned_data["role"],
            unit=form.unit_id,
            until=form.cleaned_data["until"],
        )
        try:
            actions.request_change(request.actor, wish, reason=form.cleaned_data["reason"])
        except actions.RightsProblem as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("申请已提交，由另一个人审批后生效"))
            return redirect("access:account", account)
    return _detail(request, account, form, status=422)


@page("rights.request", step_up=True)
@require_POST
def ask_back(request: ActorRequest, account: UUID) -> HttpResponse:
    """Asks that a role be taken back."""
    unit = request.POST.get("unit", "")
    wish = actions.Wish(
        account=account,
        role=request.POST.get("role", ""),
        verb="revoke",
        unit=UUID(unit) if unit else None,
    )
    try:
        actions.request_change(request.actor, wish, reason=request.POST.get("reason", ""))
    except actions.RightsProblem as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("申请已提交，由另一个人审批后生效"))
    return redirect("access:account", account)
