"""Asking for a consultation, and changing a request that came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.files.rules import BadFile
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.consultation import actions, queries
from dangan.materials.consultation.forms.asking import ConsultationForm
from dangan.materials.consultation.models import Use
from dangan.materials.consultation.problems import BadRequest
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart, NotAllowed
from dangan.workflow.views.deeds import found_people

NAV = "readings"


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """The form 查阅申请; ``?volume=`` names one to begin with."""
    actor, set_ = request.actor, settings()
    data = request.POST if request.method == "POST" else None
    form = ConsultationForm(
        actor, set_, data, request.FILES or None, initial={"volume_1": _named(request)}
    )
    if data is not None and form.is_valid():
        try:
            made = actions.ask_consultation(actor, wish=form.wish())
        except BadRequest as problem:
            form.refuse(problem)
        except (BadFile, CannotStart) as problem:
            form.add_error(
                "letters" if isinstance(problem, BadFile) else None, say(problem.message)
            )
        else:
            numbers = _("、").join(row.number for row in made)
            text = _("{number} 已提交，同意后由阅览人到场打开。").format(number=numbers)
            messages.success(request, text)
            return redirect("consultation:mine")
    return _answer(request, form, {"settings": set_})


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, consultation: UUID) -> HttpResponse:
    """Changes a request that came back, and sends it again."""
    actor, set_ = request.actor, settings()
    view = queries.consultation(actor, consultation)
    if not view.own or view.row.state != Use.State.OPEN:
        raise Absent
    data = request.POST if request.method == "POST" else None
    readers = [str(seat.account) for seat in view.row.seats.all() if seat.account]
    form = ConsultationForm(
        actor, set_, data, request.FILES or None, volume=view.row.volume, body=view.body
    )
    if data is not None and form.is_valid():
        try:
            row = actions.revise_consultation(actor, consultation=consultation, wish=form.wish())
        except BadRequest as problem:
            form.refuse(problem)
        except (BadFile, NotAllowed) as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("{number} 已重新提交。").format(number=row.number))
            return redirect("consultation:one", consultation)
    return _answer(request, form, {"settings": set_, "view": view}, readers)


def _answer(
    request: ActorRequest,
    form: ConsultationForm,
    more: dict[str, Any],
    readers: list[str] | None = None,
) -> HttpResponse:
    chosen = request.POST.getlist("account")[:20] or readers or []
    typed = request.POST.get("who", "")
    context = {
        "form": form,
        "volumes": [form[name] for name in form.volume_names],
        "outsiders": [[form[one] for one in names] for names in form.outsider_names],
        "found": found_people(request.actor, typed, chosen),
        "typed": typed,
        "nav": NAV,
    } | more
    status = 422 if form.errors else 200
    return render(request, "consultation/new.html", context, status=status)


def _named(request: ActorRequest) -> Volume | str:
    """The volume in the address, by its number or identifier; the form looks whether it may be
    known."""
    return request.GET.get("volume", "")[:64]
