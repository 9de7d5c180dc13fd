"""登录安全: one's own password, authenticator app, security keys and recovery codes."""

from __future__ import annotations

import json
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.factors import actions, queries, steps
from dangan.access.factors.actions.keys import usable
from dangan.access.factors.forms import CodeForm, KeyForm, NameForm
from dangan.access.factors.rules import CODES, FACTORS
from dangan.access.pages import ActorRequest, page
from dangan.ui.messages import say


@page(None, login_only=True)
@require_http_methods(["GET", "HEAD"])
def mine(request: ActorRequest) -> HttpResponse:
    """What the actor signs in with."""
    actor = request.actor
    context = {
        "held": queries.enrolment(actor.id),
        "app_since": queries.app_since(actor),
        "keys": queries.own_keys(actor),
        "password": queries.own_password(actor),
        "required": queries.required_of(actor),
        "usable": usable(),
        "codes": CODES,
    }
    return render(request, "factors/mine.html", context)


@page(None, login_only=True, step_up=True)
@never_cache
@sensitive_variables("offer")
@require_POST
def begin_app(request: ActorRequest) -> HttpResponse:
    """A new secret as picture and as text, shown once."""
    offer = actions.begin_app(request.actor)
    drawn = segno.make(offer.address, error="m").svg_inline(scale=4, border=2, omitsize=True)
    picture = mark_safe(drawn)  # noqa: S308 - paths made by segno, no text of anybody
    context = {"form": CodeForm(), "offer": offer, "picture": picture}
    return render(request, "factors/app.html", context | _frame(request))


@page(None, login_only=True, step_up=True)
@never_cache
@sensitive_post_parameters()
@require_POST
def confirm_app(request: ActorRequest) -> HttpResponse:
    """The first code of the new app, which then counts."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            actions.confirm_app(request.actor, code=form.cleaned_data["code"])
        except actions.WrongCode as error:
            form.add_error("code", say(error.message))
        else:
            return _added(request, "app", _("身份验证器应用已启用"))
    return render(request, "factors/app.html", {"form": form} | _frame(request), status=422)


@page(None, login_only=True, step_up=True)
@require_POST
def remove_app(request: ActorRequest) -> HttpResponse:
    """The app counts no more."""
    try:
        actions.remove_app(request.actor)
    except actions.LastFactor as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("身份验证器应用已停用"))
    return redirect("factors:mine")


@page(None, login_only=True, step_up=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_key(request: ActorRequest) -> HttpResponse:
    """A name, and the browser asks for the key to be touched."""
    form, session = KeyForm(request.POST or None), request.session.session_key or ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_key(request.actor, session=session, **form.cleaned_data)
        except actions.KeyProblem as error:
            form.add_error(None, say(error.message))
        else:
            return _added(request, "key", _("安全密钥已添加"))
    options = None
    try:
        if usable():
            options = json.dumps(actions.begin_key(request.actor, session=session))
    except actions.KeyProblem as error:
        messages.error(request, say(error.message))
        return redirect("factors:mine")
    context = {"form": form, "options": options} | _frame(request)
    return render(request, "factors/key.html", context, status=422 if form.errors else 200)


@page(None, login_only=True, step_up=True)
@require_POST
def rename_key(request: ActorRequest, key: UUID) -> HttpResponse:
    """Another name for a key."""
    form = NameForm(request.POST)
    try:
        name = form.cleaned_data["name"] if form.is_valid() else ""
        actions.rename_key(request.actor, key=key, name=name)
    except actions.KeyProblem as error:
        messages.error(request, say(error.message))
    return redirect("factors:mine")


@page(None, login_only=True, step_up=True)
@require_POST
def remove_key(request: ActorRequest, key: UUID) -> HttpResponse:
    """The key counts no more."""
    try:
        actions.remove_key(request.actor, key=key)
    except actions.LastFactor as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("安全密钥已移除"))
    return redirect("factors:mine")


@page(None, login_only=True, step_up=True)
@never_cache
@sensitive_variables("codes")
@require_POST
def make_codes(request: ActorRequest) -> HttpResponse:
    """Ten new recovery codes, shown once; the old ones count no more."""
    if not queries.enrolment(request.actor.id).any:
        return redirect("factors:mine")
    codes = actions.make_codes(request.actor)
    return render(request, "factors/codes.html", {"codes": codes} | _frame(request))


def _added(request: ActorRequest, how: str, message: str) -> HttpResponse:
    """A factor was added, and by that proved. With the first come ten recovery codes."""
    first = request.actor.proved_by not in FACTORS
    steps.prove(request.session, how)
    if queries.enrolment(request.actor.id).codes:
        messages.success(request, message)
        return redirect("factors:mine")
    codes = actions.make_codes(request.actor)
    context = {"codes": codes, "done": message, "first": first}
    return render(request, "factors/codes.html", context | _frame(request))


def _frame(request: ActorRequest) -> dict[str, object]:
    """The page's frame: without the shell, whose pages are not open yet, for who must enrol."""
    forced = request.actor.proved_by not in FACTORS and queries.required_of(request.actor)
    return {"frame": "ui/plain.html" if forced else "ui/shell.html", "forced": forced}
