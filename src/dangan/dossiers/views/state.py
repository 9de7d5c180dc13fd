"""The life of a dossier: 草稿 → 已确认 → 已归档 …, one step at a time."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.dossiers import actions, queries
from dangan.dossiers.forms import StateForm
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import NEXT_STATES, InvalidRecord
from dangan.dossiers.views import shown
from dangan.ui.messages import say

CONSEQUENCES = {
    "confirmed": "信息已核对，等待归档。",
    "filed": "档案归档，此后每次修改都会把它标为“已变更”，待再次归档。",
    "changed": "标明归档后内容有变，需要再次归档。",
    "departed": "档案封存，不能再修改；账号权限由账号管理员另行收回。",
    "retained": "档案转入保管，按保存期限管理。",
}
"""What each step means; shown before it is taken."""


@page("dossier.state")
@require_http_methods(["GET", "POST"])
def state(request: ActorRequest, subject: UUID) -> HttpResponse:
    """Shows the next steps with what they mean, and takes one."""
    opened = queries.open_subject(request.actor, subject)
    if not opened.may_edit(opened.dictionary.sets["identity"]):
        raise Absent
    choices = shown.state_choices(NEXT_STATES[opened.subject.state], Subject.State)
    form = StateForm(choices, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["state"]
        try:
            actions.set_state(
                request.actor, subject=subject, state=to, reason=form.cleaned_data["reason"]
            )
        except InvalidRecord as invalid:
            for problem in invalid.problems:
                form.add_error("state", say(problem.message))
        else:
            messages.success(
                request, _("档案状态已变为“{state}”。").format(state=dict(choices)[to])
            )
            return redirect("dossiers:dossier", subject=subject)
    wanted = request.GET.get("to", "")
    context = {
        "subject": subject,
        "name": queries.name_in(opened),
        "form": form,
        "now": Subject.State(opened.subject.state).label,
        "state": opened.subject.state,
        "steps": [
            (value, text, _(CONSEQUENCES[value]), value == wanted or len(choices) == 1)
            for value, text in choices
        ],
        "nav": "roster",
    }
    return render(request, "dossiers/state.html", context, status=422 if form.is_bound else 200)
