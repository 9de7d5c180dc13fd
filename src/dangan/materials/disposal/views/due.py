"""到期清单, what is restricted, and what follows from both."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.forms import ReasonForm
from dangan.materials.disposal.models import What
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.queries import due as queries
from dangan.ui.messages import say


@page("disposal.view")
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """What is over, thirty lines a page."""
    what = request.GET.get("what", "")
    number = request.GET.get("page", "1")
    found = queries.due_page(
        request.actor, what=what, page=int(number) if number.isdecimal() and len(number) < 7 else 1
    )
    tabs = [("", _("全部"), sum(found.counts.values()))]
    tabs += [(key, str(label), found.counts.get(key, 0)) for key, label in What.choices]
    tabs.append(("restrict", _("应限制处理"), found.restrict))
    context = {
        "found": found,
        "tabs": tabs,
        "what": what,
        "nav": "disposal",
        "section": "due",
        "manages": request.actor.may("disposal.manage"),
    }
    return render(request, "disposal/due.html", context)


def _picks(values: list[str]) -> list[Pick]:
    """``volume:uuid`` …; raises :class:`Absent` for nonsense."""
    picks = []
    for value in values:
        what, _colon, target = value.partition(":")
        try:
            picks.append(Pick(what, UUID(target)))
        except ValueError:
            raise Absent from None
    return picks


@page("disposal.manage")
@require_POST
def draft(request: ActorRequest) -> HttpResponse:
    """A new list of what was chosen."""
    try:
        row = actions.draft_list(request.actor, picks=_picks(request.POST.getlist("pick")))
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
        return redirect("disposal:home")
    messages.success(request, _("清册 {number} 已编制，请填写鉴定意见").format(number=row.number))
    return redirect("disposal:list", row.pk)


@page("disposal.manage")
@require_POST
def restrict(request: ActorRequest) -> HttpResponse:
    """Restricts what was chosen."""
    picks = _picks(request.POST.getlist("pick"))
    for pick in picks:
        actions.restrict(request.actor, what=pick.what, target=pick.target)
    if picks:
        messages.success(request, _("{count} 项已限制处理").format(count=len(picks)))
    else:
        messages.error(request, _("请先选择要限制处理的档案。"))
    return redirect("disposal:restricted")


@page("disposal.view")
@require_safe
def restricted(request: ActorRequest) -> HttpResponse:
    """What is kept and not used."""
    context = {
        "lines": queries.restricted(request.actor),
        "nav": "disposal",
        "section": "restricted",
        "lifts": request.actor.may("restriction.lift"),
    }
    return render(request, "disposal/restricted.html", context)


@page("restriction.lift", step_up=True)
@require_POST
def lift(request: ActorRequest, subject: UUID) -> HttpResponse:
    """Lifts a restriction."""
    form = ReasonForm(request.POST)
    volume = request.POST.get("volume", "")
    try:
        chosen = UUID(volume) if volume else None
    except ValueError:
        raise Absent from None
    try:
        actions.lift_restriction(
            request.actor,
            subject=subject,
            volume=chosen,
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
        )
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已解除限制处理"))
    return redirect("disposal:restricted")
