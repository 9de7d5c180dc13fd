"""Correcting, adding and deleting a row; and what to do when somebody saved in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import BadValue, Message
from dangan.dictionary.values import ParseContext
from dangan.dossiers import actions, queries
from dangan.dossiers.forms import CLEAR, FormContext, RowForm, Slot, field_name
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.proposals import routes
from dangan.dossiers.proposals.refusals import BadState, Claimed, NeedsApproval
from dangan.dossiers.proposals.rules import DIRECT
from dangan.dossiers.proposals.views.own import sent_sentence
from dangan.dossiers.rules import Conflict, InvalidRecord, RowPlan, Values, merge
from dangan.dossiers.views import shown
from dangan.dossiers.views.people import person_finder
from dangan.organization import queries as organization_queries
from dangan.organization.rules import AmbiguousUnit, Tree, UnknownUnit
from dangan.ui.messages import say
from dangan.workflow.problems import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable

    from dangan.dossiers.queries import CellView, Opened, RowForEdit, RowVersionView

PICK = "pick-"
"""Name prefix of the choice between stored and own value on the conflict page."""


def form_context(actor: Actor) -> FormContext:
    """What forms need to offer choices and to read what was typed."""
    today = timezone.localdate()
    tree = organization_queries.tree()
    parsing = ParseContext(
        today=today, resolve_unit=_unit_finder(tree), resolve_subject=person_finder(actor)
    )
    return FormContext(dictionary_queries.current(), tree, parsing, today)


def _unit_finder(tree: Tree) -> Callable[[str], str]:
    def find(text: str) -> str:
        try:
            return str(tree.find(text).id)
        except (UnknownUnit, AmbiguousUnit):
            raise BadValue(Message("没有部门“{given}”，请从列表中选择。", given=text)) from None

    return find


def slots_of(current: RowForEdit) -> list[Slot]:
    """The row's fields for a form: a masked one may be overwritten, never read."""
    editable = {item.key for item in current.editable}
    return [
        Slot(
            item=item,
            showing=cell.showing if (cell := current.seen.get(item.key)) else Showing.HIDDEN,
            editable=item.key in editable,
            value=current.values.get(item.key) if cell and cell.showing is Showing.PLAIN else None,
            text=cell.text if cell else "",
        )
        for item in current.info_set.fields
        if item.key in editable or item.key in current.seen
    ]


@page("dossier.open")
@require_http_methods(["GET", "POST"])
def edit(
    request: ActorRequest, subject: UUID, info_set: str, row: UUID | None = None
) -> HttpResponse:
    """The form of one row; without ``row`` it adds one."""
    opened = queries.open_subject(request.actor, subject)
    if request.method == "GET":
        current = queries.row_for_edit(request.actor, subject, info_set, row, opened=opened)
        form = RowForm(current.info_set, slots_of(current), form_context(request.actor))
        return _form_page(request, opened, current, form)
    return _Saving(request, opened, info_set, row).answer()


