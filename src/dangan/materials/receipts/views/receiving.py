"""收件登记: the register, taking a paper in, filing it or sending it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.receipts import actions, queries
from dangan.materials.receipts.forms import FileForm, ReasonForm, ReceiveForm
from dangan.materials.receipts.models import Receipt
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.ui.messages import say

STATES = [
    ("waiting", _("待办")),
    (Receipt.State.FILED, _("已归档")),
    (Receipt.State.RETURNED, _("已退回")),
    ("", _("全部")),
]


def offset_of(request: ActorRequest) -> int:
    """Where the asked page of a register begins."""
    text = request.GET.get("page", "")
    number = int(text) if text.isdecimal() and len(text) < 6 else 1
    return max(0, number - 1) * queries.PAGE


@page("receipts.manage")
@require_safe
def receipts(request: ActorRequest) -> HttpResponse:
    """The register."""
    state = request.GET.get("state", "waiting")
    found = queries.receipts(request.actor, state=state, offset=offset_of(request))
    context = {
        "found": found,
        "state": state,
        "tabs": [(key, label, found.counts.get(key)) for key, label in STATES],
        "nav": "receipts",
    }
    return render(request, "receipts/receipts.html", context)


@page("receipts.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: ActorRequest) -> HttpResponse:
    """Takes a paper in; ``volume`` and ``wanted`` come from a gap or a request."""
    wanted = request.GET.get("wanted", "")
    form = ReceiveForm(
        request.POST or None,
        initial={
            "volume": request.GET.get("volume", ""),
            "category": request.GET.get("category", ""),
            "received_on": timezone.localdate(),
        },
    )
    form.fields["volume"].actor = request.actor  # type: ignore[attr-defined]  # a VolumeField
    if request.method == "POST" and form.is_valid():
        try:
            receipt = actions.receive(
                request.actor,
                volume=form.cleaned_data["volume"].pk,
                body=form.body(source=form.cleaned_data["source"]),
                received_on=form.cleaned_data["received_on"],
                wanted=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None,
            )
        except ReceiptProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("已登记收件 %(number)s") % {"number": receipt.number})
            return redirect("receipts:receipt", receipt=receipt.pk)
    context = {"form": form, "nav": "receipts"}
    return render(request, "receipts/receive.html", context, status=422 if form.errors else 200)


@page("receipts.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: ActorRequest, receipt: int) -> HttpResponse:
    """One receipt; while it waits, the form by which it is filed."""
    line = queries.receipt(request.actor, receipt)
    body = line.body
    form = FileForm(
        request.POST or None,
        initial={
            "category": body.category,
            "title": body.title,
            "year": body.year or None,
            "month": body.month or None,
            "day": body.day or None,
            "pages": body.pages or None,
            "copies": body.copies,
            "copy": body.copy,
            "remark": body.remark,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.file_receipt(
                request.actor,
                receipt=receipt,
                body=form.body(source=body.source),
                secrecy=form.cleaned_data["secrecy"],
            )
        except (ReceiptProblem, CatalogueProblem) as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("已归档，编号以目录为准"))
            return redirect("receipts:receipts")
    context = {
        "line": line,
        "form": form,
        "waits": line.row.state in {Receipt.State.PENDING, Receipt.State.PROBLEM},
        "nav": "receipts",
    }
    return render(request, "receipts/receipt.html", context, status=422 if form.errors else 200)


@page("receipts.manage")
@require_POST
def leave(request: ActorRequest, receipt: int, deed: str) -> HttpResponse:
    """Puts it aside or sends it back, with a reason."""
    verb = {"aside": actions.put_aside, "back": actions.send_back}[deed]
    form = ReasonForm(request.POST)
    try:
        verb(request.actor, receipt=receipt, why=form.data.get("why", "")[:200])
    except ReceiptProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已记下"))
    return redirect("receipts:receipt", receipt=receipt)
