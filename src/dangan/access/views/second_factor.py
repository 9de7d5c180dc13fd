"""Setting up one's own second factor: the password, the picture, the first code."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access import actions
from dangan.access import second_factor as factor
from dangan.access.forms import CodeForm, OfferForm
from dangan.access.pages import ActorRequest, page
from dangan.ui.messages import say


@page(None, login_only=True)
@never_cache
@sensitive_post_parameters()
@sensitive_variables("offer")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: ActorRequest) -> HttpResponse:
    """Whether there is one; with the password, a new secret as picture and as text, shown once."""
    form, offer = OfferForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            offer = factor.begin(request.actor, password=form.cleaned_data["current"])
        except actions.BadPassword as error:
            for message in error.messages:
                form.add_error(error.field, message)
    return _drawn(request, form, CodeForm(), offer)


@page(None, login_only=True)
@never_cache
@sensitive_post_parameters()
@require_POST
def confirm(request: ActorRequest) -> HttpResponse:
    """The first code of the new secret, which then counts."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            factor.confirm(request.actor, code=form.cleaned_data["code"])
        except factor.WrongCode as error:
            form.add_error("code", say(error.message))
        else:
            messages.success(request, _("两步验证已启用"))
            return redirect("access:second_factor")
    return _drawn(request, OfferForm(), form, None, waiting=True)


def _drawn(
    request: ActorRequest,
    form: OfferForm,
    code: CodeForm,
    offer: factor.Offer | None,
    *,
    waiting: bool = False,
) -> HttpResponse:
    picture = ""
    if offer is not None:
        drawn = segno.make(offer.address, error="m").svg_inline(scale=4, border=2, omitsize=True)
        picture = mark_safe(drawn)  # noqa: S308 - paths made by segno, no text of anybody
    context = {
        "form": form,
        "code": code,
        "offer": offer,
        "picture": picture,
        "waiting": waiting or offer is not None,
        "enrolled": factor.enrolled(request.actor.id),
    }
    wrong = bool(form.errors or code.errors)
    return render(request, "access/second_factor.html", context, status=422 if wrong else 200)
