"""盘点: the list, one of them, and its ends."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.storeroom import papers
from dangan.materials.storeroom.actions import counting as actions
from dangan.materials.storeroom.forms import WhereForm, place_labels
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import checking, counting
from dangan.materials.storeroom.rules.counting import VERDICTS
from dangan.materials.storeroom.views.common import as_pdf, done
from dangan.ui.messages import say

NAV = "stocktaking"
CHOICES = {
    "back": gettext_lazy("已放回登记位置"),
    "here": gettext_lazy("改为此处"),
    "found": gettext_lazy("已找到"),
    "noted": gettext_lazy("已查明"),
}


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def stocktakings(request: ActorRequest) -> HttpResponse:
    """Stock-takings, and beginning one."""
    form = WhereForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(request.actor, place=form.cleaned_data["place"])
        except StoreroomProblem as problem:
            form.add_error("place", say(problem.message))
        else:
            messages.success(
                request, _("{number} 已开始，可用手机扫码清点").format(number=made.number)
            )
            return redirect("storeroom:stocktaking", stocktaking=made.pk)
    context = {
        "rows": counting.takings(request.actor),
        "form": form,
        "names": place_labels(request.actor),
        "late": sum(1 for one in checking.plan(request.actor) if one.late),
        "tab": "counts",
        "nav": NAV,
    }
    return render(
        request, "storeroom/stocktakings.html", context, status=422 if form.errors else 200
    )


@page("storeroom.view")
@require_safe
def one(request: ActorRequest, stocktaking: UUID) -> HttpResponse:
    """One stock-taking: how far it is, or what differs."""
    shown = counting.result(request.actor, stocktaking)
    context = {
        "result": shown,
        "tally": [(say(VERDICTS[key]), count) for key, count in shown.tally.items()],
        "choices": CHOICES,
        "nav": NAV,
    }
    return render(request, "storeroom/stocktaking.html", context)


@page("storeroom.manage")
@require_POST
def finish(request: ActorRequest, stocktaking: UUID) -> HttpResponse:
    """结束清点."""
    return done(
        request,
        lambda: actions.finish(request.actor, stocktaking=stocktaking),
        _("清点已结束，差异列在下面"),
        "storeroom:stocktaking",
        stocktaking,
    )


@page("storeroom.manage")
@require_POST
def sign(request: ActorRequest, stocktaking: UUID) -> HttpResponse:
    """签结."""
    return done(
        request,
        lambda: actions.sign(request.actor, stocktaking=stocktaking),
        _("已签结"),
        "storeroom:stocktaking",
        stocktaking,
    )


@page("storeroom.manage")
@require_POST
def drop(request: ActorRequest, stocktaking: UUID) -> HttpResponse:
    """放弃."""
    return done(
        request,
        lambda: actions.drop(request.actor, stocktaking=stocktaking),
        _("已放弃，没有改动任何位置"),
        "storeroom:stocktakings",
    )


@page("storeroom.manage")
@require_POST
def settle(request: ActorRequest, outcome: int) -> HttpResponse:
    """One line is put right."""
    how = request.POST.get("how", "")
    return done(
        request,
        lambda: actions.settle(request.actor, outcome=outcome, how=how),
        _("已处理"),
        "storeroom:stocktakings",
    )


@page("storeroom.view")
@require_safe
def paper(request: ActorRequest, stocktaking: UUID) -> HttpResponse:
    """盘点表."""
    data, number = papers.stocktaking(request.actor, stocktaking)
    return as_pdf(data, number)
