"""查阅登记: the register, one consultation, its reading log, letters and printed forms."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.files import queries as files
from dangan.files import responses
from dangan.materials.consultation import actions, printing, queries
from dangan.materials.consultation.forms.others import NoteForm, RegisterForm
from dangan.materials.consultation.problems import CannotRead
from dangan.materials.consultation.views.answers import as_pdf
from dangan.ui.messages import say

NAV = "consultations"
SMALL, LARGE = 280, 1200
SHEETS = 30
PRINTED_MOST = 500


@page("consultation.manage")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """查阅登记: filtered by state, days, number; newest first."""
    form = RegisterForm(request.GET)
    query = form.query(queries.PER_PAGE)
    shown = queries.register(request.actor, query)
    context = {
        "page": shown,
        "form": form,
        "query": query,
        "states": queries.STATES.items(),
        "number": shown.offset // queries.PER_PAGE + 1,
        "nav": NAV,
    }
    return render(request, "consultation/register.html", context)


@page("consultation.manage", step_up=True)
@require_safe
def printed(request: ActorRequest) -> HttpResponse:
    """查阅登记表 as PDF, by the same filter."""
    query = RegisterForm(request.GET).query(PRINTED_MOST)
    return as_pdf(printing.register(request.actor, query), "consultation-register")


@page("archive.use")
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """我的申请: consultations, copies and provisions that I asked for."""
    context = {
        "lines": queries.mine(request.actor),
        "copies": [one for one in queries.copyings(request.actor) if _own(request, one.row.by)],
        "provisions": [
            one for one in queries.provisions(request.actor) if _own(request, one.row.by)
        ],
        "nav": "readings",
    }
    return render(request, "consultation/mine.html", context)


def _own(request: ActorRequest, by: UUID) -> bool:
    return by == request.actor.id


@page("cases.own")
@require_safe
def one(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """One consultation: its form, readers, what was noted."""
    view = queries.consultation(request.actor, consultation)
    context = {
        "view": view,
        "page_content": {"view": view},
        "note": NoteForm(),
        "nav": NAV if view.manages else "readings",
    }
    return render(request, "consultation/one.html", context)


@page("consultation.manage")
@require_safe
def log(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """阅览记录, page by page."""
    view, lines = queries.reading_log(request.actor, consultation)
    context = {"view": view, "lines": lines, "nav": NAV}
    return render(request, "consultation/log.html", context)


@page("cases.own")
@require_safe
def form_pdf(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """查阅干部人事档案审批表."""
    return as_pdf(printing.consultation_form(request.actor, consultation), "consultation-form")


@page("cases.own")
@require_POST
def end(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """Ends it before its time."""
    try:
        row = actions.end_reading(request.actor, consultation=consultation)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
    else:
        text = _("{number} 已结束，阅览人不再看得到档案。").format(number=row.number)
        messages.success(request, text)
    return redirect("consultation:one", consultation)


@page("archive.read")
@require_POST
def note(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """摘录 or 阅后情况."""
    form = NoteForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.add_note(
                request.actor, consultation=consultation, kind=given["kind"], text=given["text"]
            )
        except CannotRead as problem:
            messages.error(request, say(problem.message))
        else:
            messages.success(request, _("已登记。"))
    else:
        messages.error(request, _("请填写内容，最多 4000 字。"))
    back = request.POST.get("back")
    if back == "session":
        return redirect("consultation:session", consultation)
    return redirect("consultation:one", consultation)


@page("consultation.manage")
@require_POST
def admit(request: ActorRequest, consultation: UUID, seat: UUID) -> HttpResponse:
    """Somebody from outside is there; the archivist saw their papers."""
    try:
        actions.admit(request.actor, consultation=consultation, seat=seat)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已确认到场。"))
    return redirect("consultation:one", consultation)


@page("cases.own")
@require_safe
def letter(request: ActorRequest, use: UUID, file: UUID) -> HttpResponse:
    """A letter handed in, as pictures."""
    number = queries.letter(request.actor, use, file)
    info = files.infos([file]).get(file)
    if info is None:
        raise Absent
    context = {
        "use": use,
        "number": number,
        "info": info,
        "sheets": range(1, min(info.pages or 1, SHEETS) + 1),
        "nav": NAV if request.actor.may("consultation.manage") else "readings",
    }
    return render(request, "consultation/letter.html", context)


@page("cases.own")
@require_safe
def sheet(request: ActorRequest, use: UUID, file: UUID, number: int) -> HttpResponse:
    """One page of a letter with who looks and when across it."""
    why = queries.letter(request.actor, use, file)
    width = SMALL if request.GET.get("small") else LARGE
    return responses.preview(request, request.actor, file, page=number, width=width, why=why)
