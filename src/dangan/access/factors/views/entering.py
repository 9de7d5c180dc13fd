"""The second step of a log-in, the proof before grave deeds, and the forced set-up."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dangan.access.factors import door, steps
from dangan.access.factors.actions.keys import usable
from dangan.access.factors.forms import ProofForm
from dangan.access.factors.queries import enrolment, required_of
from dangan.access.factors.rules import FACTORS
from dangan.access.federation.queries import by_directory
from dangan.access.pages import ActorRequest, page


@page(None, public=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: ActorRequest) -> HttpResponse:
    """After the password: the code, the key or a recovery code. Without the first step, nothing."""
    waiting = steps.half(request)
    if waiting is None or request.actor.known:
        return redirect("access:login")
    actor = steps.actor_of_half(request, waiting)
    form = ProofForm(request.POST or None)
    if request.method == "POST" and door.check(request, actor, form):
        return steps.enter(request, waiting, str(request.session["proved_by"]))
    context = door.proof_context(request, actor, enrolment(actor.id), form)
    return render(request, "factors/second_step.html", context, status=422 if form.errors else 200)


@page(None, login_only=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: ActorRequest) -> HttpResponse:
    """Who sits there proves it and goes on where they were going; in a dialog, the page goes on."""
    fragment = bool(request.headers.get("HX-Request"))
    form = ProofForm(request.POST or None)
    if request.method == "POST" and door.check(request, request.actor, form):
        if fragment:
            return HttpResponse(status=204, headers={"HX-Trigger": "proved"})
        return HttpResponseRedirect(_within(request, "next"))
    context = door.proof_context(request, request.actor, enrolment(request.actor.id), form)
    context |= {"action": reverse("factors:confirm"), "back": _within(request, "back")}
    context["typed"] = [("next", _within(request, "next")), ("back", context["back"])]
    context["next"] = _within(request, "next")
    password = by_directory() or request.user.has_usable_password()  # type: ignore[union-attr]  # signed in
    context["again"] = not (password or enrolment(request.actor.id).any)
    template = "factors/confirm_dialog.html" if fragment else "factors/confirm.html"
    return render(request, template, context, status=422 if form.errors else 200)


@page(None, login_only=True)
@never_cache
@require_http_methods(["GET", "HEAD"])
def enrol(request: ActorRequest) -> HttpResponse:
    """Whoever must have a second factor chooses which; nothing else is open before."""
    if request.actor.proved_by in FACTORS or not required_of(request.actor):
        return redirect("factors:mine")
    if enrolment(request.actor.id).any:
        return redirect("factors:confirm")
    return render(request, "factors/enrol.html", {"usable": usable()})


def _within(request: ActorRequest, name: str) -> str:
    target = request.POST.get(name) or request.GET.get(name) or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else "/"
