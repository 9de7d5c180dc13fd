"""Sets with many rows: education, work, family … add, change, ask to delete, prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Showing
from dangan.dictionary.rules import InfoSet
from dangan.dossiers.collection.forms import PaperForm
from dangan.dossiers.forms import RowForm, Slot
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import Conflict, InvalidRecord
from dangan.dossiers.self_service import actions
from dangan.dossiers.self_service.queries import LABELS, Own, OwnRow
from dangan.dossiers.self_service.rules import FILTERS, counts_of, filter_of
from dangan.dossiers.self_service.views.info import REFUSALS, changes_of
from dangan.dossiers.self_service.views.telling import sentence_of
from dangan.dossiers.views import shown
from dangan.dossiers.views.edit import form_context
from dangan.files import responses
from dangan.files.rules import BadFile
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say


def _set_of(own: Own, key: str) -> InfoSet:
    info_set = own.set_of(key, multiple=True)
    if not own.editable(info_set):
        raise Absent
    return info_set


@page("self.edit")
@require_safe
def rows(request: ActorRequest, info_set: str) -> HttpResponse:
    """The rows with where each stands, by state."""
    own = Own(request.actor, sets=[info_set])
    known = _set_of(own, info_set)
    return _page(request, own, known)


def _page(request: ActorRequest, own: Own, known: InfoSet, problem: str = "") -> HttpResponse:
    # What waits for its person stands first.
    found = sorted(own.rows(known.key), key=lambda row: (not row.writable, not row.locked))
    state = request.GET.get("state", "")
    chosen = state if state in FILTERS else ""
    counts = counts_of(row.state for row in found)
    context = {
        "own": own,
        "key": known.key,
        "label": shown.label(known),
        "help": in_language(known.help, known.help_en),
        "rows": [row for row in found if not chosen or filter_of(row.state) == chosen],
        "all": len(found),
        "filters": [(key, LABELS[key], counts[key]) for key in FILTERS],
        "chosen": chosen,
        "pending": changes_of(own, own.pending([known.key])),
        "problem": problem,
        "may_change": not own.closed,
        "nav": "me",
    }
    status = 422 if problem else 200
    response = render(request, "dossiers/self/rows.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@page("self.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: ActorRequest, info_set: str, row: UUID | None = None) -> HttpResponse:
    """The form of one row; without ``row`` of a new one."""
    own = Own(request.actor, sets=[info_set])
    known = _set_of(own, info_set)
    found = own.row(info_set, row) if row else None
    if own.closed or (found is not None and (found.locked or not found.own or found.deletes)):
        raise Absent
    data = request.POST if request.method == "POST" else None
    form = _form(request, own, known, found, data)
    problem = ""
    if data is not None and form.is_valid():
        problem = _keep(request, own, known, found, form)
        if not problem and not form.errors:
            messages.success(request, _("草稿已保存，提交审批后才会生效。"))
            return redirect("self:rows", known.key)
    context = {
        "key": known.key,
        "label": shown.label(known),
        "form": form,
        "lines": form.lines(),
        "row": found,
        "base_version": data.get("base_version", "") if data is not None
        else (found.version if found else 0),
        "problem": problem,
        "nav": "me",
    }  # fmt: skip
    status = 422 if data is not None else 200
    response = render(request, "dossiers/self/row.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _form(
    request: ActorRequest,
    own: Own,
    known: InfoSet,
    found: OwnRow | None,
    data: Mapping[str, Any] | None,
) -> RowForm:
    offered = own.editable(known)
    values = found.values if found else {}
    cells = {cell.item.key: cell for cell in found.cells} if found else {}
    slots = [
        Slot(
            item,
            Showing.PLAIN,
            item.key in offered,
            values.get(item.key),
            cells[item.key].text if item.key in cells else "",
        )
        for item in own.view.sets[known.key].fields
        if item.key in offered or found is not None
    ]
    return RowForm(known, slots, form_context(request.actor), data, bare=True)


def _keep(
    request: ActorRequest, own: Own, known: InfoSet, found: OwnRow | None, form: RowForm
) -> str:
    base = request.POST.get("base_version", "")
    version = int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0
    wanted = actions.Wanted(known.key, found, version, form.patch())
    try:
        actions.keep_rows(request.actor, own, [wanted])
    except InvalidRecord as invalid:
        for problem in invalid.problems:
            form.refuse(problem.field, say(problem.message))
    except Conflict:
        return _("你打开后，这条记录有了新版本，没有保存。请核对现在的内容再改。")
    except REFUSALS as refused:
        return sentence_of(refused)
    return ""


@page("self.edit")
@require_POST
def delete(request: ActorRequest, info_set: str, row: UUID) -> HttpResponse:
    """申请删除: goes into the draft like any change."""
    own = Own(request.actor, sets=[info_set])
    _set_of(own, info_set)
    found = own.row(info_set, row)
    if found.locked or not found.own:
        raise Absent
    try:
        actions.ask_to_delete(request.actor, own, info_set, found)
    except REFUSALS as refused:
        messages.warning(request, sentence_of(refused))
    except Conflict:
        messages.warning(request, _("你打开后，这条记录有了新版本，请核对后再申请删除。"))
    else:
        messages.success(request, _("已记为申请删除，提交审批后才会生效。"))
    return redirect("self:rows", info_set)


@page("self.edit")
@require_POST
def attach(request: ActorRequest, info_set: str, row: UUID) -> HttpResponse:
    """Puts a proof to what is asked of a row."""
    own = Own(request.actor, sets=[info_set])
    known = own.set_of(info_set)
    found = own.row(info_set, row)
    if found.proposal is None or not found.writable:
        raise Absent
    form = PaperForm(request.POST, request.FILES)
    problem = ""
    if getattr(request, "upload_too_large", False):
        problem = _("文件太大，没有保存。请压缩到 10 MB 以内再上传。")
    elif not form.is_valid():
        problem = " ".join(map(str, form["file"].errors))
    else:
        given = form.cleaned_data["file"]
        try:
            proposals.attach(
                request.actor,
                proposal=found.proposal,
                row_key=found.key,
                name=given.name,
                data=given.read(),
            )
        except BadFile as bad:
            problem = say(bad.message)
        except REFUSALS as refused:
            problem = sentence_of(refused)
    if problem and known.multiple:
        return _page(request, own, known, problem)
    if problem:
        messages.warning(request, problem)
    else:
        messages.success(request, _("已附上证明材料。"))
    return redirect(_back(known))


@page("self.edit")
@require_POST
def detach(request: ActorRequest, info_set: str, row: UUID, file: UUID) -> HttpResponse:
    """Takes a proof off again."""
    own = Own(request.actor, sets=[info_set])
    known = own.set_of(info_set)
    found = own.row(info_set, row)
    if found.proposal is None or not found.writable or str(file) == found.asked_photo:
        raise Absent
    proposals.detach(request.actor, proposal=found.proposal, row_key=found.key, file=file)
    messages.success(request, _("已删除"))
    return redirect(_back(known))


@page("self.edit")
@require_safe
def proof(request: ActorRequest, info_set: str, row: UUID, file: UUID) -> HttpResponse:
    """A proof of one's own, as a picture with a watermark."""
    own = Own(request.actor, sets=[])
    found = own.row(info_set, row)
    if file not in {item.id for item in found.proofs}:
        raise Absent
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 5 else 1
    return responses.preview(
        request, request.actor, file, page=wanted, width=800, why=_("本人查看证明材料")
    )


def _back(known: InfoSet) -> str:
    if known.multiple:
        return reverse("self:rows", args=[known.key])
    return reverse("self:edit") + f"#s-{known.key}"