class _Saving:
    """One submitted form on its way into the dossier."""

    def __init__(
        self, request: ActorRequest, opened: Opened, info_set: str, row: UUID | None
    ) -> None:
        self.request = request
        self.actor = request.actor
        self.opened = opened
        self.subject = opened.subject.id
        self.info_set = info_set
        self.row = row
        self.base_version = _version(request.POST.get("base_version", ""))
        self.context = form_context(request.actor)

    def answer(self) -> HttpResponse:
        try:
            current = self._row(None)
        except Absent:
            if self.row is None or not self.base_version:
                raise
            return self._gone()
        form = self._form(current)
        if not form.is_valid():
            return _form_page(self.request, self.opened, current, form)
        if current.version != self.base_version:
            return self._conflict(current, form)
        return self._save(current, form)

    def _row(self, version: int | None) -> RowForEdit:
        return queries.row_for_edit(
            self.actor, self.subject, self.info_set, self.row, version=version, opened=self.opened
        )

    def _form(self, current: RowForEdit) -> RowForm:
        """The form as submitted; a choice of the stored value takes its field out of it."""
        data = self.request.POST.copy()
        for name, choice in self.request.POST.items():
            if name.startswith(PICK) and choice == "theirs":
                data.pop(name.removeprefix(PICK), None)
        return RowForm(current.info_set, slots_of(current), self.context, data)

    def _save(self, current: RowForEdit, form: RowForm) -> HttpResponse:
        claimed = None
        try:
            sentence = self._store(current, form)
        except Conflict as conflict:
            self.row = conflict.row
            return self._conflict(self._row(None), form)
        except InvalidRecord as invalid:
            for problem in invalid.problems:
                form.refuse(problem.field, say(problem.message))
        except (BadState, CannotStart) as error:
            form.add_error(None, say(error.message))
        except Claimed as error:
            claimed = error
            form.add_error(None, say(error.message))
        else:
            messages.success(self.request, sentence)
            return redirect(_back(self.subject, self.info_set))
        return _form_page(self.request, self.opened, current, form, claimed=claimed)

    def _store(self, current: RowForEdit, form: RowForm) -> str:
        """Writes the row, or proposes it where the routes ask a desk; says what came of it."""
        if not _approval(self.actor, self.subject, current).all:
            try:
                return self._write(form)
            except NeedsApproval:
                pass  # only some of the fields ask a desk, and one of them has changed
        day = form.cleaned_data["valid_from"]
        sent = proposals.propose(
            self.actor,
            subject=self.subject,
            rows=[RowPlan(self.info_set, form.patch(), self.row, self.base_version)],
            words=form.cleaned_data["reason"],
            effective=day if day != self.context.today else None,
        )
        return sent_sentence(sent)

    def _write(self, form: RowForm) -> str:
        written = actions.save_row(
            self.actor,
            subject=self.subject,
            info_set=self.info_set,
            row=self.row,
            base_version=self.base_version,
            values=form.patch(),
            valid_from=form.cleaned_data["valid_from"],
            reason=form.cleaned_data["reason"],
        )
        if not written.change:
            return _("没有改动，未生成更新记录。")
        return _("已保存，更新记录 {number}。").format(number=written.number)

    def _conflict(self, current: RowForEdit, form: RowForm) -> HttpResponse:
        base = self._row(self.base_version) if self.base_version and self.row else None
        latest = _latest(self.actor, self.opened, self.row)
        lines = conflict_lines(base, current, form, self.context)
        compare = reverse("dossiers:compare", args=[self.subject, self.row]) if self.row else ""
        context = {
            "lines": lines,
            "clashes": sum(1 for line in lines if line.kind == "clash"),
            "current": current,
            "base_version": self.base_version,
            "name": queries.name_in(self.opened),
            "set_label": shown.label(current.info_set),
            "latest": latest,
            "who": names_of_accounts({latest.actor}).get(latest.actor, "") if latest else "",
            "form": form,
            "action": reverse("dossiers:edit", args=[self.subject, self.info_set, self.row]),
            "back": _back(self.subject, self.info_set),
            "compare": f"{compare}?a={self.base_version}&b={current.version}"
            if compare and base and self.actor.may("history.view")
            else "",
            "nav": "roster",
        }
        response = render(self.request, "dossiers/conflict.html", context, status=409)
        response["Cache-Control"] = "no-store"
        return response

    def _gone(self) -> HttpResponse:
        """The row was deleted meanwhile; what was typed is shown, so that it can be kept."""
        base = self._row(self.base_version)
        form = self._form(base)
        form.is_valid()
        context = {
            "lines": conflict_lines(base, base, form, self.context),
            "name": queries.name_in(self.opened),
            "set_label": shown.label(base.info_set),
            "add": reverse("dossiers:add", args=[self.subject, self.info_set])
            if base.info_set.multiple
            else "",
            "back": _back(self.subject, self.info_set),
            "nav": "roster",
        }
        return render(self.request, "dossiers/gone.html", context, status=409)


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One field two people met in.

    ``kind``: ``clash`` both changed it, ``mine`` only the writer, ``theirs`` only the other.
    ``raw`` is what the writer typed, to send it again.
    """

    label: str
    name: str
    kind: str
    base: str
    theirs: str
    mine: str
    raw: str
    clears: bool = False


def conflict_lines(
    base: RowForEdit | None, current: RowForEdit, form: RowForm, context: FormContext
) -> list[ConflictLine]:
    """What both sides did since ``base``, clashes first, then in the dictionary's order."""
    before: Values = base.values if base else {}
    patch = form.patch()
    mine = {**before, **patch}
    words = queries.Words(context.dictionary, context.tree)
    outcome = merge(before, current.values, mine)
    found: list[ConflictLine] = []
    for item in current.editable:
        old, stored, new = (side.get(item.key) or None for side in (before, current.values, mine))
        if item.key in outcome.clashes:
            kind = "clash"
        elif new not in (old, stored):
            kind = "mine"
        elif stored != old and new == old:
            kind = "theirs"
        else:
            continue
        name = field_name(item)
        found.append(
            ConflictLine(
                label=shown.label(item),
                name=name,
                kind=kind,
                base=_seen(base, item.key),
                theirs=_seen(current, item.key),
                mine=words.display(item, new) if new is not None else "",
                raw=str(form.data.get(name, "")) if item.key in patch else "",
                clears=CLEAR + name in form.data,
            )
        )
    return sorted(found, key=lambda line: ("clash", "mine", "theirs").index(line.kind))


