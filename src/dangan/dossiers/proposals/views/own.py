"""One's own proposal: what it changes, row by row, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.dictionary.rules import Message
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.proposals.refusals import BadState, Claimed, Stale
from dangan.dossiers.proposals.shapes import ProposalLine
from dangan.dossiers.rules import Conflict, InvalidRecord
from dangan.files.rules import BadFile
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart, CaseMoved, NotAllowed

SHAPES = {
    "draft": "draft",
    "open": "run",
    "waiting": "run",
    "returned": "back",
    "effective": "ok",
    "refused": "off",
    "withdrawn": "off",
}


@dataclass(frozen=True, slots=True)
class May:
    """What the page offers."""

    edit: bool
    withdraw: bool
    reopen: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was not done, and the case it is about when the reader may see it."""

    text: str
    case: UUID | None = None
    status: int = 422


@page("dossier.open")
@require_safe
def proposal(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """The proposal with its comparison; a draft or returned one can be changed here."""
    return _answer(request, proposal)


def _answer(request: ActorRequest, proposal: UUID, problem: Problem | None = None) -> HttpResponse:
    line = _line(request, proposal)
    view = queries.view(request.actor, proposal)
    context = {
        "view": view,
        "line": line,
        "shape": SHAPES[line.state],
        "may": May(
            edit=line.state in ("draft", "returned"),
            withdraw=line.state == "open",
            reopen=line.state in ("withdrawn", "refused"),
        ),
        "typed": {
            "effective": request.POST.get("effective", "")
            or (line.effective.isoformat() if line.effective else ""),
            "words": request.POST.get("words", view.words),
        },
        "problem": problem.text if problem else "",
        "problem_case": problem.case if problem else None,
        "nav": "me" if view.subject == request.actor.subject else "roster",
    }
    status = problem.status if problem else 200
    response = render(request, "dossiers/proposals/proposal.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _line(request: ActorRequest, proposal: UUID) -> ProposalLine:
    found = next((item for item in queries.mine(request.actor) if item.id == proposal), None)
    if found is None:
        raise Absent
    return found


def problem_of(error: Exception) -> Problem:
    """What went wrong, for the person who did it."""
    if isinstance(error, Claimed):
        return Problem(say(error.message), error.case, 409)
    if isinstance(error, Conflict):
        return Problem(
            _("你起草后，要改的记录有了新版本。请打开那一行核对后再提交，草稿还在。"), status=409
        )
    if isinstance(error, InvalidRecord):
        return Problem(" ".join(say(item.message) for item in error.problems))
    if isinstance(error, Stale | CaseMoved):
        return Problem(_("这份变更在别处改过，这一次没有存。下面是现在的内容。"), status=409)
    if isinstance(error, BadState | BadFile | CannotStart | NotAllowed):
        return Problem(say(error.message), status=409 if isinstance(error, BadState) else 422)
    raise error


REFUSALS = (
    BadFile, BadState, CannotStart, CaseMoved, Claimed, Conflict, InvalidRecord, NotAllowed, Stale,
)  # fmt: skip


def _done(
    request: ActorRequest, proposal: UUID, act: Callable[[], str], *, to: str = ""
) -> HttpResponse:
    """Does ``act`` and goes on to ``to`` with its sentence, or shows the page with the reason."""
    try:
        sentence = act()
    except REFUSALS as error:
        return _answer(request, proposal, problem_of(error))
    messages.success(request, sentence)
    return redirect(to or reverse("proposals:proposal", args=[proposal]))


@page("dossier.open")
@require_POST
def submit(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """Sends it on its way."""

    def act() -> str:
        sent = actions.submit(
            request.actor,
            proposal=proposal,
            words=request.POST.get("words", "")[:200],
            effective=_day(request.POST.get("effective", "")),
        )
        return sent_sentence(sent)

    return _done(request, proposal, act)


def sent_sentence(sent: actions.Submitted) -> str:
    """What is said after a proposal was sent."""
    if sent.direct:
        return _("已生效，更新记录 {number}。").format(number=sent.change_number)
    return _("已提交审批，编号 {number}。").format(number=sent.case_number)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@page("dossier.open")
@require_POST
def withdraw(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """收回."""

    def act() -> str:
        actions.withdraw(request.actor, proposal=proposal)
        return _("已收回，可以修改后再提交。")

    return _done(request, proposal, act)


@page("dossier.open")
@require_POST
def reopen(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """A draft again."""

    def act() -> str:
        actions.reopen(request.actor, proposal=proposal)
        return _("已转为草稿。")

    return _done(request, proposal, act)


@page("dossier.open")
@require_POST
def discard(request: ActorRequest, proposal: UUID) -> HttpResponse:
    """Away with a draft, or back with a returned one."""
    line = _line(request, proposal)
    view = queries.view(request.actor, proposal)

    def act() -> str:
        actions.discard(request.actor, proposal=proposal)
        return _("已撤回。") if line.case else _("草稿已删除。")

    gone = reverse("dossiers:dossier", args=[view.subject])
    return _done(request, proposal, act, to="" if line.case else gone)


@page("dossier.open")
@require_POST
def drop(request: ActorRequest, proposal: UUID, row: UUID) -> HttpResponse:
    """Takes a row out."""

    def act() -> str:
        actions.drop_row(request.actor, proposal=proposal, row_key=row)
        return _("已去掉这一行的改动。")

    return _done(request, proposal, act)


@page("dossier.open")
@require_POST
def attach(request: ActorRequest, proposal: UUID, row: UUID) -> HttpResponse:
    """Adds proofs to a row; one that is refused leaves the others where they are."""

    def act() -> str:
        files = request.FILES.getlist("file")
        if not files or getattr(request, "upload_too_large", False):
            raise BadState(Message("没有收到文件，每份 20 MB 以内，请重新选择。"))
        for file in files:
            actions.attach(
                request.actor,
                proposal=proposal,
                row_key=row,
                name=file.name or "",
                data=file.read(),
            )
        return _("已上传 {n} 份证明材料。").format(n=len(files))

    return _done(request, proposal, act)


@page("dossier.open")
@require_POST
def detach(request: ActorRequest, proposal: UUID, row: UUID, file: UUID) -> HttpResponse:
    """Takes a proof off."""

    def act() -> str:
        actions.detach(request.actor, proposal=proposal, row_key=row, file=file)
        return _("已删除这份证明材料。")

    return _done(request, proposal, act)
