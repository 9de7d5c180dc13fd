"""Doing something with a case: a form first, in a dialog or on a page of its own, then the verb.

Whether it may be done is decided by the verb alone; what the page offers is a courtesy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor
from dangan.ui.messages import say
from dangan.workflow import actions, queries
from dangan.workflow.forms import DeedForm
from dangan.workflow.handling import CannotTakeEffect, kind_of
from dangan.workflow.models import Case
from dangan.workflow.problems import AlreadyDecided, BadPart, CaseMoved, NotAllowed
from dangan.workflow.queries import CaseView, Turn
from dangan.workflow.queries.wording import verb_label
from dangan.workflow.views import case as case_page
from dangan.workflow.views import proving, shown
from dangan.workflow.views.words import DEEDS, Deed

FOUND = 8


@page("cases.own")
@require_http_methods(["GET", "HEAD", "POST"])
def deed(request: ActorRequest, case: UUID, verb: str) -> HttpResponse:
    """Asks for what the deed needs, then does it."""
    chosen = DEEDS.get(verb)
    if chosen is None:
        raise Absent
    view = queries.case_view(request.actor, case)
    if request.method == "POST" and chosen.key in proving.AGREEING:
        asked = proving.asked_first(request, {view.case.kind})
        if asked is not None:
            return asked
    return _Doing(request, view, chosen).answer()


class _Doing:
    """One deed on its way from the form to the verb."""

    def __init__(self, request: ActorRequest, view: CaseView, deed: Deed) -> None:
        self.request = request
        self.actor = request.actor
        self.view = view
        self.deed = deed
        given = request.POST if request.method == "POST" else request.GET
        self.turn = _turn(view, given.get("step", ""), given.get("behalf", given.get("for", "")))

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._ask(self._form())
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self._ask(form, status=422)
        try:
            done = _CALLS[self.deed.key](self.actor, self.view, form.cleaned_data)
        except (NotAllowed, CannotTakeEffect) as problem:
            form.add_error(None, say(problem.message))
            return self._ask(form, status=422)
        except AlreadyDecided as decided:
            return self._late(form, decided)
        except CaseMoved:
            return self._moved()
        text = str(self.deed.done).format(number=done.number)
        messages.success(self.request, text)
        return self._leave()

    def _form(self, data: Any = None) -> DeedForm:
        turn, deed = self.turn, self.deed
        form = DeedForm(
            data,
            choose=deed.choose,
            words=deed.words,
            words_label=deed.words_label,
            targets=_targets(turn) if turn and deed.key == "return" else (),
            signers=turn.removable if turn else (),
            initial={
                "step": turn.step if turn else "",
                "behalf": turn.on_behalf_of if turn else None,
                "version": self.view.case.version,
                "place": "before",
            },
        )
        if deed.key != "add":
            form.without_place()
        return form

    def _ask(self, form: DeedForm, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "view": self.view,
            "deed": self.deed,
            "form": form,
            "turn": self.turn,
            "next": shown.next_label(self.view) if self.deed.key == "agree" else "",
            "allowed": self._allowed(),
            "found": self._found(form),
            "back": self._back(),
            "action": reverse("workflow:deed", args=[self.view.case.id, self.deed.key]),
            "nav": "flows-todo",
        } | more
        in_dialog = bool(self.request.headers.get("HX-Request"))
        name = "deed_dialog" if in_dialog else "deed"
        return render(self.request, f"workflow/{name}.html", context, status=status)

    def _allowed(self) -> bool:
        held = self.view.may | (self.turn.verbs if self.turn else frozenset())
        return self.deed.verb in held

    def _found(self, form: DeedForm) -> list[tuple[UUID, str, bool]]:
        """People to tick: those chosen so far, and who fits what was typed."""
        if self.deed.choose == "signer":
            signers = self.turn.removable if self.turn else ()
            return [(account, name, str(account) in form.chosen) for account, name in signers]
        if not self.deed.choose or not form.is_bound:
            return []
        return found_people(self.actor, form.data.get("who", ""), form.chosen)

    def _late(self, form: DeedForm, decided: AlreadyDecided) -> HttpResponse:
        """Somebody was faster: who, when, and the words typed here are kept."""
        view = queries.case_view(self.actor, self.view.case.id)
        return self._ask(
            form,
            status=409,
            decided=decided,
            decided_word=verb_label(decided.verb),
            words=form.cleaned_data.get("words", ""),
            may_comment="comment" in view.may,
        )

    def _moved(self) -> HttpResponse:
        """The case changed since it was read: what happened last, and the form again."""
        self.view = queries.case_view(self.actor, self.view.case.id)
        data = self.request.POST.copy()
        data["version"] = str(self.view.case.version)
        last = self.view.timeline[-1] if self.view.timeline else None
        return self._ask(self._form(data), status=409, moved=True, last=last)

    def _back(self) -> str:
        return reverse("workflow:case", args=[self.view.case.id])

    def _leave(self) -> HttpResponse:
        if self.request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": self._back()})
        return redirect(self._back())


def _turn(view: CaseView, step: str, behalf: str) -> Turn | None:
    """The turn that the form is about; for a case whose step is gone there is none."""
    if step:
        for turn in view.turns:
            if turn.step == step and str(turn.on_behalf_of or "") == behalf:
                return turn
        return None
    return view.turns[0] if view.turns else None


def _targets(turn: Turn) -> list[tuple[str, str]]:
    """Where a return may go; whoever started the case first."""
    first = _("发起人，修改后重新提交")
    return [(key, label or first) for key, label in turn.targets]


Call = Callable[[Actor, CaseView, dict[str, Any]], Case]


def _own(view: CaseView, given: dict[str, Any]) -> dict[str, Any]:
    """What every verb of a step is told."""
    return {
        "case": view.case.id,
        "step": given["step"],
        "words": given.get("words", ""),
        "version": given.get("version"),
        "on_behalf_of": given.get("behalf"),
    }


def _retry(actor: Actor, view: CaseView, given: dict[str, Any]) -> Case:
    return actions.retry_act(actor, case=view.case.id, version=given.get("version"))


def _opinion(actor: Actor, view: CaseView, given: dict[str, Any]) -> Case:
    return actions.give_opinion(actor, **_own(view, given))


def _copy(actor: Actor, view: CaseView, given: dict[str, Any]) -> Case:
    return actions.copy_to(
        actor, case=view.case.id, who=given["account"], words=given.get("words", "")
    )


def _withdraw(actor: Actor, view: CaseView, given: dict[str, Any]) -> Case:
    return actions.withdraw(
        actor, case=view.case.id, words=given.get("words", ""), version=given.get("version")
    )


_CALLS: dict[str, Call] = {
    "agree": lambda actor, view, given: actions.agree(actor, **_own(view, given)),
    "refuse": lambda actor, view, given: actions.refuse(actor, **_own(view, given)),
    "return": lambda actor, view, given: actions.return_case(
        actor, **_own(view, given), to=given.get("to") or "start"
    ),
    "opinion": _opinion,
    "retry": _retry,
    "add": lambda actor, view, given: actions.add_signers(
        actor, **_own(view, given), who=given["account"], place=given.get("place") or "before"
    ),
    "remove": lambda actor, view, given: actions.remove_signer(
        actor, **_own(view, given), who=given["account"][0]
    ),
    "transfer": lambda actor, view, given: actions.transfer(
        actor, **_own(view, given), to=given["account"][0]
    ),
    "delegate": lambda actor, view, given: actions.delegate(
        actor, **_own(view, given), to=given["account"][0]
    ),
    "copy": _copy,
    "urge": lambda actor, view, _given: actions.urge(actor, case=view.case.id),
    "withdraw": _withdraw,
}


def found_people(
    actor: Actor, text: str, chosen: list[str], limit: int = FOUND
) -> list[tuple[UUID, str, bool]]:
    """Those ticked already, then who fits ``text``: (account, label, ticked)."""
    wanted = [account for account in map(_uuid, chosen) if account]
    labels = names_of_accounts(wanted)
    found = [(account, labels[account], True) for account in wanted if account in labels]
    if text.strip():
        found += [
            (account, label, False)
            for account, label in queries.people_to_choose(actor, text.strip()[:60], limit)
            if account not in labels
        ]
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@page("cases.own")
@require_POST
def people(request: ActorRequest) -> HttpResponse:
    """The list to tick people in, as the reader types; the text comes in the body."""
    chosen = request.POST.getlist("account")[:20]
    found = found_people(request.actor, request.POST.get("who", ""), chosen)
    if request.accepts("application/json") and not request.accepts("text/html"):
        told = [{"value": str(account), "text": name} for account, name, _ticked in found]
        return JsonResponse({"people": told}, headers={"Cache-Control": "no-store"})
    context = {
        "found": found,
        "several": request.POST.get("several") == "1",
        "typed": request.POST.get("who", "").strip(),
    }
    response = render(request, "workflow/parts/found.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("cases.own")
@require_POST
def fill(request: ActorRequest, case: UUID, step: str) -> HttpResponse:
    """Stores what a fill step asks for, and agrees with it."""
    view = queries.case_view(request.actor, case)
    asked = proving.asked_first(request, {view.case.kind})
    if asked is not None:
        return asked
    behalf = request.POST.get("behalf", "")
    turn = _turn(view, step, behalf)
    part = turn.part if turn else request.POST.get("part", "")[:40]
    try:
        actions.fill(
            request.actor,
            case=case,
            step=step,
            part=part,
            data=request.POST,
            words=request.POST.get("words", "").strip()[:2000],
            version=_number(request.POST.get("version", "")),
            on_behalf_of=_uuid(behalf),
        )
    except BadPart as bad:
        return _refilled(request, view, turn, bad.form, status=422)
    except (NotAllowed, CannotTakeEffect) as problem:
        return _refused_fill(request, view, turn, say(problem.message), 422)
    except AlreadyDecided as decided:
        text = _("{who} 已先办理这一步，你填写的内容没有保存，仍留在下面。").format(who=decided.who)
        return _refused_fill(request, view, turn, text, 409)
    except CaseMoved:
        text = _("你打开后，这件流程有了新进展。请看过办理过程，再提交一次；填写的内容都还在。")
        return _refused_fill(request, view, turn, text, 409)
    messages.success(request, _("已填写并同意 {number}。").format(number=view.number))
    return redirect("workflow:case", case)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _refused_fill(
    request: ActorRequest, view: CaseView, turn: Turn | None, text: str, status: int
) -> HttpResponse:
    """The page again with the form as it was sent and the reason above it."""
    fresh = queries.case_view(request.actor, view.case.id)
    part = turn.part if turn else request.POST.get("part", "")[:40]
    try:
        form = kind_of(view.case.kind).fill_form(request.actor, view.case, part, request.POST)
    except LookupError:
        raise Absent from None
    return _refilled(request, fresh, turn, form, status=status, fill_problem=text)


def _refilled(
    request: ActorRequest, view: CaseView, turn: Turn | None, form: Any, **more: Any
) -> HttpResponse:
    shown_fill = case_page.Fill(view.case, turn, form) if turn else None
    return case_page.answer(request, view, fill=shown_fill, **more)