def _seen(row: RowForEdit | None, key: str) -> str:
    cell: CellView | None = row.seen.get(key) if row else None
    return cell.text if cell else ""


def _latest(actor: Actor, opened: Opened, row: UUID | None) -> RowVersionView | None:
    """Who saved last and when; told to those who may read the history."""
    if row is None or not actor.may("history.view"):
        return None
    _info_set, found = queries.versions(actor, opened.subject.id, row, opened=opened)
    return found[0]


@page("dossier.open")
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, subject: UUID, info_set: str, row: UUID) -> HttpResponse:
    """Says what deleting a row means, then does it."""
    opened = queries.open_subject(request.actor, subject)
    current = queries.row_for_edit(request.actor, subject, info_set, row, opened=opened)
    status = 200
    problem = ""
    if request.method == "POST":
        try:
            sentence = _deleted(request, subject, info_set, row)
        except Conflict:
            status = 409
            problem = _("你打开后，这条记录有了新版本，没有删除。请核对现在的内容。")
        except InvalidRecord as invalid:
            status = 422
            problem = " ".join(say(item.message) for item in invalid.problems)
        except (BadState, CannotStart, Claimed) as error:
            status, problem = 409, say(error.message)
        else:
            messages.success(request, sentence)
            return redirect(_back(subject, info_set))
    context = {
        "current": current,
        "cells": [cell for cell in current.seen.values() if cell.text],
        "name": queries.name_in(opened),
        "set_label": shown.label(current.info_set),
        "approval": routes.way_of_deletion(request.actor, subject, current.editable) != DIRECT,
        "problem": problem,
        "back": _back(subject, info_set),
        "nav": "roster",
    }
    return render(request, "dossiers/delete.html", context, status=status)


def _deleted(request: ActorRequest, subject: UUID, info_set: str, row: UUID) -> str:
    """Deletes the row, or proposes that where the routes ask a desk; says what came of it."""
    version = _version(request.POST.get("base_version", ""))
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        written = actions.delete_row(
            request.actor,
            subject=subject,
            info_set=info_set,
            row=row,
            base_version=version,
            reason=reason,
        )
    except NeedsApproval:
        plan = RowPlan(info_set, {}, row, version, delete=True)
        sent = proposals.propose(request.actor, subject=subject, rows=[plan], words=reason)
        return sent_sentence(sent)
    return _("已删除，更新记录 {number}。").format(number=written.number)


@dataclass(frozen=True, slots=True)
class Approval:
    """What saving the form leads to: ``all`` of its fields pass a desk, or only ``some``."""

    all: bool
    some: tuple[str, ...]


def _approval(actor: Actor, subject: UUID, current: RowForEdit) -> Approval:
    ways = routes.ways_of_fields(actor, subject, current.editable)
    sent = [item for item in current.editable if ways[item.key] != DIRECT]
    whole = len(sent) == len(current.editable)
    return Approval(whole, () if whole else tuple(shown.label(item) for item in sent))


def _form_page(
    request: ActorRequest,
    opened: Opened,
    current: RowForEdit,
    form: RowForm,
    *,
    claimed: Claimed | None = None,
) -> HttpResponse:
    subject = opened.subject.id
    context = {
        "form": form,
        "lines": form.lines(),
        "current": current,
        "adding": current.row is None,
        "name": queries.name_in(opened),
        "own": request.actor.subject == subject,
        "set_label": shown.label(current.info_set),
        "owner": current.info_set.owner,
        "back": _back(subject, current.info_set.key),
        "base_version": form.data.get("base_version", current.version)
        if form.is_bound
        else current.version,
        "approval": _approval(request.actor, subject, current),
        "claimed_case": claimed.case if claimed else None,
        "nav": "roster",
    }
    response = render(request, "dossiers/edit.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


def _back(subject: UUID, info_set: str) -> str:
    return reverse("dossiers:dossier", args=[subject]) + f"?set={info_set}"


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
