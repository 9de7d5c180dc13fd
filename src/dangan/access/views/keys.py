"""主密钥: its epochs, and asking for a new one or the end of an old one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access import consents
from dangan.access import keys as deeds
from dangan.access.pages import ActorRequest, page
from dangan.ui.messages import say
from dangan.vault.queries import epochs


@page("keys.request")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """Every epoch with what it still protects."""
    known = epochs()
    newest = known[0].id if known else 0
    context = {
        "epochs": [(epoch, deeds.closed(epoch, newest), epoch.id == newest) for epoch in known],
        "nav": "consents",
    }
    return render(request, "access/keys.html", context)


@page("keys.request", step_up=True)
@require_POST
def ask(request: ActorRequest) -> HttpResponse:
    """Asks for a rotation, or for the end of the epoch named."""
    number = request.POST.get("epoch", "")
    facts = {"epoch": int(number)} if number.isdecimal() and len(number) < 9 else {}
    try:
        consents.ask(
            request.actor,
            kind=deeds.DESTROY if number else deeds.ROTATE,
            facts=facts,
            reason=request.POST.get("reason", ""),
        )
    except consents.ConsentProblem as error:
        messages.error(request, say(error.message))
        return redirect("access:keys")
    messages.success(request, _("申请已提交，由安全管理员同意后生效"))
    return redirect("access:consents")
