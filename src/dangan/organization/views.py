"""The chart, one unit, and the forms that change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.organization import actions, forms, loading, people, queries
from dangan.organization.rules import BadUnit, Tree
from dangan.ui.messages import say

FILE_AT_MOST = 2 * 2**20


@page("organization.view")
@require_safe
def chart(request: ActorRequest) -> HttpResponse:
    """The organisation as a tree and a chart, today or on a day asked for."""
    shown = queries.chart(
        request.actor, unit=_uuid(request.GET.get("unit", "")), on=_day(request.GET.get("on", ""))
    )
    return render(request, "organization/chart.html", {"chart": shown})


@page("organization.view")
@require_safe
def unit(request: ActorRequest, unit: UUID) -> HttpResponse:
    """One unit with its head, its sub-units, its history, and the forms."""
    return _unit_page(request, unit)


@page("organization.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: ActorRequest) -> HttpResponse:
    """Units from a CSV list, all or nothing."""
    form = forms.LoadForm(request.POST or None, request.FILES or None)
    problems: list[tuple[int, str]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > FILE_AT_MOST:
                form.add_error("file", _("文件超过 2 MB"))
            else:
                loaded = actions.load_units(request.actor, loading.read_csv(file.read()))
                messages.success(
                    request,
                    _("已建 {created} 个部门，{existing} 个原来就有").format(
                        created=loaded.created, existing=loaded.existing
                    ),
                )
                return redirect("organization:chart")
        except loading.BadUnitFile as error:
            problems = [(line, say(message)) for line, message in error.problems]
    context = {"form": form, "problems": problems, "nav": "organization"}
    status = 422 if problems or form.errors else 200
    return render(request, "organization/load.html", context, status=status)


@page("organization.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def create_root(request: ActorRequest) -> HttpResponse:
    """A new unit at the top."""
    form = forms.ChildForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_unit(request.actor, **form.cleaned_data)
        except BadUnit as error:
            form.add_error(None, say(error.message))
        else:
            return redirect("organization:unit", made)
    context = {"form": form, "nav": "organization"}
    status = 422 if form.errors else 200
    return render(request, "organization/create.html", context, status=status)


@page("organization.edit")
@require_POST
def create(request: ActorRequest, unit: UUID) -> HttpResponse:
    """A new unit below this one."""
    form = forms.ChildForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        actions.create_unit(request.actor, parent=unit, **given)

    return _changed(request, unit, "create", form, act)


@page("organization.edit")
@require_POST
def rename(request: ActorRequest, unit: UUID) -> HttpResponse:
    """Another name or code."""
    form = forms.RenameForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        actions.rename_unit(request.actor, unit=unit, **given)

    return _changed(request, unit, "rename", form, act)


@page("organization.edit")
@require_POST
def move(request: ActorRequest, unit: UUID) -> HttpResponse:
    """Another parent."""
    form = forms.MoveForm(request.POST, tree=queries.tree(), unit=unit)

    def act(given: dict[str, Any]) -> None:
        actions.move_unit(
            request.actor, unit=unit, parent=form.parent_id, effective=given["effective"]
        )

    return _changed(request, unit, "move", form, act)


@page("organization.edit")
@require_POST
def close(request: ActorRequest, unit: UUID) -> HttpResponse:
    """The end of a unit."""
    form = forms.CloseForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        actions.close_unit(request.actor, unit=unit, effective=given["effective"])

    return _changed(request, unit, "close", form, act)


@page("organization.edit")
@require_POST
def head(request: ActorRequest, unit: UUID) -> HttpResponse:
    """The head by name or number; several that fit are offered to choose from."""
    found = people.search(request.actor, request.POST.get("who", ""))
    form = forms.HeadForm(request.POST, found=found)
    chosen = _chosen(form, found) if form.is_valid() else None

    def act(given: dict[str, Any]) -> None:
        actions.set_head(request.actor, unit=unit, head=chosen, effective=given["effective"])

    if form.is_valid() and chosen is None:
        text = _("有 {count} 个人符合，请选一个").format(count=len(found)) if found else _(
            "没有找到这个人，请写全名或工号"
        )  # fmt: skip
        form.add_error("who", text)
    return _changed(request, unit, "head", form, act)


def _chosen(form: forms.HeadForm, found: list[tuple[UUID, str]]) -> UUID | None:
    if form.cleaned_data["person"]:
        return UUID(form.cleaned_data["person"])
    return found[0][0] if len(found) == 1 else None


@page("organization.edit")
@require_POST
def vacate(request: ActorRequest, unit: UUID) -> HttpResponse:
    """Leaves the unit without a head."""

    def act(given: dict[str, Any]) -> None:
        actions.set_head(request.actor, unit=unit, head=None, effective=given["effective"])

    return _changed(request, unit, "head", forms.CloseForm(request.POST), act)


def _changed(
    request: ActorRequest,
    unit: UUID,
    name: str,
    form: django_forms.Form,
    act: Callable[[dict[str, Any]], None],
) -> HttpResponse:
    """Does what a form asks and goes back to the unit; a refused form is shown with the reason."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except BadUnit as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _said(form.cleaned_data.get("effective")))
            return redirect("organization:unit", unit)
    return _unit_page(request, unit, {name: form}, status=422)


def _said(effective: date | None) -> str:
    if effective is None:
        return _("已生效")
    return _("已登记，{day} 起生效").format(day=effective.isoformat())


def _unit_page(
    request: ActorRequest,
    unit: UUID,
    bound: dict[str, django_forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    view = queries.unit_view(request.actor, unit)
    context: dict[str, Any] = {"view": view, "nav": "organization"}
    if view.may_edit:
        context["forms"] = _forms(queries.tree(), view) | (bound or {})
        context["opened"] = next(iter(bound), "") if bound else ""
    return render(request, "organization/unit.html", context, status=status)


def _forms(tree: Tree, view: queries.UnitView) -> dict[str, django_forms.Form]:
    box = view.box
    return {
        "create": forms.ChildForm(initial={"kind": "department"}),
        "rename": forms.RenameForm(initial={"name": box.name, "code": box.code}),
        "move": forms.MoveForm(tree=tree, unit=box.id, initial={"parent": str(view.parent or "")}),
        "head": forms.HeadForm(initial={"who": box.head_name}),
        "close": forms.CloseForm(),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Absent from None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
