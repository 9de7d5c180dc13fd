"""HR's page of one form: what was filled in, and back with words or into a dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor, Refused, Showing, scope
from dangan.dossiers.collection import actions, queries
from dangan.dossiers.collection.forms import ReturnForm
from dangan.dossiers.collection.models import Invitation
from dangan.dossiers.collection.queries import FormView
from dangan.dossiers.collection.views.managing import LABELS, MARKS
from dangan.dossiers.forms import FormContext, FormLine, RowForm, Slot
from dangan.dossiers.rules import InvalidRecord
from dangan.dossiers.views import shown
from dangan.dossiers.views.edit import form_context
from dangan.files import responses
from dangan.ui.messages import say
from dangan.workflow import queries as workflow_queries
from dangan.workflow.queries import CaseLine

NEWCOMER = "newcomer"
"""The kind of case that a confirmed form goes on as; a room above opens it."""

POST_FIELDS = ("unit", "position", "joined", "employment_form", "supervisor")
"""What HR says of the post when the dossier is made; the rest follows in the dossier."""


@dataclass(frozen=True, slots=True)
class EnteringForms:
    """HR's part of the new dossier: the number, and the post."""

    identity: RowForm
    post: RowForm

    def lines(self) -> list[FormLine]:
        return [*self.identity.lines(), *self.post.lines()]

    def is_valid(self) -> bool:
        return sum(not form.is_valid() for form in (self.identity, self.post)) == 0

    def entering(self) -> actions.Entering:
        given = [
            {key: value for key, value in form.patch().items() if value is not None}
            for form in (self.identity, self.post)
        ]
        return actions.Entering(identity=given[0], post=given[1])

    def refuse(self, invalid: InvalidRecord) -> str:
        """Puts problems beside their fields; gives the sentences about the newcomer's own."""
        form = {"identity": self.identity, "post": self.post}.get(invalid.info_set)
        rest = []
        for problem in invalid.problems:
            if form is not None and f"v-{problem.field}" in form.fields:
                form.refuse(problem.field, say(problem.message))
            else:
                rest.append(say(problem.message))
        return " ".join(rest)


def _entering_forms(
    actor: Actor, view: FormView, data: Mapping[str, Any] | None = None
) -> EnteringForms:
    context = form_context(actor)
    first_day = view.guest.first_day if view.guest else ""
    known = {"unit": str(view.unit), "joined": first_day}
    return EnteringForms(
        identity=_row_form(actor, context, "identity", ("employee_number",), known={}, data=data),
        post=_row_form(actor, context, "post", POST_FIELDS, known=known, data=data),
    )


def _row_form(
    actor: Actor,
    context: FormContext,
    key: str,
    wanted: tuple[str, ...],
    *,
    known: Mapping[str, str],
    data: Mapping[str, Any] | None,
) -> RowForm:
    info_set = context.dictionary.sets[key]
    slots = [
        Slot(item, Showing.PLAIN, editable=True, value=known.get(item.key))
        for name in wanted
        if (item := info_set.by_key.get(name)) is not None
        and not item.retired
        and scope(actor, "edit", key, item.key, item.field_class).plain
    ]
    return RowForm(info_set, slots, context, data, prefix=key, bare=True)


@page("collection.manage")
@require_safe
def form(request: ActorRequest, invitation: UUID) -> HttpResponse:
    """One form as it stands."""
    view = queries.form(request.actor, invitation)
    return _page(request, view)


@page("collection.manage")
@require_POST
def give_back(request: ActorRequest, invitation: UUID) -> HttpResponse:
    """退回: with words; the link works again."""
    view = queries.form(request.actor, invitation)
    asked = ReturnForm(request.POST)
    if asked.is_valid():
        try:
            until = actions.return_form(
                request.actor,
                invitation=invitation,
                version=_version(request),
                **asked.cleaned_data,
            )
        except InvalidRecord as invalid:
            asked.refuse(invalid)
        else:
            day = until.astimezone().strftime("%Y-%m-%d")
            messages.success(
                request, _("已退回，原来的链接可以继续使用，到 {day}。").format(day=day)
            )
            return redirect("collection:form", invitation)
    return _page(request, view, returning=asked)


@page("people.create")
@require_POST
def confirm(request: ActorRequest, invitation: UUID) -> HttpResponse:
    """确认建档: the form becomes a dossier."""
    view = queries.form(request.actor, invitation)
    entering = _entering_forms(request.actor, view, request.POST)
    problem = ""
    if entering.is_valid():
        try:
            written = actions.confirm(
                request.actor,
                invitation=invitation,
                version=_version(request),
                entering=entering.entering(),
            )
        except InvalidRecord as invalid:
            problem = entering.refuse(invalid)
        except Refused as refused:
            problem = say(refused.reason) or _("你没有在这个部门建档的权限。")
        else:
            text = _("已建档，更新记录 {number}。").format(number=written.number)
            messages.success(request, text)
            return redirect("collection:form", invitation)
    return _page(request, view, entering=entering, problem=problem)


@page("collection.manage")
@require_http_methods(["GET", "HEAD"])
def paper(request: ActorRequest, invitation: UUID, file: UUID) -> HttpResponse:
    """A proof or the portrait of a submitted form, with the watermark."""
    queries.paper_of(request.actor, invitation, file)
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 5 else 1
    return responses.preview(request, request.actor, file, page=wanted, why=_("核对信息采集表"))


def _newcomers_case(actor: Actor, view: FormView) -> CaseLine | None:
    """What a confirmed form went on as, if the actor may see that case."""
    if view.state != Invitation.State.CONFIRMED or view.subject is None:
        return None
    cases = workflow_queries.of_subject(actor, view.subject)
    return next((case for case in cases if case.kind == NEWCOMER), None)


def _version(request: ActorRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(
    request: ActorRequest,
    view: FormView,
    *,
    entering: EnteringForms | None = None,
    returning: ReturnForm | None = None,
    problem: str = "",
) -> HttpResponse:
    submitted = view.state == Invitation.State.SUBMITTED
    may_confirm = submitted and request.actor.may("people.create")
    if may_confirm and entering is None:
        entering = _entering_forms(request.actor, view)
    sets = [
        (shown.label(section.info_set), shown.SET_ICONS.get(section.info_set.key, "folder"),
         section)
        for section in view.sections
    ]  # fmt: skip
    labels = {section.info_set.key: shown.label(section.info_set) for section in view.sections}
    context = {
        "view": view,
        "case": _newcomers_case(request.actor, view),
        "mark": MARKS[view.state],
        "state_label": LABELS[view.state],
        "sets": sets,
        "warnings": [(labels.get(key, ""), message) for key, message in view.warnings],
        "entering": entering.lines() if entering and may_confirm else (),
        "returning": returning or ReturnForm(),
        "problem": problem,
        "errors": bool(problem) or any(line.bound and line.bound.errors
                                       for line in (entering.lines() if entering else ())),
        "nav": "collection",
    }  # fmt: skip
    bad = request.method == "POST"
    response = render(request, "collection/form.html", context, status=422 if bad else 200)
    response["Cache-Control"] = "no-store"
    return response
