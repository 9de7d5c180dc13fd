"""我的信息: straight to one's own dossier."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page


@page(None, login_only=True)
@require_safe
def me(request: ActorRequest) -> HttpResponse:
    """Redirects to the own dossier; an account without one is told so."""
    if request.actor.subject is None or not request.actor.may("dossier.open"):
        return render(request, "dossiers/no_dossier.html", {"nav": "me"})
    return redirect("dossiers:dossier", subject=request.actor.subject)
