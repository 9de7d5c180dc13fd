"""双人审批: deeds of administrators that wait for a second person."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access import consents
from dangan.access.consents import queries
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor
from dangan.ui.messages import say


class _Verb(Protocol):
    def __call__(self, actor: Actor, *, consent: UUID) -> None: ...


@page("consents.view")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """What waits and what was decided."""
    context = {"lines": queries.consents(request.actor), "nav": "consents"}
    return render(request, "access/consents.html", context)


@page("consents.view", step_up=True)
@require_POST
def agree(request: ActorRequest, consent: UUID) -> HttpResponse:
    """The second person agrees: the deed is done."""
    return _decided(request, consents.agree, consent, _("已同意，现在生效"))


@page("consents.view", step_up=True)
@require_POST
def refuse(request: ActorRequest, consent: UUID) -> HttpResponse:
    """The second person refuses."""
    return _decided(request, consents.refuse, consent, _("已拒绝，没有任何变化"))


@page("consents.view")
@require_POST
def withdraw(request: ActorRequest, consent: UUID) -> HttpResponse:
    """Whoever asked takes it back."""
    return _decided(request, consents.withdraw, consent, _("已收回，没有任何变化"))


def _decided(request: ActorRequest, verb: _Verb, consent: UUID, done: str) -> HttpResponse:
    try:
        verb(request.actor, consent=consent)
    except consents.ConsentProblem as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, done)
    return redirect("access:consents")
