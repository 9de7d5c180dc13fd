"""网络限制: where each role counts, and asking for a change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access import consents
from dangan.access.pages import ActorRequest, page
from dangan.access.sessions import networks
from dangan.ui.messages import say


@page("networks.manage")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """Every role and the networks it counts in."""
    context = {
        "lines": networks.roles(request.actor),
        "address": request.actor.address,
        "nav": "consents",
    }
    return render(request, "sessions_devices/networks.html", context)


@page("networks.manage", step_up=True)
@require_POST
def ask(request: ActorRequest) -> HttpResponse:
    """Asks for other networks of a role, or for none."""
    try:
        consents.ask(
            request.actor,
            kind=networks.KIND,
            facts={
                "role": request.POST.get("role", ""),
                "networks": networks.parsed(request.POST.get("networks", "")),
            },
            reason=request.POST.get("reason", ""),
        )
    except consents.ConsentProblem as error:
        messages.error(request, say(error.message))
        return redirect("sessions_devices:networks")
    messages.success(request, _("申请已提交，由另一位安全管理员同意后生效"))
    return redirect("access:consents")
