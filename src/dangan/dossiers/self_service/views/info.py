"""我的信息: the overview, and the form of everything there is one row of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Showing
from dangan.audit import queries as audit_queries
from dangan.dictionary.rules import OWNERS, InfoSet
from dangan.dossiers.forms import FormContext, FormLine, RowForm, Slot
from dangan.dossiers.models import Change
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import Conflict, InvalidRecord
from dangan.dossiers.self_service import actions
from dangan.dossiers.self_service.queries import RETURNED, Own, OwnRow
from dangan.dossiers.self_service.views.telling import say_sent, sentence_of
from dangan.dossiers.views import shown
from dangan.dossiers.views.dossier import portrait_url
from dangan.dossiers.views.edit import form_context
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart

RECENT = timedelta(days=30)
LOOKS_COUNTED = 200
REFUSALS = (proposals.BadState, proposals.Claimed, proposals.Stale, actions.NotAllowed)


@dataclass(frozen=True, slots=True)
class SetLine:
    """One information set on the overview."""

    label: str
    icon: str
    url: str
    text: str
    mark: str
    editable: bool


@page(None, login_only=True)
@require_safe
def me(request: ActorRequest) -> HttpResponse:
    """The own dossier at a glance; an account without one is told so."""
    actor = request.actor
    if actor.subject is None or not actor.may("self.edit") or not actor.may("dossier.open"):
        return render(request, "dossiers/no_dossier.html", {"nav": "me"})
    own = Own(actor)
    lines = [_set_line(own, key) for key in own.view.sets]
    since = timezone.now() - RECENT
    seen = audit_queries.looked_at(own.subject, limit=LOOKS_COUNTED)
    others = [event for event in seen if event.actor != actor.id and event.at >= since]
    context = {
        "own": own,
        "view": own.view,
        "post": shown.text_of(own.view, "post.position"),
        "unit": own.opened.tree.label(own.view.unit) if own.view.unit else "",
        "number": shown.text_of(own.view, "identity.employee_number"),
        "joined": shown.text_of(own.view, "post.joined"),
        "portrait_url": portrait_url(own.view),
        "missing": len(own.view.completeness.missing) if own.view.completeness else 0,
        "lines": lines,
        "looks": len(others),
        "looks_more": len(seen) >= LOOKS_COUNTED,
        "version": Change.objects.filter(subject=own.subject).count(),
        "pending": changes_of(own, own.pending()),
        "nav": "me",
    }
    return _private(render(request, "dossiers/self/me.html", context))


def _set_line(own: Own, key: str) -> SetLine:
    info_set = own.view.sets[key].info_set
    editable = bool(own.editable(info_set)) and not own.closed
    rows = own.rows(key)
    counts = {state: sum(1 for row in rows if row.state == state) for state in
              ("returned", "draft", "open", "waiting")}  # fmt: skip
    mark, text = "", ""
    for state, words, kind in (
        ("returned", _("{n} 条已退回"), "back"),
        ("draft", _("{n} 条未提交"), "draft"),
        ("open", _("{n} 条审批中"), "run"),
        ("waiting", _("{n} 条待生效"), "run"),
    ):
        if counts[state] and not text:
            mark, text = kind, words.format(n=counts[state])
            text = text if info_set.multiple else rows[0].label
    if not text and info_set.multiple and rows:
        text = _("{n} 条").format(n=len(rows))
    if editable:
        url = set_url(info_set)
    else:
        url = reverse("dossiers:dossier", args=[own.subject]) + f"?set={key}"
    label = shown.label(info_set)
    return SetLine(label, shown.SET_ICONS.get(key, "folder"), url, text, mark, editable)


def set_url(info_set: InfoSet) -> str:
    """Where one asks for changes of a set."""
    if info_set.multiple:
        return reverse("self:rows", args=[info_set.key])
    return reverse("self:edit") + f"#s-{info_set.key}"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One thing that is asked for, in the red box: a field, or a whole row."""

    label: str
    old: str
    new: str
    path: str
    undo_url: str
    field: str
    url: str
    returned: bool = False


