"""报告泄密, one leak, and the register."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.confidentiality.leaks import actions, printing, queries
from dangan.confidentiality.leaks.forms import ReportForm, kinds_text
from dangan.confidentiality.leaks.told import recipients
from dangan.files.responses import download
from dangan.files.rules import BadFile
from dangan.materials.catalogue.models import Volume
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart


@page("leaks.report")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: ActorRequest) -> HttpResponse:
    """The form, who will see it, and one's own reports."""
    actor = request.actor
    heard = recipients(actor)
    data = request.POST if request.method == "POST" else None
    form = ReportForm(actor, heard, data, request.FILES or None)
    if data is not None and form.is_valid():
        try:
            made = actions.report(actor, report=form.wish())
        except actions.BadReport as problem:
            form.add_error(problem.field, say(problem.message))
        except BadFile as problem:
            form.add_error("papers", say(problem.message))
        except CannotStart as problem:
            form.add_error(None, say(problem.message))
        else:
            text = _("{number} 已报告，负责处置的人已收到通知。").format(number=made.number)
            messages.success(request, text)
            return redirect("leaks:one", leak=made.id)
    context = {
        "form": form,
        "heard": heard.people,
        "mine": queries.mine(actor),
        "nav": "leak-report",
    }
    return render(
        request, "leaks/report.html", context, status=422 if form.is_bound and form.errors else 200
    )


@page("cases.own")
@require_safe
def one(request: ActorRequest, leak: UUID) -> HttpResponse:
    """One leak, for its reporter, those who take part and those who manage leaks."""
    view = queries.one(request.actor, leak)
    volume = Volume.objects.filter(pk=view.body.volume).first() if view.body.volume else None
    context = {
        "view": view,
        "kinds": kinds_text(view.body),
        "volume": volume,
        "nav": "leaks" if view.manages else "leak-report",
    }
    return render(request, "leaks/one.html", context)


@page("leaks.manage")
@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """The register, with its counts."""
    state = request.GET.get("state", "open")
    state = state if state in queries.STATES else "open"
    number = request.GET.get("page", "1")
    first = max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1
    context = {
        "page": queries.register(request.actor, state=state, offset=(first - 1) * queries.PER_PAGE),
        "state": state,
        "states": [
            ("open", _("处置中")),
            ("overdue", _("超期")),
            ("closed", _("已结案")),
            ("all", _("全部")),
        ],
        "nav": "leaks",
    }
    return render(request, "leaks/register.html", context)


@page("leaks.manage")
@require_safe
def printed(request: ActorRequest, leak: UUID) -> HttpResponse:
    """泄密事件报告 as PDF."""
    response = HttpResponse(printing.report(request.actor, leak), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="leak-report.pdf"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page("cases.own")
@require_safe
def paper(request: ActorRequest, leak: UUID, file: UUID) -> StreamingHttpResponse:
    """A file that came with a report, to be saved."""
    found = queries.paper(request.actor, leak, file)
    return download(request, request.actor, found, why=str(leak))


@page("cases.own")
@require_POST
def finish(request: ActorRequest, leak: UUID, number: int) -> HttpResponse:
    """A measure is done."""
    actions.finish_measure(request.actor, leak=leak, number=number)
    messages.success(request, _("措施已登记完成"))
    return redirect("leaks:one", leak=leak)
