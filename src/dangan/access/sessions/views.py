"""登录与设备: one's own sessions, and another's for whoever may end them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.sessions import actions, queries
from dangan.access.sessions.models import Session
from dangan.access.sessions.store import digest_of


@page(None, login_only=True)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """Where one's account is signed in."""
    lines = queries.own(request.actor, present=request.session.session_key or "")
    context = {"lines": lines, "others": any(not line.present for line in lines)}
    return render(request, "sessions_devices/sessions.html", context)


@page(None, login_only=True, step_up=True)
@require_POST
def end(request: ActorRequest, session: UUID) -> HttpResponse:
    """Ends one of them; the present one leads to the log-in page."""
    present = Session.objects.filter(
        id=session, key=digest_of(request.session.session_key or "")
    ).exists()
    actions.end(request.actor, session=session)
    if present:
        logout(request)
        return redirect("access:login")
    messages.success(request, _("这处登录已结束"))
    return redirect("sessions_devices:sessions")


@page(None, login_only=True, step_up=True)
@require_POST
def end_others(request: ActorRequest) -> HttpResponse:
    """Ends all but the present one."""
    count = actions.end_others(request.actor, keep=request.session.session_key or "")
    messages.success(request, _("已结束其他 {count} 处登录").format(count=count))
    return redirect("sessions_devices:sessions")


@page("sessions.end")
@require_safe
def of_account(request: ActorRequest, account: UUID) -> HttpResponse:
    """Where somebody's account is signed in."""
    lines = queries.of_account(request.actor, account)
    name = names_of_accounts([account]).get(account, "")
    context = {"lines": lines, "account": account, "name": name, "nav": "accounts"}
    return render(request, "sessions_devices/of_account.html", context)


@page("sessions.end", step_up=True)
@require_POST
def end_all(request: ActorRequest, account: UUID) -> HttpResponse:
    """Ends them all, from afar and at once."""
    count = actions.end_all(request.actor, account=account)
    messages.success(request, _("已结束这个账号的 {count} 处登录").format(count=count))
    return redirect("sessions_devices:of_account", account)
