"""Logging in and out, and one's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access import actions, set_up
from dangan.access.elsewhere import FEDERATED
from dangan.access.factors.queries import own_password
from dangan.access.factors.steps import admit
from dangan.access.forms import LogInForm, PasswordForm
from dangan.access.pages import ActorRequest, page
from dangan.access.sessions import devices
from dangan.ui.messages import say

__all__ = ["log_in", "log_out", "password"]


@page(None, public=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: ActorRequest) -> HttpResponse:
    """The log-in page. After too many failures it says when to try again, known name or not."""
    if request.actor.known:
        return HttpResponseRedirect(_next(request))
    if request.method != "POST" and set_up.waiting():
        return redirect("access:first")
    form = LogInForm(request.POST or None)
    message = ""
    if request.method == "POST" and form.is_valid():
        browser = request.COOKIES.get(devices.cookie(), "")
        result = actions.log_in(request.actor, **form.cleaned_data, browser=browser)
        if result.account is not None:
            return admit(request, result.account, target=_next(request))
        message = say(result.message) if result.message else ""
    context = {
        "message": message,
        "login_name": form["login"].value() or "",
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "tries": actions.TRIES,
    }
    return render(request, "access/login.html", context, status=422 if message else 200)


def _next(request: ActorRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else "/"


@page(None, login_only=True)
@require_POST
def log_out(request: ActorRequest) -> HttpResponse:
    """Ends the session. Who came through a provider may go on and log out there too."""
    federated = request.session.get(FEDERATED)
    actions.log_out(request.actor)
    logout(request)
    return redirect("federation:left" if federated else "access:login")


@page(None, login_only=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: ActorRequest) -> HttpResponse:
    """A new password of one's own; right after the first log-in nothing else is open."""
    forced = request.actor.must_change_password
    form = PasswordForm(request.POST or None, forced=forced)
    if request.method == "POST" and form.is_valid():
        try:
            account = actions.change_password(
                request.actor,
                current=form.cleaned_data.get("current"),
                new=form.cleaned_data["new"],
            )
        except actions.BadPassword as error:
            for message in error.messages:
                form.add_error(error.field, message)
        else:
            update_session_auth_hash(request, account)
            messages.success(request, _("密码已更换，其他设备上的登录已结束"))
            return redirect(settings.LOGIN_REDIRECT_URL)
    template = "access/first_password.html" if forced else "access/password.html"
    context = {"form": form, "again": forced and own_password(request.actor).changed}
    return render(request, template, context, status=422 if form.errors else 200)
