"""Destruction lists: under way, the ledger, one of them, witnessing, executing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.factors.actions import NotEnrolled, WrongCode
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import drop_item, give_opinion
from dangan.materials.disposal.forms import CodeForm, SubmitForm
from dangan.materials.disposal.models import DestructionList, Item
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.queries import lists as queries
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart


@page("disposal.view")
@require_safe
def lists(request: ActorRequest) -> HttpResponse:
    """Lists under way."""
    context = {"lines": queries.lists(request.actor), "nav": "disposal", "section": "lists"}
    return render(request, "disposal/lists.html", context)


@page("disposal.view")
@require_safe
def ledger(request: ActorRequest) -> HttpResponse:
    """What was destroyed, by numbers and counts."""
    lines = queries.lists(request.actor, ledger=True)
    context = {"lines": lines, "nav": "disposal", "section": "ledger"}
    return render(request, "disposal/ledger.html", context)


@page("disposal.view")
@require_safe
def one(request: ActorRequest, list_: UUID) -> HttpResponse:
    """One list."""
    return _one(request, list_, SubmitForm())


def _one(request: ActorRequest, list_: UUID, form: SubmitForm, status: int = 200) -> HttpResponse:
    view = queries.list_view(request.actor, list_)
    if not form.is_bound and view.names.group:
        form = SubmitForm(initial={"group": "、".join(view.names.group)})
    context = {
        "list": view,
        "form": form,
        "opinions": Item.Opinion.choices,
        "nav": "disposal",
        "section": "lists",
        "steps": _steps(view),
    }
    return render(request, "disposal/list.html", context, status=status)


def _steps(view: queries.ListView) -> list[tuple[str, str]]:
    """The way of a list: label and ``done``, ``now`` or ``todo``."""
    order = ["draft", "open", "approved", "executing", "done"]
    labels = [_("鉴定"), _("审批"), _("监销"), _("销毁"), _("销毁证明")]
    if view.state not in order:
        return []
    at = order.index(view.state)
    if view.state == "done":
        at = len(order)
    return [
        (label, "done" if place < at else "now" if place == at else "todo")
        for place, label in enumerate(labels)
    ]


@page("disposal.manage")
@require_POST
def opinions(request: ActorRequest, list_: UUID) -> HttpResponse:
    """Stores the appraisal's opinions on all items that were sent; or takes one off."""
    dropped = request.POST.get("drop", "")
    try:
        if dropped:
            drop_item(request.actor, list_=list_, item=UUID(dropped))
        else:
            _store(request.actor, list_, request.POST)
            messages.success(request, _("鉴定意见已保存"))
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
    except ValueError:
        messages.error(request, _("表单不完整，请刷新后重新填写。"))
    return redirect("disposal:list", list_)


def _store(actor: Actor, list_: UUID, data: QueryDict) -> None:
    for item in data.getlist("item"):
        years = data.get(f"{item}-years", "")
        give_opinion(
            actor,
            list_=list_,
            item=UUID(item),
            opinion=data.get(f"{item}-opinion", ""),
            years=int(years) if years.isdecimal() and len(years) < 4 else 0,
            reason=data.get(f"{item}-reason", "")[:400],
        )


@page("disposal.manage", step_up=True)
@require_POST
def submit(request: ActorRequest, list_: UUID) -> HttpResponse:
    """Sends the list on its way, with the opinions as they stand in the form."""
    form = SubmitForm(request.POST)
    if form.is_valid():
        try:
            row = actions.submit(
                request.actor, list_=list_, group=form.names(), words=form.cleaned_data["words"]
            )
        except (DisposalProblem, CannotStart) as problem:
            form.add_error(None, say(problem.message))
        else:
            done = _("清册 {number} 已提交审批")
            messages.success(request, done.format(number=row.number))
            return redirect("disposal:list", list_)
    return _one(request, list_, form, status=422)


@page("disposal.manage")
@require_POST
def discard(request: ActorRequest, list_: UUID) -> HttpResponse:
    """Gives a draft up."""
    try:
        actions.discard_draft(request.actor, list_=list_)
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
        return redirect("disposal:list", list_)
    messages.success(request, _("清册已作废，其中的档案回到到期清单"))
    return redirect("disposal:home")


@page("disposal.witness")
@require_http_methods(["GET", "HEAD", "POST"])
def witness(request: ActorRequest, list_: UUID) -> HttpResponse:
    """What a witness confirms, on a telephone too."""
    form = CodeForm(request.POST or None)
    enrol = False
    if request.method == "POST" and form.is_valid():
        try:
            actions.witness(request.actor, list_=list_, code=form.cleaned_data["code"])
        except NotEnrolled as problem:
            enrol = True
            form.add_error("code", say(problem.message))
        except (WrongCode, DisposalProblem) as problem:
            form.add_error("code", say(problem.message))
        else:
            messages.success(request, _("已确认监销"))
            return redirect("disposal:list", list_)
    view = queries.list_view(request.actor, list_)
    context = {"list": view, "form": form, "enrol": enrol, "nav": "disposal"}
    status = 422 if form.errors else 200
    return render(request, "disposal/witness.html", context, status=status)


@page("disposal.manage", step_up=True)
@require_POST
def execute(request: ActorRequest, list_: UUID) -> HttpResponse:
    """Destroys what was approved and witnessed."""
    if request.POST.get("number", "").strip() != _number(list_):
        messages.error(request, _("请输入清册编号，以免误操作。没有销毁。"))
        return redirect("disposal:list", list_)
    try:
        row = actions.execute(request.actor, list_=list_)
    except DisposalProblem as problem:
        messages.error(request, say(problem.message))
    else:
        done = _("清册 {number} 已执行，销毁证明可以打印")
        messages.success(request, done.format(number=row.number))
    return redirect("disposal:list", list_)


def _number(list_: UUID) -> str:
    row = DestructionList.objects.filter(pk=list_).first()
    return row.number if row else "\0"