def changes_of(own: Own, rows: Sequence[OwnRow]) -> list[ChangedLine]:
    """What is asked for and not on its way, field by field for single rows."""
    found = []
    by_key = {row.key: row for row in rows}
    for key, item in own.view.sets.items():
        info_set = item.info_set
        for row in own.rows(key):
            if row.key not in by_key or not row.writable:
                continue
            undo = reverse("self:undo", args=[key, row.key])
            returned = row.state == RETURNED
            if info_set.multiple:
                old = row.title if not row.new else ""
                new = "" if row.deletes else row.title
                if not row.deletes and not row.new:
                    old, new = "、".join(cell.label for cell in row.changes), row.title
                label = shown.label(info_set)
                found.append(
                    ChangedLine(_row_label(row, label), old if row.deletes else "", new, "", undo,
                                "", set_url(info_set), returned)
                )  # fmt: skip
                continue
            found += [
                ChangedLine(
                    cell.label, cell.old, cell.text, f"{key}.{cell.item.key}", undo,
                    cell.item.key, set_url(info_set), returned,
                )
                for cell in row.changes
            ]  # fmt: skip
    return found


def _row_label(row: OwnRow, label: str) -> str:
    if row.deletes:
        return _("删除{label}").format(label=label)
    return (_("增加{label}") if row.new else _("修改{label}")).format(label=label)


@dataclass(frozen=True, slots=True)
class EditLine:
    """One field of the form: ``raw`` is what its control holds when nothing is changed."""

    line: FormLine
    path: str
    raw: str
    was: str
    changed: bool


@dataclass(frozen=True, slots=True)
class EditSection:
    """One single-row set on the form."""

    key: str
    label: str
    owner: str
    form: RowForm
    lines: tuple[EditLine, ...]
    row: OwnRow | None
    base_version: int

    @property
    def locked(self) -> bool:
        return self.row is not None and self.row.locked

    @property
    def owner_label(self) -> str:
        """The department that keeps what is read-only here."""
        return in_language(*OWNERS[self.owner])


