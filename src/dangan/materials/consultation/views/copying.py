"""复制摘抄: the register, asking, taking a copy once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.files.rules import BadFile
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.queries import contents, look
from dangan.materials.consultation import actions, queries
from dangan.materials.consultation.forms.asking import refuse
from dangan.materials.consultation.forms.others import CopyingForm
from dangan.materials.consultation.problems import BadRequest, CannotRead
from dangan.materials.consultation.views.answers import as_pdf
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart

NAV = "consultations"


@page("archive.use")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """复制登记, or what I asked for."""
    context = {
        "lines": queries.copyings(request.actor),
        "manages": request.actor.may("consultation.manage"),
        "nav": _nav(request),
    }
    return render(request, "consultation/copyings.html", context)


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Asks for copies of materials that I see now."""
    looked = look(request.actor, volume)
    items, _hidden = contents(looked)
    items.sort(key=lambda item: (item.body.category, item.body.number, item.body.formed))
    data = request.POST if request.method == "POST" else None
    form = CopyingForm(volume, items, data, request.FILES or None)
    if data is not None and form.is_valid():
        try:
            row = actions.ask_copying(request.actor, wish=form.wish())
        except BadRequest as problem:
            refuse(form, problem)
        except (BadFile, CannotStart) as problem:
            form.add_error(None, say(problem.message))
        else:
            text = _("{number} 已提交，同意后在期限内领取。").format(number=row.number)
            messages.success(request, text)
            return redirect("consultation:copying", row.pk)
    told = bool(looked.sight.grants)
    context = {
        "form": form,
        "line": shown.volume_line(request.actor, looked.volume, told=told),
        "nav": _nav(request),
    }
    status = 422 if form.errors else 200
    return render(request, "consultation/copying_new.html", context, status=status)


@page("cases.own")
@require_safe
def one(request: ActorRequest, copying: UUID) -> HttpResponse:
    """One request for copies and which of them were taken."""
    view = queries.copying(request.actor, copying)
    context = {"view": view, "page_content": {"view": view}, "nav": _nav(request)}
    return render(request, "consultation/copying.html", context)


@page("archive.use")
@require_POST
def take(request: ActorRequest, copying: UUID) -> HttpResponse:
    """The next numbered copy, once."""
    try:
        taken, body = actions.take_copy(request.actor, copying=copying)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
        return redirect("consultation:copying", copying)
    return as_pdf(body, f"copy-{taken.number}")


@page("consultation.manage")
@require_POST
def paper(request: ActorRequest, copying: UUID) -> HttpResponse:
    """A paper copy was handed out."""
    try:
        taken = actions.hand_out_paper(request.actor, copying=copying)
    except CannotRead as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("第 {n} 份已登记。").format(n=taken.number))
    return redirect("consultation:copying", copying)


def _nav(request: ActorRequest) -> str:
    return NAV if request.actor.may("consultation.manage") else "readings"
