"""对外提供: the register, asking, noting that it was handed over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.files.rules import BadFile
from dangan.materials.consultation import actions, printing, queries
from dangan.materials.consultation.forms.asking import refuse
from dangan.materials.consultation.forms.others import ProvisionForm
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.consultation.views.answers import as_pdf
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart

PLACES = {"fields": "fields_words"}


@page("archive.use")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """对外提供登记, or what I asked for."""
    context = {
        "lines": queries.provisions(request.actor),
        "manages": request.actor.may("consultation.manage"),
        "nav": _nav(request),
    }
    return render(request, "consultation/provisions.html", context)


@page("consultation.manage", step_up=True)
@require_safe
def printed(request: ActorRequest) -> HttpResponse:
    """对外提供登记表 as PDF."""
    return as_pdf(printing.provisions(request.actor), "provision-register")


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Asks to hand data out."""
    data = request.POST if request.method == "POST" else None
    form = ProvisionForm(request.actor, data, request.FILES or None)
    if data is not None and form.is_valid():
        try:
            row = actions.ask_provision(request.actor, wish=form.wish())
        except BadRequest as problem:
            refuse(form, problem, PLACES)
        except (BadFile, CannotStart) as problem:
            form.add_error(None, say(problem.message))
        else:
            text = _("{number} 已提交，两人先后同意后可以提供。").format(number=row.number)
            messages.success(request, text)
            return redirect("consultation:provision", row.pk)
    context = {"form": form, "nav": _nav(request)}
    status = 422 if form.errors else 200
    return render(request, "consultation/provision_new.html", context, status=status)


@page("cases.own")
@require_safe
def one(request: ActorRequest, provision: UUID) -> HttpResponse:
    """One line of the register."""
    view = queries.provision(request.actor, provision)
    context = {"view": view, "page_content": {"view": view}, "nav": _nav(request)}
    return render(request, "consultation/provision.html", context)


@page("cases.own")
@require_safe
def form_pdf(request: ActorRequest, provision: UUID) -> HttpResponse:
    """个人信息对外提供审批表."""
    return as_pdf(printing.provision_form(request.actor, provision), "provision-form")


@page("archive.use")
@require_POST
def provided(request: ActorRequest, provision: UUID) -> HttpResponse:
    """It has been handed over."""
    try:
        row = actions.note_provided(request.actor, provision=provision)
    except BadRequest as problem:
        messages.error(request, say(problem.wrong[0].message))
    else:
        messages.success(request, _("{number} 已登记提供。").format(number=row.number))
    return redirect("consultation:provision", provision)


def _nav(request: ActorRequest) -> str:
    return "consultations" if request.actor.may("consultation.manage") else "readings"
