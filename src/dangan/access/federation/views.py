"""The way through the provider: out, back, linking, and both kinds of log-out."""

from __future__ import annotations

import time
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from dangan.access.elsewhere import FEDERATED
from dangan.access.factors.steps import admit, prove
from dangan.access.federation import actions, provider, queries
from dangan.access.federation.actions import Arrived, Stopped
from dangan.access.federation.actions.linking import NoAccount
from dangan.access.federation.provider import Unreachable
from dangan.access.federation.rules import Purpose, Untrusted
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.ui.messages import say

FOUND = "oidc_found"
"""Where the session keeps the keyed token of a counterpart until it is linked, with the time."""
FOUND_LASTS = 5 * 60


@page(None, public=True)
@never_cache
@require_safe
def start(request: ActorRequest) -> HttpResponse:
    """Off to the provider."""
    return _go(request, "sign-in")


@page(None, login_only=True)
@never_cache
@require_safe
def again(request: ActorRequest) -> HttpResponse:
    """Off to the provider to prove that it is still the same person who sits here."""
    return _go(request, "confirm")


@page(None, login_only=True, step_up=True)
@never_cache
@require_safe
def new_link(request: ActorRequest) -> HttpResponse:
    """Off to the provider to show which account there is one's own."""
    return _go(request, "link")


def _go(request: ActorRequest, purpose: Purpose) -> HttpResponse:
    target = _within(request.GET.get("next", ""))
    try:
        there = actions.start(request.session, target=target, purpose=purpose)
    except Stopped as stopped:
        return _stopped(request, stopped)
    return HttpResponseRedirect(there)


def _within(target: str) -> str:
    """``target`` if it is an address of this site, by path alone; otherwise its first page."""
    inside = target.startswith("/") and url_has_allowed_host_and_scheme(target, set())
    return target if inside else "/"


@page(None, public=True)
@never_cache
@require_safe
def callback(request: ActorRequest) -> HttpResponse:
    """Back from the provider. Whatever it brings is believed only as this session's own answer."""
    parameters = {key: values[-1] for key, values in request.GET.lists() if len(values) == 1}
    try:
        arrived = actions.finish(request.actor, request.session, parameters)
        if arrived.purpose == "link":
            return _ask_to_link(request, arrived)
        if arrived.purpose == "confirm":
            prove(request.session, actions.confirm(request.actor, arrived))
            return HttpResponseRedirect(arrived.target)
    except Stopped as stopped:
        return _stopped(request, stopped)
    if arrived.account is None:
        raise Absent
    how = "provider" if arrived.identity.second_factor else "federated"
    answer = admit(request, arrived.account, target=arrived.target, how=how)
    request.session[FEDERATED] = True
    return answer


def _stopped(request: ActorRequest, stopped: Stopped) -> HttpResponse:
    context = {"message": say(stopped.message), "known": request.actor.known}
    return render(request, "federation/stopped.html", context, status=stopped.status)


def _ask_to_link(request: ActorRequest, arrived: Arrived) -> HttpResponse:
    """Shows whom the provider named. A signed-in browser may have been led to it under somebody
    else's name there: only the press of the button links."""
    if not request.actor.known:
        raise Absent
    token = queries.token("oidc", arrived.identity.sub)
    request.session[FOUND] = [token, int(time.time())]
    return render(request, "federation/found.html", {"shown": arrived.identity.shown})


@page(None, login_only=True, step_up=True)
@never_cache
@require_POST
def confirm_link(request: ActorRequest) -> HttpResponse:
    """Links one's account with the counterpart just shown."""
    token, at = request.session.pop(FOUND, (0, 0))
    if not 0 <= time.time() - at <= FOUND_LASTS:
        messages.error(request, _("放得太久了，没有关联。请再点一次“关联企业账号”"))
        return redirect("federation:links")
    try:
        actions.link(request.actor, token=token)
    except NoAccount as refused:
        return _stopped(request, Stopped(refused.message, 409))
    messages.success(request, _("企业账号已关联，以后可以用它登录"))
    return redirect("federation:links")


@page(None, login_only=True)
@never_cache
@require_safe
def links(request: ActorRequest) -> HttpResponse:
    """One's own account and its counterparts."""
    offered = queries.by_provider() or queries.by_directory()
    return render(request, "federation/links.html", {"offered": offered})


@page(None, login_only=True, step_up=True)
@require_POST
def unlink(request: ActorRequest, link: UUID) -> HttpResponse:
    """Takes away a link of one's own, or of anybody for whoever manages accounts."""
    account = actions.unlink(request.actor, link=link)
    messages.success(request, _("关联已解除"))
    if account != request.actor.id:
        return redirect("access:account", account)
    return redirect("federation:links")


@page(None, public=True)
@require_safe
def left(request: ActorRequest) -> HttpResponse:
    """After log-out: the provider's own session may still stand open in this browser."""
    return render(request, "federation/left.html")


@page(None, public=True)
@never_cache
@require_safe
def leave(request: ActorRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Off to the provider to log out there too (RP-Initiated Logout 1.0).

    Without ``id_token_hint``: no token is kept here, so the provider may ask once more.
    """
    try:
        there = provider.current().end_session if queries.by_provider() else ""
    except (Unreachable, Untrusted):
        there = ""
    if not there:
        return redirect("access:login")
    back = settings.DANGAN.public_url + reverse("access:login")
    said = {"client_id": settings.DANGAN.oidc_client_id, "post_logout_redirect_uri": back}
    return HttpResponseRedirect(f"{there}{'&' if '?' in there else '?'}{urlencode(said)}")


@page(None, public=True)
@csrf_exempt
@never_cache
@sensitive_post_parameters()
@require_POST
def notice(request: ActorRequest) -> HttpResponse:
    """The provider tells of a log-out, signed; it carries no cookie (Back-Channel Logout § 2.5)."""
    token = request.POST.get("logout_token", "")
    if not token or not actions.end_sessions(request.actor, token=token):
        return JsonResponse({"error": "invalid_request"}, status=400)
    return HttpResponse(status=200)
