"""Before a view: a second factor for whoever must have one, and a fresh proof for grave deeds.

What was typed is never lost and never kept here. A page asked for by GET is asked for again
after the proof. A form that arrives without one is handed back to the same browser inside the
page of the proof, and goes to where it was going when that is sent. A fragment's proof opens over
the page, which still holds everything, and the script repeats the request.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from dangan.access.factors import actions, steps
from dangan.access.factors.actions.keys import usable
from dangan.access.factors.forms import PROOF_FIELDS, ProofForm
from dangan.access.factors.queries import enrolment, required_of
from dangan.access.factors.rules import FACTORS, Enrolment, fresh
from dangan.access.rules import Actor
from dangan.ui.messages import say
from dangan.ui.requirements import Requirement

OPEN_BEFORE = frozenset({"access:password", "access:logout", "ui:language"})
"""Views open to somebody who must first set up a second factor, beside those of this room."""
ROOM = "factors"


def enrol_first(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """Sends whoever needs a second factor, and came in without, to set one up or to prove it."""
    if actor.kind != "account" or actor.proved_by in FACTORS or not required_of(actor):
        return None
    match = request.resolver_match
    if match is not None and (match.view_name in OPEN_BEFORE or match.namespace == ROOM):
        return None
    if enrolment(actor.id).any:  # set up elsewhere, or a role given since
        return _to(request, f"{reverse('factors:confirm')}?{urlencode({'next': _here(request)})}")
    return _to(request, reverse("factors:enrol"))


def step_up(request: HttpRequest, actor: Actor, requirement: Requirement) -> HttpResponse | None:
    """Asks for a proof if the view wants one and the last is too old or not strong enough.

    Tokens are made under a proof and narrowed then: what they do is not asked again.
    """
    if not requirement.step_up or actor.kind != "account":
        return None
    recent = fresh(actor.proved_at, timezone.now(), settings.DANGAN.step_up_minutes)
    if recent and actor.proved_by in FACTORS:
        return None
    held = enrolment(actor.id)
    if not held.any and (recent or not _password_asked(request)):
        return None
    return _ask(request, actor, held)


def _password_asked(request: HttpRequest) -> bool:
    """Where factors are merely offered, the password is asked again only to change factors."""
    match = request.resolver_match
    of_room = match is not None and match.namespace == ROOM
    return of_room or settings.DANGAN.factors_required


def check(request: HttpRequest, actor: Actor, form: ProofForm) -> bool:
    """Whether the proof in ``form`` is right; what is wrong is said in the form."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    try:
        if given["proof_password"]:
            actions.prove_password(actor, password=given["proof_password"])
            how = "password"
        else:
            how = actions.prove(
                actor,
                code=given["proof_code"],
                answer=given["proof_key"],
                session=request.session.session_key or "",
            )
    except actions.WrongCode as error:
        form.add_error(None, say(error.message))
        return False
    steps.prove(request.session, how)
    request.session.cycle_key()  # what was seen over a shoulder before the proof opens nothing
    return True


def proof_context(
    request: HttpRequest, account: Actor, held: Enrolment, form: ProofForm
) -> dict[str, object]:
    """What ``factors/proof_fields.html`` needs: the ways open to the account, a new challenge."""
    options = None
    if held.keys and usable():
        options = json.dumps(actions.ask_key(account.id, session=_session_key(request)))
    return {"proof": form, "held": held, "options": options, "minutes": _minutes()}


def _ask(request: HttpRequest, actor: Actor, held: Enrolment) -> HttpResponse | None:
    fragment = bool(request.headers.get("HX-Request"))
    if request.method in {"GET", "HEAD"} and not fragment:
        query = urlencode({"next": request.get_full_path(), "back": _page_before(request)})
        return HttpResponseRedirect(f"{reverse('factors:confirm')}?{query}")
    form = ProofForm()
    if request.method == "POST" and not fragment and PROOF_FIELDS & request.POST.keys():
        form = ProofForm(request.POST)
        if check(request, actor, form):
            return None
    context = proof_context(request, actor, held, form)
    if fragment:
        response = render(request, "factors/confirm_dialog.html", context, status=403)
        response["HX-Retarget"], response["HX-Reswap"] = "#proof", "innerHTML"
        response["X-Step-Up"] = "1"
        return response
    context |= {
        "action": request.get_full_path(),
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in PROOF_FIELDS | {"csrfmiddlewaretoken"}
            for value in values
        ],
        "files": bool(request.FILES),
        "back": _page_before(request),
    }
    response = render(request, "factors/confirm.html", context, status=403)
    response["X-Step-Up"] = "1"
    return response


def _to(request: HttpRequest, target: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def _here(request: HttpRequest) -> str:
    """Where to go on after a proof: this page, or the one that a fragment belongs to."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    return _page_before(request)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that the request was made on, without its host; ``/`` when unknown."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return "/"
    # Two slashes at the beginning would name another host.
    return "/" + address.split("://", 1)[-1].partition("/")[2].lstrip("/\\")


def _session_key(request: HttpRequest) -> str:
    if request.session.session_key is None:
        request.session.create()
    return request.session.session_key or ""


def _minutes() -> int:
    return int(settings.DANGAN.step_up_minutes)
