"""One loan: handing out, signing, taking back, longer terms, loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
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
from dangan.materials.loans import actions, queries
from dangan.materials.loans.forms import ExtendForm, LendForm, LostForm, ReturnForm
from dangan.materials.loans.models import Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.ui.messages import say


@page("archive.use")
@require_safe
def loan(request: ActorRequest, loan: UUID) -> HttpResponse:
    """One loan, for its borrower and for those who keep loans."""
    return _shown(request, queries.detail(request.actor, loan))


@page("archive.use")
@require_POST
def sign(request: ActorRequest, loan: UUID) -> HttpResponse:
    """The borrower signs by their own log-in."""
    return _done(
        request, loan, lambda: actions.sign(request.actor, loan=loan), _("已签收，请当面领取")
    )


@page("loans.manage")
@require_POST
def lend(request: ActorRequest, loan: UUID) -> HttpResponse:
    """借出."""
    form = LendForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("loans:loan", loan=loan)
    drawn = form.cleaned_data["signature"]
    return _done(
        request,
        loan,
        lambda: actions.lend(request.actor, loan=loan, signature=drawn),
        _("已借出，到期前会提醒借阅人"),
    )


@page("loans.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: ActorRequest, loan: UUID) -> HttpResponse:
    """归还: the list of materials with their pages."""
    detail = queries.detail(request.actor, loan)
    if not detail.keeps or not detail.out:
        raise Absent
    initial = {f"pages-{line.material}": line.pages for line in detail.checks}
    form = ReturnForm(detail.checks, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.take_back(request.actor, loan=loan, checks=form.checks())
        except LoanProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            done = row.state == Loan.State.RETURNED
            text = _("已归还，这笔借阅注销") if done else _("已登记，其余材料还没有归还")
            messages.success(request, text)
            return redirect("loans:loan", loan=loan)
    context = {"detail": detail, "form": form, "nav": "loans"}
    return render(request, "loans/return.html", context, status=422 if form.errors else 200)


@page("loans.manage")
@require_POST
def lost(request: ActorRequest, loan: UUID) -> HttpResponse:
    """遗失."""
    form = LostForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return _done(
        request,
        loan,
        lambda: actions.declare_lost(request.actor, loan=loan, note=note),
        _("已登记遗失；找回后按归还办理"),
    )


@page("archive.use")
@require_POST
def extend(request: ActorRequest, loan: UUID) -> HttpResponse:
    """The borrower asks for more days."""
    form = ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("填写续借的天数和原因。"))
        return redirect("loans:loan", loan=loan)
    return _done(
        request,
        loan,
        lambda: actions.ask_extension(request.actor, loan=loan, **form.cleaned_data),
        _("续借申请已提交，由档案管理员处理"),
    )


@page("loans.manage")
@require_POST
def decide(request: ActorRequest, loan: UUID) -> HttpResponse:
    """同意 or 不同意续借."""
    agree = request.POST.get("agree") == "1"
    return _done(
        request,
        loan,
        lambda: actions.decide_extension(request.actor, loan=loan, agree=agree),
        _("已同意续借") if agree else _("已告知不能续借"),
    )


@page("archive.use")
@require_POST
def cancel(request: ActorRequest, loan: UUID) -> HttpResponse:
    """An agreed loan is not fetched."""
    return _done(
        request, loan, lambda: actions.cancel(request.actor, loan=loan), _("已取消这笔借阅")
    )


@page("loans.manage")
@require_POST
def settle(request: ActorRequest, loan: UUID, check: int) -> HttpResponse:
    """A finding on return has been dealt with."""
    return _done(
        request, loan, lambda: actions.settle_finding(request.actor, check=check), _("已登记处理")
    )


@page("loans.manage")
@require_safe
def paper(request: ActorRequest, loan: UUID, kind: str) -> HttpResponse:
    """The drawn signature or the letter of introduction, with a watermark."""
    detail = queries.detail(request.actor, loan)
    row = detail.loan
    file = row.signature if kind == "signature" else row.request.letter
    if not detail.keeps or file is None:
        raise Absent
    mark = f"{request.actor.name} {timezone.localtime():%Y-%m-%d %H:%M}"
    image = page_image(request.actor, file, width=900, watermark=mark, why=row.request.number)
    response = HttpResponse(image, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: ActorRequest, detail: queries.Detail, **more: Any) -> HttpResponse:
    own = not request.actor.may("loans.manage")
    context = {
        "detail": detail,
        "extend_form": ExtendForm(initial={"days": 1}),
        "lost_form": LostForm(),
        "lend_form": LendForm(),
        "nav": "my_loans" if own else "loans",
    } | more
    return render(request, "loans/loan.html", context)


def _done(request: ActorRequest, loan: UUID, verb: Callable[[], object], said: str) -> HttpResponse:
    try:
        verb()
    except (LoanProblem, BadFile) as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, said)
    return redirect("loans:loan", loan=loan)
