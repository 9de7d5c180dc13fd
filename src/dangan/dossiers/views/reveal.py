"""解除掩码: a reason first, then the value for five minutes; the look is on record before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Showing
from dangan.dossiers import actions, queries
from dangan.dossiers.forms import RevealForm
from dangan.dossiers.rules import InvalidRecord
from dangan.dossiers.views import shown
from dangan.dossiers.views.fragments import swapped
from dangan.ui.messages import say
from dangan.ui.templatetags.dangan import page_url

if TYPE_CHECKING:
    from dangan.dossiers.queries import CellView, Opened

SECONDS = 300
"""How long a revealed value stays on the page."""

_IDENT = re.compile(r"[a-z0-9-]{1,120}")


@page("dossier.open", step_up=True)
@require_http_methods(["GET", "POST"])
def reveal(
    request: ActorRequest, subject: UUID, info_set: str, row: UUID, field: str
) -> HttpResponse:
    """Asks the reason (dialog or page), then shows the value."""
    cell = _masked_cell(queries.open_subject(request.actor, subject), info_set, row, field)
    form = RevealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            value = actions.reveal(
                request.actor,
                subject=subject,
                info_set=info_set,
                row=row,
                field=field,
                reason=form.reason(),
            )
        except InvalidRecord as invalid:
            for problem in invalid.problems:
                form.add_error("note", say(problem.message))
        else:
            return _answer(request, cell, _place(request), value, subject)
    return _ask(request, form, cell, subject)


def _masked_cell(opened: Opened, info_set: str, row: UUID, field: str) -> queries.PlacedCell:
    """The cell whose mask is to be lifted; anything else is absent."""
    found = queries.cell_of(opened, info_set, row, field)
    if found.cell.showing is not Showing.MASKED or not found.cell.may_reveal:
        raise Absent
    return found


def _place(request: ActorRequest) -> str:
    ident = request.GET.get("at", "")
    return ident if _IDENT.fullmatch(ident) else ""


def _ask(
    request: ActorRequest, form: RevealForm, placed: queries.PlacedCell, subject: UUID
) -> HttpResponse:
    context = {
        "form": form,
        "label": shown.label(placed.cell.field),
        "name": placed.name,
        "own": request.actor.subject == subject,
        "action": request.get_full_path(),
        "back": reverse("dossiers:dossier", args=[subject]) + f"?set={placed.cell.field.set_key}",
        "place": _place(request),
        "ask_url": _ask_url(request, placed, subject),
        "nav": "roster",
    }
    template = (
        "dossiers/parts/reveal_dialog.html"
        if swapped(request) is not None
        else "dossiers/reveal.html"
    )
    response = render(request, template, context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


def _ask_url(request: ActorRequest, placed: queries.PlacedCell, subject: UUID) -> str:
    """Where leave for longer is asked for; empty for whoever may not, and for one's own."""
    if request.actor.subject == subject or not request.actor.may("grants.request"):
        return ""
    field = placed.cell.field
    where = page_url("entitlements:ask_reveal_set", subject, field.set_key)
    return f"{where}?field={field.key}" if where else ""


def _answer(
    request: ActorRequest, placed: queries.PlacedCell, place: str, value: str, subject: UUID
) -> HttpResponse:
    cell: CellView = placed.cell
    url = request.path + (f"?at={place}" if place else "")
    masked = shown.ShownCell(cell, shown.label(cell.field), place, url)
    context = {
        "value": value or _("（空）"),
        "masked": masked,
        "seconds": SECONDS,
        "label": shown.label(cell.field),
        "name": placed.name,
        "back": reverse("dossiers:dossier", args=[subject]) + f"?set={cell.field.set_key}",
        "nav": "roster",
    }
    if swapped(request) is not None and place:
        response = render(request, "dossiers/parts/revealed.html", context)
        response["HX-Retarget"] = f"#{place}"
        response["HX-Reswap"] = "outerHTML"
        response["HX-Trigger-After-Swap"] = "dossier:revealed"
    else:
        response = render(request, "dossiers/revealed.html", context)
    response["Cache-Control"] = "no-store"
    return response
