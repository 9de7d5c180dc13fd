"""阅览: what I may read, saying that I am there, opening, and the time left."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.consultation import actions, grants, queries, wording
from dangan.materials.consultation.forms.others import NoteForm
from dangan.materials.consultation.problems import CannotRead
from dangan.ui.messages import say

NAV = "readings"


@page("archive.read")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """我可以阅览的."""
    context = {"lines": queries.readings(request.actor), "nav": NAV}
    return render(request, "consultation/readings.html", context)


@page("archive.read")
@require_safe
def session(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """One reading: who is there, how much time is left, the way to the pages."""
    view = queries.session(request.actor, consultation)
    context = {"view": view, "note": NoteForm(), "nav": NAV}
    return render(request, "consultation/session.html", context)


@page("archive.read")
@require_safe
def state(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """The part of the page that changes by itself; asked for every quarter of a minute."""
    view = queries.session(request.actor, consultation)
    response = render(request, "consultation/parts/session_state.html", {"view": view})
    response["Cache-Control"] = "no-store"
    return response


@page("archive.read")
@require_safe
def left(request: ActorRequest, volume: UUID) -> HttpResponse:
    """The time left, for the open page of a volume; when it is over the page is led away."""
    given = grants.given(request.actor, volume)
    if not given:
        over = HttpResponse(status=204)
        over["HX-Redirect"] = reverse("consultation:readings")
        return over
    text = wording.left(max(grant.until for grant in given))
    response = render(request, "consultation/parts/left.html", {"text": text})
    response["Cache-Control"] = "no-store"
    return response


@page("archive.read")
@require_POST
def arrive(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """我已到场."""
    try:
        actions.arrive(request.actor, consultation=consultation)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
    return redirect("consultation:session", consultation)


@page("archive.read")
@require_POST
def opening(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """Opens the file; the hours begin with the first opening."""
    try:
        row = actions.open_reading(request.actor, consultation=consultation)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
        return redirect("consultation:session", consultation)
    messages.success(request, _("已打开，逐页留痕，到时自动关闭。"))
    return redirect("catalogue:volume", row.volume_id)
