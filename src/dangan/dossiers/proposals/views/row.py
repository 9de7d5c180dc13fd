"""One row of one's own proposal in a form, on top of what the dossier says now."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Showing
from dangan.dossiers import queries as dossiers
from dangan.dossiers.forms import RowForm, Slot
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.proposals.actions.holding import RIGHTS
from dangan.dossiers.proposals.rules import ProposedRow
from dangan.dossiers.proposals.views.own import REFUSALS, problem_of
from dangan.dossiers.queries import Opened, RowForEdit
from dangan.dossiers.rules import InvalidRecord, RowPlan
from dangan.dossiers.views import shown
from dangan.dossiers.views.edit import form_context, slots_of
from dangan.ui.messages import say


@page("dossier.open")
@require_http_methods(["GET", "POST"])
def row(request: ActorRequest, proposal: UUID, row: UUID) -> HttpResponse:
    """The form of a proposed row; saving keeps it in the draft."""
    view = queries.view(request.actor, proposal)
    held = queries.own_body(request.actor, proposal).row(row)
    if held is None or held.plan.delete:
        raise Absent
    opened = dossiers.open_subject(request.actor, view.subject)
    current = dossiers.row_for_edit(
        request.actor,
        view.subject,
        held.plan.info_set,
        held.plan.row,
        opened=opened,
        rights=RIGHTS,
    )
    slots = _slots(opened, current, held)
    if request.method == "GET":
        form = RowForm(current.info_set, slots, form_context(request.actor), bare=True)
        return _page(request, proposal, current, form, view.version)
    form = RowForm(current.info_set, slots, form_context(request.actor), request.POST, bare=True)
    version = _number(request.POST.get("version", ""))
    if not form.is_valid():
        return _page(request, proposal, current, form, version, status=422)
    plan = RowPlan(
        held.plan.info_set,
        {**held.plan.values, **form.patch()},
        held.plan.row,
        _number(request.POST.get("base_version", "")),
        held.plan.valid_from,
    )
    try:
        actions.put_row(request.actor, proposal=proposal, plan=plan, version=version, row_key=row)
    except REFUSALS as error:
        if isinstance(error, InvalidRecord):
            for problem in error.problems:
                form.refuse(problem.field, say(problem.message))
        else:
            form.add_error(None, problem_of(error).text)
        return _page(request, proposal, current, form, version, status=422)
    return redirect(reverse("proposals:proposal", args=[proposal]) + f"#r-{row}")


def _slots(opened: Opened, current: RowForEdit, held: ProposedRow) -> list[Slot]:
    """The fields with the proposed values in: what one typed oneself is seen as typed."""
    words = opened.words
    return [
        replace(
            slot,
            showing=Showing.PLAIN,
            value=(value := held.plan.values[slot.item.key]),
            text="" if value is None else words.display(slot.item, value),
        )
        if slot.editable and slot.item.key in held.plan.values
        else slot
        for slot in slots_of(current)
    ]


def _page(
    request: ActorRequest,
    proposal: UUID,
    current: RowForEdit,
    form: RowForm,
    version: int,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "lines": form.lines(),
        "set_label": shown.label(current.info_set),
        "version": version,
        "base_version": current.version,
        "back": reverse("proposals:proposal", args=[proposal]),
        "nav": "roster",
    }
    response = render(request, "dossiers/proposals/row.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