@page("self.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest) -> HttpResponse:
    """Everything there is one row of, in one form: white what one may ask to change."""
    data = request.POST if request.method == "POST" else None
    own = Own(request.actor)
    parts = _sections(own, form_context(request.actor), data)
    problems: list[str] = []
    if data is not None and sum(not part.form.is_valid() for part in parts) == 0:
        problems = _take(request, own, parts, submits=data.get("then") == "submit")
        if not problems:
            return redirect("self:requests" if data.get("then") == "submit" else "self:edit")
    return _edit_page(request, own, parts, problems)


def _sections(own: Own, context: FormContext, data: Mapping[str, Any] | None) -> list[EditSection]:
    found = []
    for item in own.view.sets.values():
        if item.info_set.multiple or not own.editable(item.info_set) or own.closed:
            continue
        found.append(_section(own, item.info_set, context, data))
    # What is mostly one's own to write comes first: contact before identity.
    return sorted(found, key=lambda part: sum(1 for edit in part.lines if not edit.line.bound))


def _section(
    own: Own, info_set: InfoSet, context: FormContext, data: Mapping[str, Any] | None
) -> EditSection:
    key = info_set.key
    row = own.single(key)
    offered = own.editable(info_set) if row is None or not row.locked else frozenset()
    values, stored = (row.values, row.stored) if row else ({}, {})
    cells = {cell.item.key: cell for cell in row.cells} if row else {}
    slots, bases = [], []
    for item in own.view.sets[key].fields:
        text = cells[item.key].text if item.key in cells else ""
        editable = item.key in offered
        slots.append(Slot(item, Showing.PLAIN, editable, values.get(item.key), text))
        bases.append(Slot(item, Showing.PLAIN, editable, stored.get(item.key)))
    form = RowForm(info_set, slots, context, data, prefix=key, bare=True)
    base = RowForm(info_set, bases, context, prefix=key, bare=True)
    lines = []
    for line in form.lines():
        name = f"v-{line.item.key}"
        raw = base[name].initial if name in base.fields else None
        cell = cells.get(line.item.key)
        was = (cell.old if cell.changed else cell.text) if cell else ""
        lines.append(
            EditLine(line, line.item.path, "" if raw is None else str(raw), was,
                     bool(cell and cell.changed))
        )  # fmt: skip
    version = _version(data, key) if data is not None else (row.version if row else 0)
    return EditSection(key, shown.label(info_set), info_set.owner, form, tuple(lines), row, version)


def _version(data: Mapping[str, Any], key: str) -> int:
    text = str(data.get(f"base-{key}", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _take(
    request: ActorRequest, own: Own, parts: Sequence[EditSection], *, submits: bool
) -> list[str]:
    """Puts what was typed into the draft and, if wished, sends it; sentences if it cannot be."""
    wanted = [
        actions.Wanted(part.key, part.row, part.base_version, part.form.patch())
        for part in parts
        if not part.locked
    ]
    try:
        actions.keep_rows(request.actor, own, wanted)
    except InvalidRecord as invalid:
        return _refused(parts, invalid)
    except Conflict:
        return [_("你打开后，这部分有了新版本，没有保存。请核对现在的内容再改。")]
    except REFUSALS as refused:
        return [sentence_of(refused)]
    if not submits:
        messages.success(request, _("草稿已保存，提交审批后才会生效。"))
        return []
    return send(request, sets=[part.key for part in parts])


def send(request: ActorRequest, *, sets: Sequence[str] | None = None) -> list[str]:
    """Sends the draft and tells what came of it; sentences if it could not be sent."""
    own = Own(request.actor, sets=())
    try:
        sent = actions.submit(request.actor, own, sets=sets)
    except InvalidRecord as invalid:
        return [say(problem.message) for problem in invalid.problems]
    except Conflict as conflict:
        label = own.set_label(conflict.info_set)
        return [
            _("“{label}”有了新版本，没有提交，草稿还在。请打开核对后再提交。").format(label=label)
        ]
    except (*REFUSALS, CannotStart) as refused:
        return [sentence_of(refused)]
    if not sent:
        return [_("没有改动，请先填写再提交。")]
    say_sent(request, sent)
    return []


def _refused(parts: Sequence[EditSection], invalid: InvalidRecord) -> list[str]:
    part = next((item for item in parts if item.key == invalid.info_set), None)
    if part is None:
        return [say(problem.message) for problem in invalid.problems]
    for problem in invalid.problems:
        part.form.refuse(problem.field, say(problem.message))
    return []


def _edit_page(
    request: ActorRequest, own: Own, parts: Sequence[EditSection], problems: Sequence[str]
) -> HttpResponse:
    keys = [part.key for part in parts]
    pending = changes_of(own, own.pending(keys))
    errors = sum(len(part.form.errors) for part in parts)
    status = 422 if request.method == "POST" else 200
    context = {
        "own": own,
        "parts": parts,
        "pending": pending,
        "has_draft": own.draft is not None,
        "problems": problems,
        "errors": errors,
        "portrait_url": portrait_url(own.view),
        "nav": "me",
    }
    return _private(render(request, "dossiers/self/edit.html", context, status=status))


@page("self.edit")
@require_POST
def submit(request: ActorRequest) -> HttpResponse:
    """提交审批: everything in the draft, each set a request of its own."""
    for problem in send(request, sets=request.POST.getlist("sets")):
        messages.warning(request, problem)
        return redirect((request.POST.get("back") == "me" and "dossiers:me") or "self:edit")
    return redirect("self:requests")


@page("self.edit")
@require_POST
def restore(request: ActorRequest) -> HttpResponse:
    """全部还原: the draft is thrown away."""
    own = Own(request.actor, sets=())
    if own.draft is not None:
        proposals.discard(request.actor, proposal=own.draft.id)
        messages.success(request, _("已全部还原，草稿已删除。"))
    return redirect("dossiers:me")


@page("self.edit")
@require_POST
def undo(request: ActorRequest, info_set: str, row: UUID) -> HttpResponse:
    """Takes back what is asked of one field or one row."""
    own = Own(request.actor, sets=())
    found = own.row(info_set, row)
    field = request.POST.get("field", "")
    try:
        if field:
            actions.undo_field(request.actor, own, info_set, found, field)
        else:
            actions.undo_row(request.actor, found)
    except REFUSALS as refused:
        messages.warning(request, sentence_of(refused))
    known = own.set_of(info_set)
    return redirect(set_url(known))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
