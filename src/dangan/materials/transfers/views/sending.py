"""转出: the register, asking, one slip, its receipt."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.files.queries import page_image
from dangan.files.rules import BadFile
from dangan.materials.catalogue.queries import volume_chosen
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.forms import AskForm, ReceiptForm, SendForm, first_error
from dangan.materials.transfers.models import Transfer
from dangan.materials.transfers.problems import TransferProblem
from dangan.ui.messages import say

NAV = "transfers"
PAPERS = {"slip": papers.slip, "chase": papers.chase}
FIELDS = {"volume": "volumes"}


def offset_of(request: ActorRequest, per_page: int) -> int:
    """Where the wanted page begins."""
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    return (max(1, wanted) - 1) * per_page


def as_pdf(data: bytes, name: str) -> HttpResponse:
    """A printed form, never kept by a browser's cache."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@page("transfers.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ActorRequest) -> HttpResponse:
    """转出登记. Searching posts, so that a name never stands in an address."""
    text = request.POST.get("q", "")
    state = request.GET.get("state", "")
    shown = queries.slips(
        request.actor, state=state, text=text, offset=offset_of(request, queries.PER_PAGE)
    )
    context = {
        "page": shown,
        "state": state,
        "tabs": [(key, label, shown.counts[key]) for key, label in queries.STATES.items()],
        "text": text,
        "nav": NAV,
    }
    return render(request, "transfers/register.html", context)


@page("transfers.manage", step_up=True)
@require_safe
def register_pdf(request: ActorRequest) -> HttpResponse:
    """转递登记簿."""
    return as_pdf(papers.register(request.actor), "transfer-register")


@page("transfers.manage")
@require_safe
def departed(request: ActorRequest) -> HttpResponse:
    """离职未转档."""
    shown = queries.departed(request.actor, offset=offset_of(request, queries.PER_PAGE))
    return render(request, "transfers/departed.html", {"page": shown, "nav": NAV})


@page("transfers.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ActorRequest) -> HttpResponse:
    """申请转出."""
    initial = {"volumes": _number_of(request)}
    form = AskForm(request.actor, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_transfer(request.actor, form.slip())
        except TransferProblem as problem:
            field = FIELDS.get(problem.field, problem.field)
            form.add_error(field if field in form.fields else None, say(problem.message))
        else:
            messages.success(
                request, _("{number} 已提交，同意后再发出").format(number=made.case_number)
            )
            return redirect("transfers:slip", transfer=made.pk)
    status = 422 if form.errors else 200
    return render(request, "transfers/ask.html", {"form": form, "nav": NAV}, status=status)


@page("transfers.manage")
@require_safe
def slip(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """One slip."""
    view = queries.slip(request.actor, transfer)
    context = {
        "view": view,
        "send_form": SendForm(initial={"courier": view.body.courier}),
        "nav": NAV,
    }
    return render(request, "transfers/slip.html", context)


@page("transfers.manage")
@require_POST
def send(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """登记发出."""
    form = SendForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("transfers:slip", transfer=transfer)
    return done(
        request,
        transfer,
        lambda: actions.send(request.actor, transfer=transfer, **form.cleaned_data),
        _("已登记发出；打印三联转递单随档案走"),
    )


@page("transfers.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """登记回执."""
    view = queries.slip(request.actor, transfer)
    if view.transfer.state != Transfer.State.SENT:
        raise Absent
    form = ReceiptForm(view.persons, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.register_receipt(request.actor, transfer=transfer, receipt=form.receipt())
        except TransferProblem as problem:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, say(problem.message))
        except BadFile as problem:
            form.add_error("scan", say(problem.message))
        else:
            messages.success(request, _("已登记"))
            return redirect("transfers:slip", transfer=transfer)
    context = {"form": form, "view": view, "nav": NAV}
    status = 422 if form.errors else 200
    return render(request, "transfers/receipt.html", context, status=status)


@page("transfers.manage")
@require_POST
def cancel(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """取消转出."""
    return done(
        request,
        transfer,
        lambda: actions.cancel_transfer(request.actor, transfer=transfer),
        _("已取消，案卷仍在库"),
    )


@page("transfers.manage")
@require_POST
def chase(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """登记催办."""
    return done(
        request,
        transfer,
        lambda: actions.chase(request.actor, transfer=transfer),
        _("已登记催办；打印催办函送收件机关"),
    )


@page("transfers.manage")
@require_safe
def paper(request: ActorRequest, transfer: UUID, kind: str) -> HttpResponse:
    """三联转递单 or 催办函 as PDF."""
    if kind not in PAPERS:
        raise Absent
    return as_pdf(PAPERS[kind](request.actor, transfer), f"transfer-{kind}")


@page("transfers.manage")
@require_safe
def scan(request: ActorRequest, transfer: UUID) -> HttpResponse:
    """The stamped receipt as it was scanned."""
    view = queries.slip(request.actor, transfer)
    if view.transfer.receipt_scan is None:
        raise Absent
    mark = f"{request.actor.name} {timezone.localtime():%Y-%m-%d %H:%M}"
    image = page_image(
        request.actor,
        view.transfer.receipt_scan,
        width=1200,
        watermark=mark,
        why=view.transfer.case_number,
    )
    response = HttpResponse(image, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    return response


def done(
    request: ActorRequest, transfer: UUID, verb: Callable[[], object], said: str
) -> HttpResponse:
    """Does it and says so, or says why not."""
    try:
        verb()
    except TransferProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, said)
    return redirect("transfers:slip", transfer=transfer)


def _number_of(request: ActorRequest) -> str:
    """The number of the volume that a link from its page names."""
    try:
        wanted = UUID(request.GET.get("volume", ""))
    except ValueError:
        return ""
    named = volume_chosen(request.actor, str(wanted), permission="transfers.manage")
    return named[0].number if named else ""
