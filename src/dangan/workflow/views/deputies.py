"""代理: whom the actor has named to act meanwhile, and for whom the actor stands in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.ui.messages import say
from dangan.workflow import actions, queries
from dangan.workflow.forms import DeputyForm
from dangan.workflow.problems import NotAllowed
from dangan.workflow.views.deeds import found_people


@page("cases.own")
@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: ActorRequest) -> HttpResponse:
    """Both lists, and naming one."""
    today = timezone.localdate()
    form = DeputyForm(
        request.POST if request.method == "POST" else None, initial={"begins": today, "ends": today}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.name_deputy(
                request.actor,
                deputy=given["account"][0],
                begins=given["begins"],
                ends=given["ends"],
            )
        except NotAllowed as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(
                request,
                _("已指定代理人，{begins} 至 {ends} 生效，对方会收到通知。").format(**given),
            )
            return redirect("workflow:deputies")
    return _page(request, form)


def _page(request: ActorRequest, form: DeputyForm) -> HttpResponse:
    me = request.actor.id
    lines = queries.deputies(request.actor)
    chosen = request.POST.getlist("account")
    context = {
        "form": form,
        "mine": [line for line in lines if line.account == me],
        "others": [line for line in lines if line.deputy == me],
        "everyones": [line for line in lines if me not in (line.account, line.deputy)],
        "found": found_people(request.actor, request.POST.get("who", ""), chosen)
        if form.is_bound
        else [],
        "today": timezone.localdate(),
        "nav": "deputies",
    }
    return render(request, "workflow/deputies.html", context, status=422 if form.errors else 200)


@page("cases.own")
@require_POST
def end(request: ActorRequest, deputy: UUID) -> HttpResponse:
    """Ends a deputyship as of now."""
    try:
        actions.end_deputy(request.actor, deputy=deputy)
    except NotAllowed as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("代理已结束，对方不能再替你办理。"))
    return redirect("workflow:deputies")
