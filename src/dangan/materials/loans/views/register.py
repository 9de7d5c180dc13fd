"""The register, one's own loans, and asking for one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.files.rules import BadFile
from dangan.materials.catalogue.forms import Chosen
from dangan.materials.catalogue.models import Volume
from dangan.materials.loans import actions, queries
from dangan.materials.loans.forms import AgainForm, AskForm
from dangan.materials.loans.models import OUT, Request
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.sealing import open_body
from dangan.ui.messages import say

FIELDS = {"outside_name": "outside_name", "document": "document", "borrower": "who"}


def offset_of(request: ActorRequest, per_page: int) -> int:
    """Where the wanted page begins."""
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    return (max(1, wanted) - 1) * per_page


@page("loans.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ActorRequest) -> HttpResponse:
    """借阅台账. Searching posts, so that a name never stands in an address; links may carry the
    number of a volume."""
    text = request.POST.get("q", "") or request.GET.get("q", "")
    state = request.GET.get("state", "" if text else "open")
    shown = queries.register(
        request.actor,
        state=state,
        text=text,
        offset=offset_of(request, queries.PER_PAGE),
        limit=queries.PER_PAGE * (3 if request.method == "POST" else 1),
    )
    context = {
        "page": shown,
        "state": state,
        "tabs": [(key, label, shown.counts[key]) for key, label in queries.STATES.items()],
        "text": text,
        "nav": "loans",
    }
    return render(request, "loans/register.html", context)


@page("loans.manage")
@require_safe
def of_volume(request: ActorRequest, volume: UUID) -> HttpResponse:
    """From a scanned label to what is to be done: take back what is out, hand out what waits."""
    found = queries.at_hand(request.actor, volume)
    if found is None:
        messages.info(request, _("这个案卷没有借出，也没有等着领取的借阅。"))
        return redirect("loans:register")
    out = found.state in OUT
    return redirect("loans:return" if out else "loans:loan", loan=found.pk)


@page("archive.use")
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """What I borrow, and what I have asked for."""
    context = {"lines": queries.mine(request.actor), "nav": _nav(request)}
    return render(request, "loans/mine.html", context)


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ActorRequest) -> HttpResponse:
    """申请借阅."""
    form = AskForm(
        request.actor,
        request.POST or None,
        request.FILES or None,
        initial={"volume": _volume_of(request)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(request.actor, form.wanted())
        except LoanProblem as problem:
            field = FIELDS.get(problem.field, problem.field)
            form.add_error(field if field in form.fields else None, say(problem.message))
        except BadFile as problem:
            form.add_error("letter_file", say(problem.message))
        else:
            messages.success(
                request, _("{number} 已提交，同意后到档案室领取").format(number=made.number)
            )
            return redirect("loans:mine")
    context = {"form": form, "nav": _nav(request)}
    return render(request, "loans/ask.html", context, status=422 if form.errors else 200)


@page("archive.use")
@require_http_methods(["GET", "HEAD", "POST"])
def resubmit(request: ActorRequest, wish: UUID) -> HttpResponse:
    """A returned request, changed and sent again."""
    row = Request.objects.filter(pk=wish, requested_by=request.actor.id).first()
    if row is None or row.state != Request.State.RETURNED:
        raise Absent
    body = open_body(row)
    initial = {"reason": body.reason, "days": row.days, "contact": body.contact}
    form = AgainForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.resubmit(request.actor, request=wish, **form.cleaned_data)
        except LoanProblem as problem:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, say(problem.message))
        else:
            messages.success(request, _("{number} 已重新提交").format(number=row.number))
            return redirect("loans:mine")
    context = {"form": form, "number": row.number, "nav": _nav(request)}
    return render(request, "loans/again.html", context, status=422 if form.errors else 200)


def _nav(request: ActorRequest) -> str:
    return "loans" if request.actor.may("loans.manage") else "my_loans"


def _volume_of(request: ActorRequest) -> Chosen | None:
    """The volume that a link from its page names."""
    try:
        wanted = UUID(request.GET.get("volume", ""))
    except ValueError:
        return None
    number = Volume.objects.filter(pk=wanted).values_list("number", flat=True).first()
    return Chosen(str(wanted), number) if number else None
