"""A new dossier: identity, post and contact in one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Refused, Showing, scope
from dangan.dossiers import actions, queries
from dangan.dossiers.forms import FormContext, FormLine, RowForm, Slot
from dangan.dossiers.rules import InvalidRecord, RowPlan
from dangan.dossiers.views import shown
from dangan.dossiers.views.edit import form_context
from dangan.ui.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dangan.access.rules import Actor
    from dangan.dictionary.rules import InfoSet

FIRST_SETS = ("identity", "post", "contact")


class WholeForm(forms.Form):
    """What the rows of a new dossier share."""

    valid_from = RowForm.base_fields["valid_from"]
    reason = forms.CharField(
        label=gettext_lazy("建档说明"),
        required=False,
        max_length=200,
        error_messages={"max_length": gettext_lazy("说明最多 200 字。")},
    )


@dataclass(frozen=True, slots=True)
class Section:
    """One information set on the form: what one needs, and the rest folded away."""

    label: str
    form: RowForm
    first: Sequence[FormLine]
    rest: Sequence[FormLine]
    open: bool


@page("people.create")
@require_http_methods(["GET", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    """Opens a dossier; a number somebody already has is told next to its field."""
    context = form_context(request.actor)
    data = request.POST if request.method == "POST" else None
    row_forms = [_row_form(request.actor, key, context, data) for key in FIRST_SETS]
    whole = WholeForm(data, initial={"valid_from": context.today.isoformat()})
    holder: queries.Holder | None = None
    if data is not None and _all_valid((*row_forms, whole)):
        try:
            written = actions.create_subject(
                request.actor,
                rows=_plans(row_forms, whole),
                reason=whole.cleaned_data["reason"],
            )
        except InvalidRecord as invalid:
            holder = _refuse(request.actor, invalid, row_forms)
        except Refused:
            whole.add_error(
                None, _("你不能在所选部门建档，或填了不归你维护的字段；没有保存。请改选部门。")
            )
        else:
            messages.success(
                request, _("已建档，更新记录 {number}。").format(number=written.number)
            )
            return redirect("dossiers:dossier", subject=written.subject)
    page_context = {
        "sections": [_section(form) for form in row_forms],
        "whole": whole,
        "holder": holder,
        "errors": sum(len(form.errors) for form in (*row_forms, whole)),
        "nav": "roster",
    }
    return render(
        request, "dossiers/create.html", page_context, status=200 if data is None else 422
    )


def _all_valid(forms_given: Sequence[forms.BaseForm]) -> bool:
    """Checks every form, so that every error is told at once."""
    return sum(not form.is_valid() for form in forms_given) == 0


def _row_form(actor: Actor, key: str, context: FormContext, data: object) -> RowForm:
    info_set = context.dictionary.sets[key]
    return RowForm(
        info_set,
        _slots(actor, info_set),
        context,
        data,  # type: ignore[arg-type]  # request.POST or None
        prefix=key,
        bare=True,
    )


def _slots(actor: Actor, info_set: InfoSet) -> list[Slot]:
    """The fields that the actor may fill in for somebody, somewhere."""
    return [
        Slot(item, Showing.PLAIN, editable=True)
        for item in info_set.fields
        if scope(actor, "edit", info_set.key, item.key, item.field_class).plain
    ]


def _section(form: RowForm) -> Section:
    lines = form.lines()
    first = [line for line in lines if line.item.required or line.item.expected]
    rest = [line for line in lines if line not in first and line.bound is not None]
    return Section(
        label=shown.label(form.info_set),
        form=form,
        first=first,
        rest=rest,
        open=any(line.bound is not None and line.bound.errors for line in rest),
    )


def _plans(row_forms: Sequence[RowForm], whole: WholeForm) -> list[RowPlan]:
    day = whole.cleaned_data["valid_from"]
    plans = []
    for form in row_forms:
        values = {key: value for key, value in form.patch().items() if value is not None}
        if values:
            plans.append(RowPlan(form.info_set.key, values, valid_from=day))
    return plans


def _refuse(
    actor: Actor, invalid: InvalidRecord, row_forms: Sequence[RowForm]
) -> queries.Holder | None:
    """Puts each refusal beside its field; names who holds a number if the actor may know."""
    form = next(item for item in row_forms if item.info_set.key == invalid.info_set)
    holder: queries.Holder | None = None
    given = form.patch()
    for problem in invalid.problems:
        form.refuse(problem.field, say(problem.message))
        item = form.info_set.by_key.get(problem.field)
        value = given.get(problem.field)
        if item is not None and item.unique and value is not None:
            holder = holder or queries.holder_of(actor, item.path, str(value))
    return holder
